"""What the company's bus lost is published again, by itself and with the same ids."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from app.gateways.event_bus import MemoryStream, RedisStream
from app.services import bus_upkeep, deliveries, handoff
from tests.services.test_handoff import handed_over, later, win

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable

    import asyncpg
    from redis.asyncio import Redis

    from tests.cast import Cast
    from tests.database import Place

__all__ = ["later"]  # the fixture
pytestmark = pytest.mark.usefixtures("pool")
DAY = 24 * 60 * 60


@pytest.fixture
async def sinks(place: Place, redis: Redis) -> AsyncGenerator[dict[str, Any]]:
    stream = RedisStream(place.redis_url)
    yield {"stream": stream}
    await stream.close()


async def published(redis: Redis) -> list[str]:
    return [fields["id"] for _, fields in await redis.xrange("crm.events")]


async def test_an_emptied_redis_has_every_event_again(
    owner: asyncpg.Connection, cast: Cast, sinks: dict[str, Any], redis: Redis
) -> None:
    for _ in range(2):
        await win(owner, cast)
    await handoff.publish_due(sinks, "stream")
    sent = await published(redis)
    assert await bus_upkeep.republish_lost(sinks) == 0
    await redis.flushdb()
    assert await bus_upkeep.republish_lost(sinks) == 2
    assert await handoff.publish_due(sinks, "stream") == 2
    assert await published(redis) == sent
    assert await bus_upkeep.republish_lost(sinks) == 0
    assert await handed_over(owner) == 2, "the timelines tell of it once"
    said = "SELECT count(*) FROM delivery WHERE answer = 'replay as it was lost there'"
    assert await owner.fetchval(said) == 2


async def test_what_is_older_than_the_bus_remembers_is_left_alone(
    owner: asyncpg.Connection, cast: Cast, sinks: dict[str, Any], redis: Redis, later: Callable[[float], None]
) -> None:
    await win(owner, cast)
    await handoff.publish_due(sinks, "stream")
    await redis.flushdb()
    later(6 * DAY + 1)
    assert await bus_upkeep.republish_lost(sinks) == 0


async def test_what_was_never_handed_over_is_not_lost(
    owner: asyncpg.Connection, cast: Cast, sinks: dict[str, Any]
) -> None:
    await win(owner, cast)
    assert await bus_upkeep.republish_lost(sinks) == 0
    assert await owner.fetchval("SELECT count(*) FROM delivery") == 0


async def test_a_bus_that_is_away_is_asked_another_time(owner: asyncpg.Connection, cast: Cast) -> None:
    await win(owner, cast)
    bus = MemoryStream()
    await handoff.publish_due({"stream": bus}, "stream")
    bus.trouble = "it is away"
    assert await bus_upkeep.republish_lost({"stream": bus}) == 0
    assert await owner.fetchval("SELECT bool_and(ok) FROM delivery")


async def test_a_replay_at_the_same_time_is_one_more_line_of_the_ledger(
    owner: asyncpg.Connection, cast: Cast, sinks: dict[str, Any], redis: Redis
) -> None:
    await win(owner, cast)
    await handoff.publish_due(sinks, "stream")
    (event_id,) = [row["id"] for row in await owner.fetch("SELECT id FROM outbox")]
    await redis.flushdb()
    replays = [deliveries.replay(cast.ada, sinks, event_id=event_id) for _ in range(4)]
    await asyncio.gather(bus_upkeep.republish_lost(sinks), *replays)
    await handoff.publish_due(sinks, "stream")
    assert await published(redis) == [str(event_id)]
