"""A consumer group that skips nothing: what was there before, what a dead consumer left, what a wipe took."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from app.gateways import event_stream
from app.gateways.event_stream import StreamDown, StreamReader
from tests.wait import until

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable

    from redis.asyncio import Redis

    from tests.database import Place

STREAM = "sso.events"


@pytest.fixture
async def consumer(
    place: Place, redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> AsyncGenerator[Callable[[str], StreamReader]]:
    """`consumer("one")` is a consumer of the group by that name, which is impatient."""
    monkeypatch.setattr(event_stream, "WAIT_MS", 20)
    monkeypatch.setattr(event_stream, "ABANDONED_AFTER_MS", 0)
    readers: list[StreamReader] = []

    def make(name: str) -> StreamReader:
        readers.append(StreamReader(place.redis_url, STREAM, "crm", name))
        return readers[-1]

    yield make
    for reader in readers:
        await reader.close()


async def read(reader: StreamReader) -> list[bytes | None]:
    entries = await until(reader.read, "something to read")
    await reader.acknowledge(entries)
    return [entry.data for entry in entries]


async def test_what_came_before_the_group_is_read_too(
    redis: Redis, consumer: Callable[[str], StreamReader]
) -> None:
    for number in range(3):
        await redis.xadd(STREAM, {"data": str(number)})
    reader = consumer("one")
    assert await read(reader) == [b"0", b"1", b"2"]
    await redis.xadd(STREAM, {"other": "field"})
    assert await read(reader) == [b""]
    assert (await redis.xpending(STREAM, "crm"))["pending"] == 0


async def test_a_restarted_consumer_begins_with_what_it_left(
    redis: Redis, consumer: Callable[[str], StreamReader]
) -> None:
    await redis.xadd(STREAM, {"data": "left"})
    await until(consumer("one").read, "something to read")
    assert await read(consumer("one")) == [b"left"]


async def test_a_consumer_that_failed_reads_the_same_again(
    redis: Redis, consumer: Callable[[str], StreamReader]
) -> None:
    await redis.xadd(STREAM, {"data": "again"})
    reader = consumer("one")
    await until(reader.read, "something to read")
    reader.start_over()
    assert await read(reader) == [b"again"]


async def test_what_a_dead_consumer_left_is_taken_over(
    redis: Redis, consumer: Callable[[str], StreamReader]
) -> None:
    for number in range(50):
        await redis.xadd(STREAM, {"data": str(number)})
    await until(consumer("dead").read, "something to read")
    assert len(await read(consumer("alive"))) == 50
    assert (await redis.xpending(STREAM, "crm"))["pending"] == 0


async def test_a_wiped_group_is_made_again(redis: Redis, consumer: Callable[[str], StreamReader]) -> None:
    await redis.xadd(STREAM, {"data": "before"})
    reader = consumer("one")
    assert await read(reader) == [b"before"]
    await redis.flushdb()
    await redis.xadd(STREAM, {"data": "after"})
    assert await read(reader) == [b"after"]


async def test_an_entry_deleted_while_pending_is_nothing(
    redis: Redis, consumer: Callable[[str], StreamReader]
) -> None:
    entry = await redis.xadd(STREAM, {"data": "gone"})
    await until(consumer("one").read, "something to read")
    await redis.xdel(STREAM, entry)
    assert await read(consumer("one")) == [None]


async def test_a_stream_that_is_away_says_so() -> None:
    reader = StreamReader("redis://127.0.0.1:1/0", STREAM, "crm", "one")
    with pytest.raises(StreamDown):
        await reader.read()
    await reader.close()
