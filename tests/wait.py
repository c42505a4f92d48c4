"""Waiting for a state. No test waits for time: these look again until it is there, or say what is missing."""

from __future__ import annotations

import asyncio
import inspect
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

PAUSE = 0.02
PATIENCE = 15.0
BOOT = 60.0  # a process that starts, imports and connects, beside everything else of this run
# How many of this test's connections wait for a lock; other tests wait in databases of their own.
WAITING = """
    SELECT count(*) FROM pg_locks AS wanted WHERE NOT granted AND EXISTS (
        SELECT FROM pg_locks AS held JOIN pg_database ON pg_database.oid = held.database
        WHERE held.pid = wanted.pid AND datname = current_database())"""


async def until(look: Callable[[], Any], what: object, patience: float = PATIENCE) -> Any:
    """Return the first true answer of `look` (async or not); fails with `what` as it is when patience ends."""
    end = time.monotonic() + patience
    while True:
        answer = look()
        if inspect.isawaitable(answer):
            answer = await answer
        if answer:
            return answer
        assert time.monotonic() < end, f"not within {patience:g} s: {what}"
        await asyncio.sleep(PAUSE)


def until_true(look: Callable[[], Any], what: str, patience: float = PATIENCE) -> Any:
    """Return the first true answer of the plain function `look`, for tests without an event loop."""
    end = time.monotonic() + patience
    while not (answer := look()):
        assert time.monotonic() < end, f"not within {patience:g} s: {what}"
        time.sleep(PAUSE)
    return answer
