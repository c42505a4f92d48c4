"""GET /v1/events: a consumer catches up by itself, and misses nothing whatever is committed late."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import asyncpg
import pytest

from app.core.ids import uuid7
from app.gateways.event_bus import MemoryStream
from app.services import deliveries, handoff
from tests import make
from tests.services.test_handoff import win

if TYPE_CHECKING:
    from collections.abc import Callable

    from httpx import AsyncClient as Client

    from tests.cast import Cast
    from tests.database import Place

    AsUser = Callable[..., dict[str, str]]


async def publish() -> None:
    await handoff.publish_due({"stream": MemoryStream()}, "stream")


@pytest.fixture
def orchestrator(as_user: AsUser) -> dict[str, str]:
    return as_user(
        "cms", sub="orchestrator", azp="orchestrator", client_id="orchestrator", scope="events:read"
    )


async def read(client: Client, headers: dict[str, str], **query: Any) -> dict[str, Any]:
    answer = await client.get("/v1/events", params=query, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_a_consumer_reads_on_from_the_last_id_it_has(
    client: Client, owner: asyncpg.Connection, cast: Cast, orchestrator: dict[str, str]
) -> None:
    leads = [await win(owner, cast) for _ in range(5)]
    await publish()
    seen: list[dict[str, Any]] = []
    query: dict[str, Any] = {"limit": 2}
    while True:
        page = await read(client, orchestrator, **query)
        seen += page["items"]
        if page["next_cursor"] is None:
            break
        query["after"] = page["next_cursor"]
    assert [each["data"]["sale_details"]["lead_id"] for each in seen] == [str(lead) for lead in leads]
    assert await read(client, orchestrator, after=seen[-1]["id"]) == {"items": [], "next_cursor": None}


async def test_what_is_committed_late_comes_after_what_was_read(
    client: Client, owner: asyncpg.Connection, cast: Cast, database: Place, orchestrator: dict[str, str]
) -> None:
    slow = await asyncpg.connect(database.owner_url)
    await slow.execute("BEGIN")
    late = await make.outgoing(slow, uuid7(), "late")
    await win(owner, cast)
    await publish()
    (first,) = (await read(client, orchestrator))["items"]
    await slow.execute("COMMIT")
    await slow.close()
    await publish()
    page = await read(client, orchestrator, after=first["id"])
    assert [each["id"] for each in page["items"]] == [str(late)]


async def test_a_type_narrows_it(
    client: Client, owner: asyncpg.Connection, cast: Cast, as_user: AsUser
) -> None:
    await win(owner, cast)
    test_id = await deliveries.send_test_event(cast.ada)
    await publish()
    page = await read(client, as_user("ada"), type="CrmTestEventV1")
    assert [each["id"] for each in page["items"]] == [str(test_id)]


@pytest.mark.parametrize(
    ("query", "status"),
    [({"after": "x"}, 422), ({"after": "null"}, 422), ({"after": "01900000-0000-7000-8000-00000000dead"}, 422),
     ({"limit": "0"}, 422), ({"limit": "101"}, 422), ({"type": "\x00"}, 422)],
)  # fmt: skip
async def test_nonsense_is_refused(
    client: Client, as_user: AsUser, query: dict[str, str], status: int
) -> None:
    answer = await client.get("/v1/events", params=query, headers=as_user("ada"))
    assert answer.status_code == status, answer.text


async def test_a_client_needs_the_scope_for_it(client: Client, as_user: AsUser) -> None:
    assert (await client.get("/v1/events", headers=as_user("cms"))).status_code == 403
