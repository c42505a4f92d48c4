"""What others write reaches an open page: a signal without words, and a pill of what its reader may see."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING, Any

import pytest

from app.contracts.pipeline import AssignRequest
from app.gateways import live, queue
from app.services import pipeline
from app.services.leads import assign_lead
from app.web.live import GONE, History, Streams
from tests import make
from tests.hearing import lines

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable
    from uuid import UUID

    import asyncpg
    from httpx import AsyncClient as Client
    from litestar import Litestar
    from redis.asyncio import Redis

    from app.domain.viewer import Viewer
    from tests.cast import Cast

pytestmark = pytest.mark.usefixtures("app")
SECONDS = 10
PARTIAL = {"HX-Request": "true"}


@pytest.fixture
async def customer_id(owner: asyncpg.Connection, cast: Cast) -> UUID:
    """A customer with an open lead of rita's, a lost one of omar's, and one entry."""
    await make.lead(owner, cast.rita)
    found: Any = await owner.fetchval("SELECT customer_id FROM lead")
    await make.lead(owner, cast.omar, "closed_lost", customer_id=found)
    await make.activity(owner, found, cast.ada)
    return found


async def follow(streams: Streams, viewer: Viewer, customer_id: UUID, since: int) -> AsyncGenerator[str]:
    stream = streams.follow(viewer, "token", History(customer_id, since))
    assert "event: hello" in await frame(stream)
    return stream


async def frame(stream: AsyncGenerator[str]) -> str:
    return await asyncio.wait_for(anext(stream), SECONDS)


async def log(browser: Client, customer_id: UUID, notes: str = "Hello") -> None:
    form = {"activity_type": "Call", "notes": notes}
    answer = await browser.post(f"/customers/{customer_id}/activities", data=form, headers=PARTIAL)
    assert answer.status_code == 200


async def pill(browser: Client, customer_id: UUID, query: str) -> str:
    answer = await browser.get(f"/customers/{customer_id}/timeline/newer?{query}", headers=PARTIAL)
    return re.sub("<[^>]*>", "", answer.text).strip()


async def test_whoever_follows_a_customer_hears_that_somebody_wrote(
    streams: Streams, cast: Cast, customer_id: UUID, signed_in: Callable[[str], Awaitable[Client]]
) -> None:
    rita = await follow(streams, cast.rita, customer_id, 1)
    sam = await signed_in("sam")
    await log(sam, customer_id)
    assert await frame(rita) == 'event: entry\ndata: {"seq":2}\n\n'
    await sam.post(f"/customers/{customer_id}/tickets", data={"subject": "It does not work"})
    assert await frame(rita) == 'event: entry\ndata: {"seq":3}\n\n'


async def test_what_was_written_before_the_stream_began_is_said_at_once(
    streams: Streams, cast: Cast, customer_id: UUID
) -> None:
    stream = streams.follow(cast.sam, "token", History(customer_id, 0))
    assert (await frame(stream)).endswith('event: entry\ndata: {"seq":1}\n\n')


@pytest.mark.usefixtures("app")
async def test_not_even_a_signal_tells_of_another_reps_lead(
    owner: asyncpg.Connection, cast: Cast, customer_id: UUID
) -> None:
    rita, said = History(customer_id, 1), str(customer_id)
    theirs = await owner.fetchval("SELECT id FROM lead WHERE assigned_to_id = $1", cast.omar.id)
    await make.activity(owner, customer_id, cast.omar, lead_id=theirs)
    assert await rita.frame(cast.rita, said) == ""
    await make.activity(owner, customer_id, cast.sam)
    assert await rita.frame(cast.rita, said) == 'event: entry\ndata: {"seq":3}\n\n'


async def test_who_loses_the_customer_hears_no_more(
    streams: Streams, owner: asyncpg.Connection, cast: Cast, customer_id: UUID
) -> None:
    rita = await follow(streams, cast.rita, customer_id, 1)
    lead = await owner.fetchval("SELECT id FROM lead WHERE assigned_to_id = $1", cast.rita.id)
    await assign_lead(cast.ada, lead, AssignRequest(assigned_to_id=cast.omar.id, version=1), None)
    assert await frame(rita) == GONE
    with pytest.raises(StopAsyncIteration):
        await frame(rita)


async def test_what_is_rolled_back_is_never_announced(
    redis: Redis, app: Litestar, owner: asyncpg.Connection, cast: Cast, customer_id: UUID
) -> None:
    heard = redis.pubsub()
    await heard.subscribe(live.ENTRIES)
    lead = await owner.fetchval("SELECT id FROM lead WHERE assigned_to_id = $1", cast.rita.id)
    with pytest.raises(Exception, match="changed"):
        await pipeline.move_lead(cast.rita, lead, "qualified", 9, None)
    await pipeline.move_lead(cast.rita, lead, "qualified", 1, None)
    await queue.settle()
    said: list[str] = []
    while message := await heard.get_message(timeout=SECONDS if str(customer_id) not in said else 0):
        said += lines(message)  # a channel is heard in every database of the server, by all who test
    assert said.count(str(customer_id)) == 1


async def test_the_pill_counts_what_matches_and_may_be_seen(
    owner: asyncpg.Connection, cast: Cast, customer_id: UUID, signed_in: Callable[[str], Awaitable[Client]]
) -> None:
    rita, sam = await signed_in("rita"), await signed_in("sam")
    theirs = await owner.fetchval("SELECT id FROM lead WHERE assigned_to_id = $1", cast.omar.id)
    await make.activity(owner, customer_id, cast.omar, lead_id=theirs)
    assert await pill(rita, customer_id, "since=1") == ""
    await make.activity(owner, customer_id, cast.sam)
    await make.activity(
        owner, customer_id, cast.ada, kind="stage_changed", data='{"from": "lead", "to": "qualified"}'
    )
    await make.activity(owner, customer_id, cast.ada, kind="score_changed", data='{"from": 1, "to": 2}')
    assert await pill(rita, customer_id, "since=1") == "2 new entries"
    assert await pill(sam, customer_id, "since=1") == "3 new entries"
    assert await pill(rita, customer_id, "since=1&kind=stage") == "1 new entry"
    assert await pill(rita, customer_id, "since=1&kind=tickets") == ""
    assert await pill(rita, customer_id, f"since=1&by={cast.sam.id}") == "1 new entry"
    mine = await owner.fetchval("SELECT id FROM activity WHERE actor_id = $1", cast.sam.id)
    assert await pill(rita, customer_id, f"since=1&shown={mine}") == "1 new entry"
    shown = await rita.get(f"/customers/{customer_id}/timeline/newer?since=1&show=1", headers=PARTIAL)
    assert re.findall(r'data-kind="(\w+)"', shown.text) == ["stage_changed", "call_logged"]
    assert await pill(rita, customer_id, "since=99999999999999999999&shown=%00") == "3 new entries"


async def test_too_many_are_not_put_above_each_other(
    owner: asyncpg.Connection, cast: Cast, customer_id: UUID, signed_in: Callable[[str], Awaitable[Client]]
) -> None:
    for _ in range(100):
        await make.activity(owner, customer_id, cast.sam)
    sam = await signed_in("sam")
    answer = await sam.get(f"/customers/{customer_id}/timeline/newer?since=1", headers=PARTIAL)
    assert ("99+ new entries" in answer.text, "data-load" in answer.text) == (True, False)
    page = await sam.get(f"/customers/{customer_id}/timeline/newer?since=1&kind=stage")
    assert (page.status_code, page.headers["location"]) == (
        303,
        f"/customers/{customer_id}?kind=stage#history",
    )
