"""What reps are to win a month, which an admin sets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.core import clock
from app.core.errors import Invalid, Problem
from app.core.settings import settings
from app.domain.audit import Act
from app.domain.goal import check_goals, months_ahead
from app.domain.permissions import check_administer
from app.store import audit, goals
from app.store.transaction import reading, transaction

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date
    from decimal import Decimal

    from app.domain.goal import RepGoal, SetGoal
    from app.domain.viewer import Viewer


@dataclass(frozen=True, slots=True)
class Goals:
    """Every rep's goal for a month, and those that were set last."""

    reps: list[RepGoal]
    recent: list[SetGoal]
    currency: str


async def list_goals(viewer: Viewer, month: date) -> Goals:
    """Return every rep's goal for a month; raises Forbidden."""
    check_administer(viewer)
    currency = settings().currency
    async with reading(viewer):
        reps = await goals.list_goals(viewer, month, currency)
        return Goals(reps, await goals.recent_goals(viewer), currency)


async def set_goals(viewer: Viewer, wanted: Mapping[str, Decimal | None], month: date, today: date) -> int:
    """Set reps' goals from a month on, None for none, and return how many are others now.

    Raises Forbidden, and Invalid for what is no goal, or from a month that is over where the viewer is.
    """
    check_administer(viewer)
    if month not in months_ahead(today):
        raise Invalid([Problem("#/month", "must be this month or one of the next eleven")])
    checked = check_goals(wanted)
    async with transaction(viewer):
        changed = await goals.insert_goals(viewer, checked, month, settings().currency, clock.now())
        for staff_id in changed:
            await audit.append(viewer, Act("goal_set", staff_id))
    return len(changed)
