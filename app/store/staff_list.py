"""The staff directory as an admin reads it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.domain.staff import StaffLine
from app.store.transaction import connection

if TYPE_CHECKING:
    from datetime import datetime

    from app.domain.viewer import Viewer

_LIST = """
    SELECT staff.id, name, email, rep_id, roles, active, accepts_leads, last_login_at,
        coalesce(held.number, 0) AS open_leads, coalesce(signed_in.number, 0) AS sessions
    FROM staff
    LEFT JOIN (SELECT assigned_to_id, count(*) AS number FROM lead
        WHERE stage NOT IN ('closed_won', 'closed_lost') GROUP BY assigned_to_id) held ON held.assigned_to_id = staff.id
    LEFT JOIN (SELECT staff_id, count(*) AS number FROM session
        WHERE expires_at > $1 AND last_seen_at > $1::timestamptz - interval '30 minutes' GROUP BY staff_id) signed_in
        ON signed_in.staff_id = staff.id
    ORDER BY active DESC, rep_id IS NULL, lower(name), staff.id"""


@dataclass(frozen=True, slots=True)
class Attention:
    """What waits for an admin."""

    unassigned_leads: int
    leads_of_inactive: int
    dead_events: int
    email_conflicts: int


async def list_staff(_viewer: Viewer, now: datetime) -> list[StaffLine]:
    """Return everybody: the active first, sales before the others."""
    return [_line(dict(row)) for row in await connection().fetch(_LIST, now)]


async def set_accepts_leads(_viewer: Viewer, staff_id: str, now: datetime, *, accepts: bool) -> bool:
    """Let the next captured leads go to somebody, or not; False when there is nobody of this id."""
    tag = await connection().execute(
        "UPDATE staff SET accepts_leads = $2, updated_at = $3 WHERE id = $1 AND rep_id IS NOT NULL",
        staff_id,
        accepts,
        now,
    )
    return tag == "UPDATE 1"


async def read_attention(_viewer: Viewer) -> Attention:
    """Count what waits for an admin."""
    row: Any = await connection().fetchrow(
        "SELECT count(*) FILTER (WHERE assigned_to_id IS NULL) AS unassigned_leads,"
        " count(*) FILTER (WHERE NOT active) AS leads_of_inactive,"
        " (SELECT count(*) FROM inbox WHERE status = 'dead') AS dead_events,"
        " (SELECT count(*) FROM customer WHERE email_conflict IS NOT NULL) AS email_conflicts"
        " FROM lead LEFT JOIN staff ON staff.id = assigned_to_id"
        " WHERE stage NOT IN ('closed_won', 'closed_lost') AND (assigned_to_id IS NULL OR NOT active)"
    )
    return Attention(**row)


def _line(values: dict[str, Any]) -> StaffLine:
    values["roles"] = tuple(values["roles"])
    return StaffLine(**values)
