"""What reps are to win a month: each goal that was ever set; of a month, the newest from it or the last one before."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from app.core.ids import uuid7
from app.domain.goal import RepGoal, SetGoal
from app.store.transaction import connection

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime
    from decimal import Decimal

    from app.domain.viewer import Viewer

# Somebody's goal for a month, as SQL: who, which month and which currency are filled in.
IN_FORCE: Final = """
    SELECT amount FROM sales_goal WHERE staff_id = {who} AND currency = {currency} AND month <= {month}
    ORDER BY month DESC, set_at DESC, id DESC LIMIT 1"""
_OF_MONTH: Final = f"""
    SELECT id, name, ({IN_FORCE.format(who="staff.id", month="$1::date", currency="$2::text")}) AS goal
    FROM staff WHERE active AND rep_id IS NOT NULL ORDER BY lower(name), id"""
_RECENT: Final = """
    SELECT staff.name, month, amount, currency, setter.name AS set_by, set_at
    FROM sales_goal JOIN staff ON staff.id = staff_id JOIN staff AS setter ON setter.id = set_by_id
    ORDER BY set_at DESC, sales_goal.id DESC LIMIT $1"""
_INSERT: Final = f"""
    INSERT INTO sales_goal (id, staff_id, month, amount, currency, set_by_id, set_at)
    SELECT wanted.id, staff.id, $1, wanted.amount, $2, $3, $4
    FROM unnest($5::uuid[], $6::text[], $7::numeric[]) AS wanted (id, staff_id, amount)
    JOIN staff ON staff.id = wanted.staff_id AND rep_id IS NOT NULL
    WHERE wanted.amount IS DISTINCT FROM ({IN_FORCE.format(who="staff.id", month="$1::date", currency="$2::text")})
    RETURNING staff_id"""


async def list_goals(_viewer: Viewer, month: date, currency: str) -> list[RepGoal]:
    """Return every active rep with their goal for a month."""
    return [RepGoal(**dict(row)) for row in await connection().fetch(_OF_MONTH, month, currency)]


async def recent_goals(_viewer: Viewer, limit: int = 20) -> list[SetGoal]:
    """Return the goals that were set last, the newest first."""
    return [SetGoal(**dict(row)) for row in await connection().fetch(_RECENT, limit)]


async def insert_goals(
    viewer: Viewer, goals: Mapping[str, Decimal | None], month: date, currency: str, at: datetime
) -> list[str]:
    """Set those of the reps' goals that are others by now, from a month on; returns whose."""
    ids = [uuid7() for _ in goals]
    rows = await connection().fetch(
        _INSERT, month, currency, viewer.id, at, ids, list(goals), list(goals.values())
    )
    return [row["staff_id"] for row in rows]
