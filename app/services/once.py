"""One request, one effect: do the work, or give the first answer again."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final, TypeVar

from app.core.errors import Conflict, Invalid
from app.core.log import logger
from app.domain.idempotency import Outcome
from app.store import idempotency
from app.store.failures import Deadlock
from app.store.transaction import transaction

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from app.domain.idempotency import Key
    from app.domain.viewer import Viewer

T = TypeVar("T")
# Seconds before the second run and the third: whom a victim makes way for has to wake up before it has the locks.
PAUSES: Final = (0.1, 0.3)

log: Final = logger("once")


async def once(
    viewer: Viewer, key: Key | None, work: Callable[[], Awaitable[T]], kind: type[T]
) -> Outcome[T]:
    """Run `work`, which remembers its answer under `key` in its own transaction.

    The work goes first: a fresh request then costs nothing extra. When it finds the key answered, or no longer
    fits the state that its first run made, the first answer is given again. So it is when a moment that was to come
    is over by now: what depends on the clock is checked in the work. Raises KeyReused for another body.
    A deadlock makes it run again (docs/adr/0098): what it notes outside of itself it must set anew.
    """
    try:
        return Outcome(await through_deadlocks(work))
    except (Conflict, Invalid):
        if key is None:
            raise
        async with transaction(viewer):
            answer = await idempotency.find_answer(viewer, key, kind)
        if answer is None:
            raise
        return Outcome(answer, replayed=True)


async def through_deadlocks(work: Callable[[], Awaitable[T]]) -> T:
    """Run the work; once more, and again, when PostgreSQL ends its transaction to free another one from a deadlock."""
    for pause in PAUSES:
        try:
            return await work()
        except Deadlock:
            log.warning("deadlock_run_again")
        await asyncio.sleep(pause)
    return await work()
