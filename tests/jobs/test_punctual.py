"""The worker's hours, when the machine's clock is set: what is owed is found all the same, and found once."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from arq import cron
from arq.connections import RedisSettings, create_pool

from jobs.punctual import PunctualWorker
from jobs.sweep import sweep, tidy

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from arq.connections import ArqRedis

    from tests.database import Place

SECOND = timedelta(seconds=1)
NOON = datetime(2026, 12, 1, 12, 0, 0, tzinfo=UTC)


@pytest.fixture
async def queue(place: Place) -> AsyncGenerator[ArqRedis]:
    pool = await create_pool(RedisSettings.from_dsn(place.redis_url))
    await pool.flushdb()
    yield pool
    await pool.flushdb()
    await pool.aclose(close_connection_pool=True)


class Day:
    """A worker with a sweep each second and a tidying each hour, and the clock of its machine."""

    def __init__(self, queue: ArqRedis) -> None:
        every_second = cron(sweep, second=set(range(60)))
        self._queue = queue
        self._worker = PunctualWorker(
            cron_jobs=[every_second, cron(tidy, minute={7}, second=0)],
            redis_pool=queue,
            handle_signals=False,
        )
        self.time = NOON

    async def pass_by(self, seconds: int) -> Counter[str]:
        """Let seconds pass, and return how often each job was asked for meanwhile."""
        for _ in range(seconds):
            self.time += SECOND
            await self._worker.run_cron(self.time, delay=0.5)
        asked: Counter[str] = Counter()
        for name in await self._queue.zrange("arq:queue", 0, -1):
            asked[name.decode().split(":")[1]] += 1
        await self._queue.flushdb()
        return asked


async def test_sweeps_go_on_when_the_clock_is_set_back(queue: ArqRedis) -> None:
    day = Day(queue)
    assert (await day.pass_by(10))["sweep"] >= 9
    day.time -= timedelta(hours=1)
    assert (await day.pass_by(10))["sweep"] >= 9


async def test_what_a_sleeping_machine_missed_runs_once(queue: ArqRedis) -> None:
    day = Day(queue)
    await day.pass_by(10)
    day.time += timedelta(hours=8)
    asked = await day.pass_by(20)
    assert asked["tidy"] == 1
    assert 19 <= asked["sweep"] <= 22
    assert (await day.pass_by(10))["sweep"] <= 11


async def test_a_clock_that_is_put_right_by_little_changes_nothing(queue: ArqRedis) -> None:
    day = Day(queue)
    await day.pass_by(5)
    day.time -= SECOND
    assert (await day.pass_by(10))["sweep"] >= 8
