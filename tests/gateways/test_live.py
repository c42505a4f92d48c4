"""Open pages hear of changes, and learn when they may have missed some."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from app.gateways import live, queue
from app.gateways.live import CHANNEL, Hub
from tests.wait import until

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable

    from redis.asyncio import Redis

SECONDS = 10


@pytest.fixture(autouse=True)
async def closed() -> AsyncGenerator[None]:
    yield
    await queue.close()


@asynccontextmanager
async def listening(redis: Redis) -> AsyncGenerator[tuple[Hub, live.Heard]]:
    hub = Hub()
    heard = hub.join()
    await until(lambda: _subscribed(redis), "the hub listens")
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
    async with listening(redis) as (hub, one):
        other, lead = hub.join(), uuid4()
        await live.announce_lead(lead, "rita")
        for heard in (one, other):
            change = await of_lead(heard, str(lead))
            assert change.owners == ("rita",)


async def test_a_customers_page_hears_of_its_own_customer_only(redis: Redis) -> None:
    async with listening(redis) as (hub, board):
        theirs, someone = uuid4(), uuid4()
        heard = hub.join(str(theirs))
        await live.announce_entries([someone, theirs])
        assert await asyncio.wait_for(heard.get(), SECONDS) == str(theirs)
        assert heard.empty()
        assert all(isinstance(news, live.Change | None) for news in drained(board))
        hub.leave(heard)
        assert str(theirs) not in hub._queues


async def test_after_a_lost_connection_everybody_looks_again(redis: Redis) -> None:
    async with listening(redis) as (hub, heard):
        customer = hub.join(str(uuid4()))
        await redis.execute_command("CLIENT", "KILL", "TYPE", "pubsub")
        await until_heard(heard, lambda news: news is None)
        assert await asyncio.wait_for(customer.get(), SECONDS) is None
        lead = str(uuid4())
        await live.announce_lead(lead, "rita")
        await of_lead(heard, lead)


async def test_a_page_that_is_far_behind_is_told_to_look_once(redis: Redis) -> None:
    async with listening(redis) as (hub, heard):
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


async def _subscribed(redis: Redis) -> bool:
    ((_, number),) = await redis.pubsub_numsub(CHANNEL)
    return number > 0
