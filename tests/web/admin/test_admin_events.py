"""/admin/events: an admin sees where every event is, and can repeat, pause and try the way."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from app.contracts.published import DATA_SCHEMAS
from app.gateways.event_bus import MemoryStream
from app.services import handoff
from tests.budgets.counting import trips
from tests.services.test_handoff import win

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    import asyncpg
    from httpx import AsyncClient as Client
    from redis.asyncio import Redis

    from tests.cast import Cast

    SignIn = Callable[[str], Awaitable[Client]]

PATH = "/admin/events"


@pytest.fixture
async def ada(signed_in: SignIn) -> Client:
    return await signed_in("ada")


async def text(client: Client, path: str) -> str:
    answer = await client.get(path)
    assert answer.status_code == 200, answer.text
    return answer.text


async def test_a_sale_is_seen_from_queued_over_failing_to_sent(
    ada: Client, owner: asyncpg.Connection, cast: Cast
) -> None:
    await win(owner, cast)
    event_id = await owner.fetchval("SELECT id FROM outbox")
    assert "Queued" in await text(ada, f"{PATH}/{event_id}")
    bus = MemoryStream()
    bus.trouble = "the disk is full"
    await handoff.publish_due({"stream": bus}, "stream")
    failing = await text(ada, f"{PATH}?state=failing")
    assert str(event_id) in failing
    assert "the disk is full" in failing
    bus.trouble = None
    await owner.execute("UPDATE delivery SET retry_at = now()")
    await handoff.publish_due({"stream": bus}, "stream")
    page = await text(ada, f"{PATH}/{event_id}")
    assert "Sent" in page
    assert "the disk is full" in page, "the ledger keeps every attempt"
    assert str(event_id) not in await text(ada, f"{PATH}?state=failing")


async def test_each_thing_is_asked_for_once_and_every_published_type_offered(ada: Client) -> None:
    async with trips() as asked:
        page = await text(ada, PATH)
    reads = [each for each in asked.sent if each.startswith("SELECT")]
    assert sorted(set(reads)) == sorted(reads)
    assert all(f"<option>{name}</option>" in page for name in DATA_SCHEMAS)


async def test_a_search_that_finds_nothing_says_so(ada: Client) -> None:
    assert "The first won lead makes the first one" in await text(ada, PATH)
    found = await text(ada, f"{PATH}?q=nobody")
    assert "No event matches" in found
    assert "The first won lead" not in found


async def test_what_is_confidential_is_hidden_until_somebody_asks(
    ada: Client, owner: asyncpg.Connection, cast: Cast
) -> None:
    await win(owner, cast)
    await owner.execute(
        "UPDATE outbox SET payload = jsonb_set(payload, '{sale_details,handoff_note}', '\"Ring Grace\"')"
    )
    event_id = await owner.fetchval("SELECT id FROM outbox")
    hidden = await text(ada, f"{PATH}/{event_id}")
    assert "Ring Grace" not in hidden
    assert "12000.00" not in hidden
    shown = await ada.post(f"{PATH}/{event_id}/reveal")
    assert shown.status_code == 200
    assert "Ring Grace" in shown.text


async def test_publishing_again_keeps_the_id_and_says_who_asked(
    ada: Client, owner: asyncpg.Connection, cast: Cast, redis: Redis
) -> None:
    await win(owner, cast)
    bus = MemoryStream()
    await handoff.publish_due({"stream": bus}, "stream")
    event_id = await owner.fetchval("SELECT id FROM outbox")
    answer = await ada.post(f"{PATH}/{event_id}/replay")
    assert answer.headers["location"] == f"{PATH}/{event_id}"
    await bus.forget([event_id])
    await handoff.publish_due({"stream": bus}, "stream")
    assert [event.id for event in bus.events] == [event_id, event_id]
    assert f"replay by {cast.ada.id}" in await text(ada, f"{PATH}/{event_id}")


async def test_everything_since_a_time_can_be_published_again(
    ada: Client, owner: asyncpg.Connection, cast: Cast, redis: Redis
) -> None:
    await win(owner, cast)
    await handoff.publish_due({"stream": MemoryStream()}, "stream")
    assert (await ada.post(f"{PATH}/replay", data={"since": "2020-01-01T00:00"})).status_code == 303
    assert await owner.fetchval("SELECT published_at IS NULL FROM outbox")
    assert (await ada.post(f"{PATH}/replay", data={"since": "yesterday"})).status_code == 422


async def test_a_paused_sink_is_handed_nothing_and_a_resumed_one_everything(
    ada: Client, owner: asyncpg.Connection, cast: Cast
) -> None:
    bus = MemoryStream()
    await win(owner, cast)
    await ada.post(f"{PATH}/sinks/stream/pause")
    assert await handoff.publish_due({"stream": bus}, "stream") == 0
    assert "Paused" in await text(ada, PATH)
    await ada.post(f"{PATH}/sinks/stream/resume")
    assert await handoff.publish_due({"stream": bus}, "stream") == 1
    assert "Paused" not in await text(ada, PATH)
    assert (await ada.post(f"{PATH}/sinks/nowhere/pause")).status_code == 404


async def test_a_test_event_goes_the_same_way_and_is_no_sale(
    ada: Client, owner: asyncpg.Connection, cast: Cast
) -> None:
    answer = await ada.post(f"{PATH}/test")
    bus = MemoryStream()
    assert await handoff.publish_due({"stream": bus}, "stream") == 1
    ((event),) = bus.events
    assert (event.type, event.subject) == ("CrmTestEventV1", "test")
    assert "Sent" in await text(ada, f"{PATH}/{event.id}")
    assert answer.headers["location"] == f"{PATH}/{event.id}"
    assert await owner.fetchval("SELECT count(*) FROM sale") == 0
    assert await owner.fetchval("SELECT count(*) FROM activity") == 0


async def test_the_list_is_narrowed_by_type_state_and_id(
    ada: Client, owner: asyncpg.Connection, cast: Cast
) -> None:
    lead_id = await win(owner, cast)
    await ada.post(f"{PATH}/test")
    ids = {row["type"]: str(row["id"]) for row in await owner.fetch("SELECT type, id FROM outbox")}
    for query, wanted in (("type=CrmTestEventV1", "CrmTestEventV1"), (f"q={lead_id}", "SaleClosedWonV1")):
        page = await text(ada, f"{PATH}?{query}")
        assert [name for name, event_id in ids.items() if event_id in page] == [wanted]
    assert "No event matches" in await text(ada, f"{PATH}?q=%00nothing&state=sent")
