"""The real stream and its twin keep the same promises."""

from __future__ import annotations

import asyncio
import json
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
