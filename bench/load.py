"""Sixty-four people at once, doing everything: nothing fails, nothing grows, nobody holds more than a pool."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Final

from bench.actions import WrongAnswerError

if TYPE_CHECKING:
    import asyncpg

    from bench.actions import Actions
    from bench.stack import Stack

CLIENTS: Final = 64
MIX: Final = ("board", "timeline", "timeline", "search", "move", "move", "log", "log", "capture")


async def run(stack: Stack, actions: Actions, root: asyncpg.Connection, seconds: int) -> str:
    """Let the clients work this long and say what was seen."""
    done: Counter[str] = Counter()
    backends = 0
    before = memory(stack)
    deadline = time.monotonic() + seconds

    async def client(number: int) -> None:
        chance = Random(number)
        while time.monotonic() < deadline:
            name = chance.choice(MIX)
            try:
                await getattr(actions, name)(number)
                done[name] += 1
            except WrongAnswerError as error:
                done[f"wrong: {error}"] += 1

    working = asyncio.gather(*(client(number) for number in range(CLIENTS)))
    while not working.done():
        await asyncio.wait([working], timeout=1)
        count = await root.fetchval("SELECT count(*) FROM pg_stat_activity WHERE usename = 'crm_app'")
        backends = max(backends, count)
    await working
    wrong = {name: count for name, count in done.items() if name.startswith("wrong")}
    return (
        f"{CLIENTS} clients, {seconds} s: {sum(done.values()) - sum(wrong.values()):,} requests,"
        f" {sum(done.values()) / seconds:,.0f} a second; wrong: {wrong or 'none'}; {backends} backends at most;"
        f" memory of web and worker {before:.0f} MB before, {memory(stack):.0f} MB after"
    )


def memory(stack: Stack) -> float:
    """Return the megabytes that web and worker hold for themselves and share, each page counted once."""
    pids = [*stack.processes(stack.web_pid), *stack.processes(stack.worker_pid)]
    rollups = [Path(f"/proc/{pid}/smaps_rollup").read_text() for pid in pids]
    lines = [line for text in rollups for line in text.splitlines() if line.startswith("Pss:")]
    return sum(int(line.split()[1]) for line in lines) / 1024
