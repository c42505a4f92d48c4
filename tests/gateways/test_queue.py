"""A wake-up reaches the worker when Redis is there, and costs next to nothing when it is not."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING
from uuid import uuid4

import msgspec
import pytest

from app.core.settings import settings
from app.gateways import queue

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Generator

    from redis.asyncio import Redis

    from tests.database import Place


@pytest.fixture(autouse=True)
async def closed() -> AsyncGenerator[None]:
    yield
    await queue.close()


@pytest.fixture
def away(place: Place, monkeypatch: pytest.MonkeyPatch) -> Generator[None]:
    """No Redis listens where the settings say it does."""
    monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1:1/0")
    settings.cache_clear()
    yield
    monkeypatch.undo()
    settings.cache_clear()


def outcomes(job: str) -> dict[str, float]:
    return {
        outcome: queue.WAKE_UPS.labels(job, outcome)._value.get() for outcome in ("sent", "failed", "skipped")
    }


async def test_a_wake_up_is_a_job_in_json(redis: Redis) -> None:
    lead_id = uuid4()
    await queue.wake("score_lead", lead_id)
    await queue.settle()
    (job_id,) = await redis.zrange("arq:queue", 0, -1)
    job = msgspec.json.decode(await redis.get(f"arq:job:{job_id}"))
    assert (job["f"], job["a"]) == ("score_lead", [str(lead_id)])


async def test_a_wiped_redis_is_woken_again(redis: Redis) -> None:
    await queue.wake("relay_outbox")
    await queue.settle()
    await redis.flushdb()
    await queue.wake("relay_outbox")
    await queue.settle()
    assert await redis.zcard("arq:queue") == 1


async def test_cut_connections_are_replaced(redis: Redis) -> None:
    await queue.wake("relay_outbox")
    await queue.settle()
    await redis.client_kill_filter(_type="normal", skipme=True)
    await queue.wake("relay_outbox")
    await queue.settle()
    assert await redis.zcard("arq:queue") == 2


async def test_without_redis_hundreds_of_wake_ups_cost_nothing(away: None) -> None:
    await queue.close()
    before = outcomes("away")
    started = time.monotonic()
    for _ in range(300):
        await queue.wake("away")
    await queue.settle()
    assert time.monotonic() - started < 1
    after = outcomes("away")
    assert after["failed"] - before["failed"] == 1
    assert after["skipped"] - before["skipped"] == 299


def test_what_json_cannot_say_is_said_in_words() -> None:
    """A job's failure is written down too, and an exception is no JSON."""
    assert queue.decode(queue.encode({"r": ValueError("no")})) == {"r": "ValueError('no')"}


def test_one_event_loop_does_not_learn_from_another_that_redis_is_away(place: Place, away: None) -> None:
    async def ring() -> float:
        before = outcomes("lonely")["failed"]
        await queue.wake("lonely")
        await queue.settle()
        return outcomes("lonely")["failed"] - before

    assert [asyncio.run(ring()), asyncio.run(ring())] == [1, 1]
