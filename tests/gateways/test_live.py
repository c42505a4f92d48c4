"""Open pages hear of changes, and learn when they may have missed some."""

from __future__ import annotations

import asyncio
import math
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest

from app.core import clock
from app.core.settings import settings
from app.gateways import live, queue
from app.gateways.live import Hub

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable

    from redis.asyncio import Redis

SECONDS = 10


@pytest.fixture(autouse=True)
async def closed() -> AsyncGenerator[None]:
    yield
    await queue.close()


@asynccontextmanager
async def listening() -> AsyncGenerator[tuple[Hub, live.Heard]]:
    """Give a hub that listens: whoever joined before it did is told to look."""
    hub = Hub()
    heard = hub.join()
    await until_heard(heard, lambda news: news is None)
    try:
        yield hub, heard
    finally:
        await hub.close()


async def until_heard(heard: live.Heard, is_it: Callable[[Any], bool]) -> Any:
    """Return the news that is meant: a board hears other test processes too, for a channel crosses databases."""
    async with asyncio.timeout(SECONDS):
        while not is_it(news := await heard.get()):
            pass
    return news


async def of_lead(heard: live.Heard, lead_id: str) -> live.Change:
    return await until_heard(heard, lambda news: isinstance(news, live.Change) and news.lead_id == lead_id)


def drained(heard: live.Heard) -> list[Any]:
    return [heard.get_nowait() for _ in range(heard.qsize())]


async def test_an_announcement_reaches_every_page(redis: Redis) -> None:
    async with listening() as (hub, one):
        other, lead = hub.join(), uuid4()
        await live.announce_lead(lead, "rita")
        for heard in (one, other):
            change = await of_lead(heard, str(lead))
            assert change.owners == ("rita",)


async def test_a_board_hears_what_happened_since_it_was_drawn(
    redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    began, drawn, later = (datetime(2026, 11, 23, 9, minute, tzinfo=UTC) for minute in (0, 1, 2))
    monkeypatch.setattr(clock, "now", lambda: began)
    async with listening() as (hub, one):
        assert drained(hub.join(since=began.timestamp())) == [None]  # nobody knows what was said before
        monkeypatch.setattr(clock, "now", lambda: drawn)
        assert hub.join(since=drawn.timestamp()).empty()
        lead = str(uuid4())
        await live.announce_lead(lead, "rita")
        await of_lead(one, lead)
        await of_lead(hub.join(since=drawn.timestamp()), lead)
        assert hub.join(str(uuid4())).empty()
        assert hub.join(since=later.timestamp()).empty()
        hub._lately.extend([hub._lately[-1]] * live.WAITING)
        assert drained(hub.join(since=drawn.timestamp())) == [None]
        assert hub.join(since=later.timestamp()).empty()


async def test_a_customers_page_hears_of_its_own_customer_only(redis: Redis) -> None:
    async with listening() as (hub, board):
        theirs, someone = uuid4(), uuid4()
        heard = hub.join(str(theirs))
        await live.announce_entries([someone, theirs])
        assert await asyncio.wait_for(heard.get(), SECONDS) == str(theirs)
        assert heard.empty()
        assert all(isinstance(news, live.Change | None) for news in drained(board))
        hub.leave(heard)
        assert str(theirs) not in hub._queues


async def test_after_a_lost_connection_everybody_looks_again(
    redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = uuid4().hex
    monkeypatch.setenv("REDIS_URL", f"{settings().redis_url}?client_name={name}")
    settings.cache_clear()
    async with listening() as (hub, heard):
        customer = hub.join(str(uuid4()))
        (listener,) = [one for one in await redis.client_list("pubsub") if one["name"] == name]
        await redis.client_kill(listener["addr"])
        hub._lately.clear()
        await until_heard(heard, lambda news: news is None)
        assert drained(hub.join()) == [None]  # also for who was drawn before the gap
        assert await asyncio.wait_for(customer.get(), SECONDS) is None
        lead = str(uuid4())
        await live.announce_lead(lead, "rita")
        await of_lead(heard, lead)
    monkeypatch.undo()
    settings.cache_clear()


@pytest.mark.parametrize("nonsense", [b"\xff\xfe", b"{}", b'{"lead_id": 7}', b"[" * 100_000, b""])
async def test_what_nobody_of_ours_says_silences_nobody(redis: Redis, nonsense: bytes) -> None:
    async with listening() as (hub, one):
        desk, lead = hub.join(live.TICKETS), uuid4()
        for channel in (live.CHANNEL, live.ENTRIES, live.DESK):
            await redis.publish(channel, nonsense)
        await live.announce_lead(lead, "rita")
        await of_lead(one, str(lead))
        assert None not in drained(one)
        assert all(news is None or UUID(str(news)) for news in drained(desk))


async def test_a_page_that_is_far_behind_is_told_to_look_once(redis: Redis) -> None:
    async with listening() as (hub, _):
        heard = hub.join(since=math.inf)  # nobody else is heard before the loop has its turn
        for number in range(live.WAITING + 1):
            hub._hand_out(live.LEADS, live.Change(str(number), 1, ()))
        assert heard.qsize() == 1
        assert heard.get_nowait() is None


async def test_without_redis_nobody_waits(monkeypatch: pytest.MonkeyPatch, redis: Redis) -> None:
    def away() -> None:
        raise ConnectionError

    monkeypatch.setattr(queue._alarm, "_connected", away)
    await live.announce_lead("a lead", "rita")
    await queue.settle()
