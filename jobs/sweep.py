"""What the tables say is owed is done, though every wake-up were lost."""

from typing import Any

from app.services import bus_upkeep, housekeeping, identity_changes, scoring


async def sweep(ctx: dict[str, Any]) -> None:  # noqa: ARG001  arq passes it to every job
    """Score a portion of the leads that wait, end e-mail conflicts whose reason is gone, fold the board's totals."""
    await housekeeping.do_each(
        scoring.owe_forgotten,
        scoring.score_portion,
        identity_changes.settle_conflicts,
        housekeeping.fold_totals,
    )


async def tidy(ctx: dict[str, Any]) -> None:
    """Forget what is only kept for a while, here and on the bus."""
    await bus_upkeep.trim(ctx["sinks"])
    await housekeeping.tidy()
