"""Measures floor and action in turns, so that whatever else the machine does troubles both alike."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median, quantiles
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable

    import asyncpg

    from bench.actions import Actions
    from bench.floor import Floor
    from bench.stack import Stack

USERS: Final = 16
TICKS: Final = os.sysconf("SC_CLK_TCK")
COUNTED: Final = 20
ACTIONS: Final = {
    "board": "board of a rep",
    "move": "move a card",
    "capture": "capture a lead",
    "timeline": "customer, 1,000 entries",
    "anew": "… drawn anew",
    "deep": "… their oldest page",
    "log": "log a call",
    "search": "search customers",
    "everybodys_board": "board of everybody",
}
# Settings of a transaction travel with its BEGIN: they are no round trip.
TRIPS: Final = """
    SELECT coalesce(sum(calls), 0)::int FROM pg_stat_statements
    WHERE userid NOT IN ('postgres'::regrole, 'crm_owner'::regrole) AND query NOT LIKE 'SET %'"""

COUNTING: Final = (
    "ALTER SYSTEM SET pg_stat_statements.track = '{}'"  # it takes its share of each statement's time
)

BUSY: Final = "SELECT count(*) FROM pg_stat_activity WHERE usename = 'crm_app' AND xact_start IS NOT NULL"


@dataclass(slots=True)
class Timed:
    """Durations in milliseconds with one user, and operations a second with sixteen."""

    alone: list[float] = field(default_factory=list)
    crowd: list[float] = field(default_factory=list)
    per_second: list[float] = field(default_factory=list)

    @property
    def p50(self) -> float:
        """The median of one user."""
        return median(self.alone)

    @property
    def p95(self) -> float:
        """What nineteen of twenty requests of one user stay below."""
        return quantiles(self.alone, n=20)[-1]


@dataclass(slots=True)
class Measured:
    """One action beside its floor."""

    name: str
    floor: Timed = field(default_factory=Timed)
    ours: Timed = field(default_factory=Timed)
    cpu_ms: float = 0.0
    trips: float = 0.0
    size: int = 0


class Bench:
    """All actions against one running stack."""

    def __init__(
        self, stack: Stack, actions: Actions, floor: Floor, databases: list[asyncpg.Connection]
    ) -> None:
        self._stack, self._actions, self._floor, self._databases = stack, actions, floor, databases
        self.results = {name: Measured(name) for name in ACTIONS}

    async def round(self, seconds: float) -> None:
        """Measure every action and its floor once, this long with one user and with sixteen."""
        for name, result in self.results.items():
            ours = getattr(self._actions, name)
            for timed, act in ((result.floor, self._on_database(name)), (result.ours, ours)):
                timed.alone += (await self._run(act, 1, seconds))[0]
                times, rate = await self._run(act, USERS, seconds)
                timed.crowd += times
                timed.per_second.append(rate)

    async def count(self, root: asyncpg.Connection) -> None:
        """Count round trips, bytes and processor time of each action, while the worker sleeps."""
        await self._counting(root, "top")
        for name, result in self.results.items():
            act = getattr(self._actions, name)
            for _ in range(2):
                await act(0)
            async with self._asleep(self._stack.worker_pid, root):
                trips, cpu = await root.fetchval(TRIPS), self._cpu()
                for _ in range(COUNTED):
                    result.size = (await act(0)).size
                result.trips = (await root.fetchval(TRIPS) - trips) / COUNTED
            for _ in range(3 * COUNTED):
                await act(0)
            result.cpu_ms = (self._cpu() - cpu) * 1000 / (4 * COUNTED)

        await self._counting(root, "none")

    @staticmethod
    async def _counting(root: asyncpg.Connection, what: str) -> None:
        await root.execute(COUNTING.format(what))
        await root.execute("SELECT pg_reload_conf()")

    async def _run(
        self, act: Callable[[int], Awaitable[Any]], users: int, seconds: float
    ) -> tuple[list[float], float]:
        times: list[float] = []
        started = time.perf_counter()

        async def user(number: int) -> None:
            while (begun := time.perf_counter()) < started + seconds:
                await act(number)
                times.append((time.perf_counter() - begun) * 1000)

        await asyncio.gather(*(user(number) for number in range(users)))
        return times, len(times) / (time.perf_counter() - started)

    def _on_database(self, name: str) -> Callable[[int], Awaitable[Any]]:
        statements = getattr(self._floor, name)
        return lambda user: statements(self._databases[user], user)

    def _cpu(self) -> float:
        """Return the seconds of processor time the web processes have used."""
        fields = [Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
                  for pid in self._stack.processes(self._stack.web_pid)]  # fmt: skip
        return sum(int(each[11]) + int(each[12]) for each in fields) / TICKS

    @staticmethod
    @asynccontextmanager
    async def _asleep(pid: int, root: asyncpg.Connection) -> AsyncGenerator[None]:
        """Stop a process while it holds no transaction open: nobody may wait for its locks meanwhile."""
        os.kill(pid, signal.SIGSTOP)
        while await root.fetchval(BUSY):
            os.kill(pid, signal.SIGCONT)
            await asyncio.sleep(0.05)
            os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(pid, signal.SIGCONT)
