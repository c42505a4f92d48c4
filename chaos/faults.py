"""What goes wrong on purpose: processes killed or frozen, connections cut, Redis emptied."""

from __future__ import annotations

import asyncio
import os
import signal
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Final

from redis.asyncio import from_url
from redis.exceptions import RedisError

from chaos.system import PARTS

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable
    from random import Random

    from chaos.system import System

    Fault = Callable[[System, Random], Awaitable[None]]

LONGEST_FREEZE: Final = 12.0  # longer than any wait of ours for a store


async def kill(part: str, system: System, _: Random) -> None:
    """End a part as a power cut would."""
    _signal(system.part(part), signal.SIGKILL)


async def freeze(part: str, system: System, chance: Random) -> None:
    """Let a part stand still for a while."""
    pids = system.part(part)
    _signal(pids, signal.SIGSTOP)
    try:
        await asyncio.sleep(chance.uniform(0.5, LONGEST_FREEZE))
    finally:
        _signal(pids, signal.SIGCONT)


async def cut(system: System, _: Random) -> None:
    """Cut every connection to the database."""
    _signal(system.backends(), signal.SIGTERM)


async def crash(system: System, chance: Random) -> None:
    """Kill one of PostgreSQL's own processes, whereupon it ends all and recovers."""
    if backends := system.backends():
        _signal([chance.choice(backends)], signal.SIGKILL)


async def empty(system: System, _: Random) -> None:
    """Take everything Redis holds (P7)."""
    with suppress(RedisError, OSError):
        async with from_url(system.urls["CRM_REDIS_URL"], socket_timeout=5) as redis:
            await redis.flushall()


FAULTS: Final[dict[str, Fault]] = {
    **{f"kill {part}": partial(kill, part) for part in PARTS},
    **{f"freeze {part}": partial(freeze, part) for part in PARTS},
    "cut connections": cut,
    "crash a backend": crash,
    "empty Redis": empty,
}


def _signal(pids: Iterable[int], which: signal.Signals) -> None:
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, which)
