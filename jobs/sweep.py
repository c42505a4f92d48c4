"""What the tables say is owed is done, though every wake-up were lost."""

from typing import Any

from app.services import housekeeping, identity_changes, scoring


async def sweep(ctx: dict[str, Any]) -> None:  # noqa: ARG001  arq passes it to every job
    """Score the leads that still wait, end e-mail conflicts whose reason is gone, fold the board's totals."""
    await scoring.score_all_due()
    await identity_changes.settle_conflicts()
    await housekeeping.fold_totals()


async def tidy(ctx: dict[str, Any]) -> None:  # noqa: ARG001  arq passes it to every job
    """Forget what is only kept for a while, and owe new scores where time has changed the old ones."""
    await housekeeping.tidy()
    await scoring.owe_old_scores()
