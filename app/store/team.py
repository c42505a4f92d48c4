"""The team's figures; row policies keep them an admin's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from app.domain.pipeline import OPEN_STAGES
from app.domain.team import Pulse, Rep, RepLine
from app.store.goals import IN_FORCE
from app.store.read_together import Read
from app.store.transaction import connection
from app.store.where import containing

if TYPE_CHECKING:
    from app.domain.my_day import Today
    from app.domain.viewer import Viewer

_GOAL: Final = IN_FORCE.format(who="staff.id", currency="$4", month="$5")
# Both counted along an index, for each rep apart: `lead_board` and `lead_closed`. Won is what a report counts as won.
_REPS: Final = f"""
    SELECT staff.id, staff.name, coalesce(kept.leads, 0)::bigint AS leads, coalesce(kept.value, 0) AS value,
        (SELECT count(*) FROM lead WHERE lead.assigned_to_id = staff.id AND stage = ANY($3)
            AND coalesce(follow_up_at, 'infinity') <= $1) AS overdue,
        coalesce((SELECT sum(expected_value) FROM lead WHERE lead.assigned_to_id = staff.id AND stage = 'closed_won'
            AND closed_at >= $2 AND currency = $4), 0) AS won, ({_GOAL}) AS goal
    FROM staff LEFT JOIN (
        SELECT owner_id, sum(leads) AS leads, sum(value) AS value FROM lead_total
        WHERE stage = ANY($3) GROUP BY owner_id
    ) AS kept ON kept.owner_id = staff.id
    WHERE staff.active AND staff.rep_id IS NOT NULL ORDER BY value DESC, staff.name LIMIT 50"""
_PULSE: Final = """
    SELECT
        (SELECT count(*) FROM capture_submission WHERE received_at >= $1) AS captured_today,
        (SELECT count(*) FROM capture_submission
            WHERE received_at >= $2::timestamptz - interval '7 days') AS captured_week,
        (SELECT coalesce(sum(leads), 0)::bigint FROM lead_total WHERE owner_id = '' AND stage = ANY($3)) AS unassigned,
        (SELECT count(*) FROM outbox WHERE published_at IS NULL AND last_error IS NULL) AS queued,
        (SELECT count(*) FROM outbox WHERE published_at IS NULL AND last_error IS NOT NULL) AS failing,
        (SELECT count(*) FROM capture_submission WHERE outcome = 'held') AS held"""


async def read_reps(_viewer: Viewer, today: Today, currency: str) -> tuple[RepLine, ...]:
    """Return every rep's open pipeline, what is overdue with them, what they won this month, and its goal."""
    stages = [stage.value for stage in OPEN_STAGES]
    begun = today.month_begins
    rows = await connection().fetch(_REPS, today.now, begun, stages, currency, begun.date())
    return tuple(RepLine(**dict(row)) for row in rows)


async def read_pulse(_viewer: Viewer, today: Today) -> Pulse:
    """Return what came in lately, and what waits for an admin."""
    row: Any = await connection().fetchrow(_PULSE, today.begins, today.now, [s.value for s in OPEN_STAGES])
    return Pulse(**dict(row))


def who_is(_viewer: Viewer, staff_id: str) -> Read[str | None]:
    """Return what reads the name of a member of staff, also of one who left; None for nobody."""
    sql = "SELECT name FROM staff WHERE id = $1"
    return Read(sql, (staff_id,), lambda rows: next((row["name"] for row in rows), None))


async def read_rep(_viewer: Viewer, staff_id: str) -> tuple[Rep, ...]:
    """Return the active rep with that id; nobody when there is none."""
    rows = await connection().fetch(
        "SELECT id, name, email FROM staff WHERE active AND rep_id IS NOT NULL AND id = $1", staff_id
    )
    return tuple(Rep(**dict(row)) for row in rows)


async def find_reps(_viewer: Viewer, words: str, most: int) -> tuple[Rep, ...]:
    """Return the first active reps by name that have all the words in name or e-mail."""
    patterns = [containing(word) for word in words.lower().split()]
    rows = await connection().fetch(
        "SELECT id, name, email FROM staff WHERE active AND rep_id IS NOT NULL"
        " AND lower(name || ' ' || email) LIKE ALL ($1::text[]) ORDER BY lower(name), id LIMIT $2",
        patterns,
        most,
    )
    return tuple(Rep(**dict(row)) for row in rows)
