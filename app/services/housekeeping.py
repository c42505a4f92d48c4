"""Forgetting what is only kept for a while; and doing what has nothing to do with each other, whatever fails of it."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Final

from app.core import clock
from app.core.errors import StoreDown
from app.core.log import logger
from app.domain.viewer import system
from app.store import housekeeping, sessions, totals
from app.store.failures import known_failure
from app.store.transaction import transaction

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from datetime import datetime

    from app.domain.viewer import Viewer

VIEWER: Final = system("jobs")

log = logger("housekeeping")


async def do_each(*things: Callable[[], Awaitable[object]]) -> None:
    """Do all of these, one after the other, unless the database is away; what failed is raised at the end."""
    failures: list[Exception] = []
    for thing in things:
        try:
            await thing()
        except Exception as error:  # noqa: BLE001  it is raised below, after the others had their turn
            name = getattr(thing, "__name__", "")
            log.error("housekeeping_failed", thing=name, error=type(error).__name__)  # noqa: TRY400  values
            failures.append(error)
            if type(known_failure(error)) is StoreDown:
                break
    if failures:
        raise ExceptionGroup("Not all of it was done", failures)


async def tidy() -> None:
    """Delete what is only kept for a while."""
    await do_each(
        _forget_logins,
        _by_itself(housekeeping.forget_old_answers),
        _by_itself(housekeeping.forget_old_audit),
        _by_itself(housekeeping.forget_old_submissions),
        _by_itself(housekeeping.forget_old_tables),
        _by_itself(housekeeping.forget_old_digests),
    )


async def fold_totals() -> None:
    """Shorten the ledgers behind the board's heads."""
    async with transaction(VIEWER):
        await totals.fold_totals(VIEWER)


async def _forget_logins() -> None:
    async with transaction(VIEWER):
        await sessions.forget_old_logins()


def _by_itself(forget: Callable[[Viewer, datetime], Awaitable[None]]) -> Callable[[], Awaitable[None]]:
    @wraps(forget)
    async def in_a_transaction() -> None:
        async with transaction(VIEWER):
            await forget(VIEWER, clock.now())

    return in_a_transaction
