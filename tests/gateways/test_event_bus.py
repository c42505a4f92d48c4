"""The real stream and its twin keep the same promises."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from app.contracts.events import OUR_STREAM, OutgoingEvent
from app.core.clock import now
from app.core.ids import uuid7
from app.gateways.event_bus import MemoryStream, RedisStream, Undelivered

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable

    from redis.asyncio import Redis

    from tests.database import Place


def an_event() -> OutgoingEvent:
    data = msgspec.Raw(b'{"customer_id": "c-1", "price": "0.10"}')
    return OutgoingEvent(uuid7(), "/slyyfoxx/crm", "SaleClosedWonV1", "c-1", now(), "https://x/s.json", data)


@pytest.fixture
async def real(place: Place, redis: Redis) -> AsyncGenerator[RedisStream]:
    stream = RedisStream(place.redis_url)
    yield stream
    await stream.close()


@pytest.fixture(params=["real", "twin"])
def bus(request: pytest.FixtureRequest, real: RedisStream) -> RedisStream | MemoryStream:
    return real if request.param == "real" else MemoryStream()


@pytest.fixture
def ids(bus: RedisStream | MemoryStream, redis: Redis) -> Callable[[], Awaitable[list[str]]]:
    """The ids of what is on the bus."""

    async def read() -> list[str]:
        if isinstance(bus, MemoryStream):
            return [str(event.id) for event in bus.events]
        return [fields["id"] for _, fields in await redis.xrange(OUR_STREAM)]

    return read


async def test_an_event_is_there_once_however_often_it_is_published(bus: Any, ids: Any) -> None:
    event = an_event()
    answers = await asyncio.gather(*(bus.publish(event) for _ in range(20)))
    assert sorted(answers) == ["added"] + ["was there already"] * 19
    assert await ids() == [str(event.id)]


async def test_a_forgotten_event_can_be_published_again(bus: Any, ids: Any) -> None:
    event, other = an_event(), an_event()
    await bus.publish(event)
    await bus.publish(other)
    await bus.forget([event.id])
    await bus.publish(event)
    await bus.publish(other)
    assert await ids() == [str(event.id), str(other.id), str(event.id)]


async def test_an_event_that_redis_refused_is_not_taken_for_one_that_is_there(
    real: RedisStream, redis: Redis
) -> None:
    event = an_event()
    await redis.set(OUR_STREAM, "something else by this name")
    for _ in range(2):
        with pytest.raises(Undelivered):
            await real.publish(event)
    await redis.delete(OUR_STREAM)
    assert [await real.publish(event) for _ in range(2)] == ["added", "was there already"]
    assert [fields["id"] for _, fields in await redis.xrange(OUR_STREAM)] == [str(event.id)]


async def test_the_entry_is_plain_json_with_what_a_consumer_filters_by(
    real: RedisStream, redis: Redis
) -> None:
    event = an_event()
    await real.publish(event)
    ((_, fields),) = await redis.xrange(OUR_STREAM)
    assert (fields["id"], fields["type"], fields["subject"]) == (str(event.id), event.type, event.subject)
    assert json.loads(fields["data"]) == {
        "specversion": "1.0",
        "id": str(event.id),
        "source": "/slyyfoxx/crm",
        "type": "SaleClosedWonV1",
        "subject": "c-1",
        "time": event.time.isoformat().replace("+00:00", "Z"),
        "datacontenttype": "application/json",
        "dataschema": "https://x/s.json",
        "data": {"customer_id": "c-1", "price": "0.10"},
    }


async def test_a_bus_that_is_away_says_so(redis: Redis) -> None:
    stream = RedisStream("redis://127.0.0.1:1/0")
    with pytest.raises(Undelivered):
        await stream.publish(an_event())
    with pytest.raises(Undelivered):
        await stream.forget([uuid7()])
    await stream.close()


async def test_what_is_not_there_any_more_is_known(bus: Any, redis: Redis) -> None:
    kept, lost = an_event(), an_event()
    await bus.publish(kept)
    assert await bus.lost([kept.id, lost.id]) == [lost.id]
    assert await bus.lost([]) == []


async def test_an_event_whose_marker_was_evicted_is_not_lost(real: RedisStream, redis: Redis) -> None:
    event = an_event()
    await real.publish(event)
    await redis.delete(*[key async for key in redis.scan_iter("crm.events:published:*")])
    assert await real.lost([event.id]) == []
    await redis.delete(OUR_STREAM)
    assert await real.lost([event.id]) == [event.id]


async def old_entries(redis: Redis, days: int) -> list[str]:
    """Put three entries of so many days ago on the bus."""
    ago = round((now() - timedelta(days=days)).timestamp() * 1000)
    return [await redis.xadd(OUR_STREAM, {"data": "{}"}, id=f"{ago + n}-0") for n in range(3)]


async def test_what_every_group_has_read_is_dropped_after_a_week(real: RedisStream, redis: Redis) -> None:
    await old_entries(redis, 8)
    await redis.xgroup_create(OUR_STREAM, "orchestrator", "0")
    await redis.xgroup_create(OUR_STREAM, "billing", "0")
    new = await old_entries(redis, 6)
    for group in ("orchestrator", "billing"):
        assert await real.trim() == 0, "somebody has not read it"
        await redis.xreadgroup(group, "one", {OUR_STREAM: ">"}, count=6, noack=True)
    assert await real.trim() == 3
    assert [entry_id for entry_id, _ in await redis.xrange(OUR_STREAM)] == new


async def test_what_is_read_and_not_acknowledged_stays(real: RedisStream, redis: Redis) -> None:
    first, second, third = await old_entries(redis, 8)
    await redis.xgroup_create(OUR_STREAM, "orchestrator", "0")
    await redis.xreadgroup("orchestrator", "one", {OUR_STREAM: ">"})
    await redis.xack(OUR_STREAM, "orchestrator", first, third)
    assert await real.trim() == 1
    assert [entry_id for entry_id, _ in await redis.xrange(OUR_STREAM)] == [second, third]


async def test_what_nobody_reads_in_a_group_stays(real: RedisStream, redis: Redis) -> None:
    assert await real.trim() == 0, "there is no stream yet"
    await old_entries(redis, 8)
    assert await real.trim() == 0
