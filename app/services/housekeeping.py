"""Forgetting: sessions that are over, logins never finished, answers nobody asks for again."""

from typing import Final

from app.core import clock
from app.domain.viewer import system
from app.store import housekeeping, sessions, totals
from app.store.transaction import transaction

VIEWER: Final = system("jobs")


async def tidy() -> None:
    """Delete what is only kept for a while."""
    async with transaction(VIEWER):
        await sessions.forget_old_logins()
        await housekeeping.forget_old_answers(VIEWER, clock.now())
        await housekeeping.forget_old_submissions(VIEWER, clock.now())


async def fold_totals() -> None:
    """Shorten the ledger behind the board's heads."""
    async with transaction(VIEWER):
        await totals.fold_totals(VIEWER)
