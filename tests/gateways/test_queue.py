"""A wake-up reaches the worker when Redis is there, and costs next to nothing when it is not."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

import msgspec
import pytest

from app.core.settings import settings
from app.gateways import queue
from tests.wait import PATIENCE

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
    await queue.wake("score_leads")
    await queue.settle()
    (job_id,) = await redis.zrange("arq:queue", 0, -1)
    job = msgspec.json.decode(await redis.get(f"arq:job:{job_id}"))
    assert (job["f"], job["a"]) == ("score_leads", [])


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
    for each in await redis.client_list(_type="normal"):
        if each["db"] == str(redis.get_connection_kwargs()["db"]):  # other numbers are other workers' tests
            await redis.client_kill_filter(_id=each["id"], skipme=True)
    await queue.wake("relay_outbox")
    await queue.settle()
    assert await redis.zcard("arq:queue") == 2


async def test_without_redis_hundreds_of_wake_ups_cost_nothing(away: None) -> None:
    await queue.close()
    jobs = [f"away-{number}" for number in range(300)]
    started = time.monotonic()
    for job in jobs:
        await queue.wake(job)
    await queue.settle()
    assert time.monotonic() - started < PATIENCE  # one of them waits, not each
    after = [outcomes(job) for job in jobs]
    assert (sum(each["failed"] for each in after), sum(each["skipped"] for each in after)) == (1, 299)


async def test_a_crowd_of_wake_ups_is_one_and_none_after_it_is_lost(redis: Redis) -> None:
    for _ in range(300):
        await queue.wake("score_leads")
    await queue.settle()
    assert await redis.zcard("arq:queue") == 1
    await queue.wake("score_leads")  # within the moment in which nothing is sent: sent after it
    await queue.settle()
    assert await redis.zcard("arq:queue") == 2


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
