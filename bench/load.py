"""Sixty-four people at once, doing everything: nothing fails, nothing grows, nobody holds more than a pool."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Final

from bench.actions import WrongAnswerError
from bench.stack import WEB_PROCESSES

if TYPE_CHECKING:
    import asyncpg

    from bench.actions import Actions
    from bench.stack import Stack

CLIENTS: Final = 64
MIX: Final = ("board", "timeline", "timeline", "search", "move", "move", "log", "log", "capture")
# Until then caches fill and statements are prepared; what memory does afterwards is growth.
WARM: Final = 2_000


@dataclass(slots=True)
class Seen:
    """What was seen while they worked."""

    done: Counter[str] = field(default_factory=Counter[str])
    wrong: Counter[str] = field(default_factory=Counter[str])
    backends: int = 0
    warm_at: int = 0
    warm_memory: float = 0.0

    @property
    def requests(self) -> int:
        """How many were answered as they must be."""
        return sum(self.done.values())


async def run(stack: Stack, actions: Actions, root: asyncpg.Connection, seconds: int) -> str:
    """Let the clients work this long and say what was seen."""
    seen, before = Seen(), memory(stack)
    deadline = time.monotonic() + seconds
    working = asyncio.gather(*(_client(actions, number, deadline, seen) for number in range(CLIENTS)))
    while not working.done():
        await asyncio.wait([working], timeout=1)
        await _look(stack, root, seen)
    await working
    return _said(seen, seconds, (before, memory(stack)), _allowed(stack))


async def _client(actions: Actions, number: int, deadline: float, seen: Seen) -> None:
    chance = Random(number)
    while time.monotonic() < deadline:
        name = chance.choice(MIX)
        try:
            await getattr(actions, name)(number)
            seen.done[name] += 1
        except WrongAnswerError as error:
            seen.wrong[f"{name}: {error}"] += 1


async def _look(stack: Stack, root: asyncpg.Connection, seen: Seen) -> None:
    count = await root.fetchval("SELECT count(*) FROM pg_stat_activity WHERE usename = 'crm_app'")
    seen.backends = max(seen.backends, count)
    if not seen.warm_at and seen.requests >= WARM:
        seen.warm_at, seen.warm_memory = seen.requests, memory(stack)


def _allowed(stack: Stack) -> int:
    """Return how many connections the processes may hold: a pool each."""
    return (WEB_PROCESSES + 1) * stack.settings.pool_size


def _said(seen: Seen, seconds: int, held: tuple[float, float], allowed: int) -> str:
    before, after = held
    grown = f"{after - seen.warm_memory:+.0f} MB over the last {seen.requests - seen.warm_at:,} requests"
    return (
        f"{CLIENTS} clients, {seconds} s: {seen.requests:,} requests, {seen.requests / seconds:,.0f} a second;"
        f" wrong: {dict(seen.wrong) or 'none'}; {seen.backends} backends at most, {allowed} allowed;"
        f" memory of web and worker {before:.0f} MB before, {after:.0f} MB after"
        + (f", {grown}" if seen.warm_at else "")
    )


def memory(stack: Stack) -> float:
    """Return the megabytes that web and worker hold for themselves and share, each page counted once."""
    pids = [*stack.processes(stack.web_pid), *stack.processes(stack.worker_pid)]
    rollups = [Path(f"/proc/{pid}/smaps_rollup").read_text() for pid in pids]
    lines = [line for text in rollups for line in text.splitlines() if line.startswith("Pss:")]
    return sum(int(line.split()[1]) for line in lines) / 1024
