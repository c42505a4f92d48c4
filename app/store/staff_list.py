"""The staff directory as an admin reads it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.domain.staff import Attention, StaffLine
from app.store.rows import changed
from app.store.transaction import connection

if TYPE_CHECKING:
    from datetime import datetime

    from app.domain.viewer import Viewer

# How many leads somebody has is kept (docs/adr/0090): counting would read every open one.
_LIST = """
    SELECT staff.id, name, email, rep_id, roles, active, accepts_leads, last_login_at,
        coalesce(held.number, 0) AS open_leads, coalesce(signed_in.number, 0) AS sessions
    FROM staff
    LEFT JOIN (SELECT owner_id, sum(leads)::bigint AS number FROM lead_total
        WHERE stage NOT IN ('closed_won', 'closed_lost') GROUP BY owner_id) held ON held.owner_id = staff.id
    LEFT JOIN (SELECT staff_id, count(*) AS number FROM session
        WHERE expires_at > $1 AND last_seen_at > $1::timestamptz - interval '30 minutes' GROUP BY staff_id) signed_in
        ON signed_in.staff_id = staff.id
    ORDER BY active DESC, rep_id IS NULL, lower(name), staff.id"""

_ATTENTION = """
    SELECT coalesce(sum(leads) FILTER (WHERE owner_id = ''), 0)::bigint AS unassigned_leads,
        coalesce(sum(leads) FILTER (WHERE NOT active), 0)::bigint AS leads_of_inactive,
        (SELECT count(*) FROM inbox WHERE status = 'dead') AS dead_events,
        (SELECT count(*) FROM customer WHERE email_conflict IS NOT NULL) AS email_conflicts,
        (SELECT count(*) FROM capture_submission WHERE outcome = 'held') AS held_forms,
        (SELECT count(*) FROM outbox WHERE published_at IS NULL AND last_error IS NOT NULL) AS failing_events,
        (SELECT count(*) FROM erasure WHERE done_at IS NULL AND withdrawn_at IS NULL) AS open_erasures
    FROM lead_total LEFT JOIN staff ON staff.id = owner_id WHERE stage NOT IN ('closed_won', 'closed_lost')"""


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
    return changed(tag) > 0


async def read_attention(_viewer: Viewer) -> Attention:
    """Count what waits for an admin."""
    row: Any = await connection().fetchrow(_ATTENTION)
    return Attention(**row)


def _line(values: dict[str, Any]) -> StaffLine:
    values["roles"] = tuple(values["roles"])
    return StaffLine(**values)
