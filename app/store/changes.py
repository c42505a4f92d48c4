"""Small changes of a lead, and who made the last one."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from app.store.scope import own_entries, own_leads
from app.store.transaction import connection

if TYPE_CHECKING:
    from datetime import datetime

    from app.domain.deal import Deal
    from app.domain.lead import FollowUp
    from app.domain.viewer import Viewer

_CUSTOMER = "(SELECT own.customer_id FROM lead own WHERE own.id = $2)"


async def last_change(viewer: Viewer, lead_id: UUID) -> tuple[str, datetime] | None:
    """Return the name of who changed the lead last, and when; None when nobody has since it came."""
    row = await connection().fetchrow(
        "SELECT CASE WHEN actor_id = $1 THEN 'You' ELSE coalesce(staff.name, 'Somebody') END AS name, recorded_at"
        f" FROM activity LEFT JOIN staff ON staff.id = actor_id WHERE {own_entries(viewer, _CUSTOMER)}"
        " AND activity.lead_id = $2 AND kind <> 'score_changed' ORDER BY seq DESC LIMIT 1",
        viewer.id,
        lead_id,
    )
    return None if row is None else (row["name"], row["recorded_at"])


async def set_follow_up(viewer: Viewer, lead_id: UUID, follow_up: FollowUp, now: datetime) -> None:
    """Plan the next step of a locked lead, or none."""
    await connection().execute(
        "UPDATE lead SET follow_up_at = $3, follow_up_note = $4, version = version + 1, updated_at = $5"
        f" WHERE {own_leads(viewer)} AND id = $2",
        viewer.id,
        lead_id,
        follow_up.at,
        follow_up.note,
        now,
    )


async def set_deal(viewer: Viewer, lead_id: UUID, deal: Deal, now: datetime) -> None:
    """Note what a locked lead may bring and when."""
    await connection().execute(
        "UPDATE lead SET expected_value = $3, expected_close_on = $4, version = version + 1, updated_at = $5"
        f" WHERE {own_leads(viewer)} AND id = $2",
        viewer.id,
        lead_id,
        deal.value,
        deal.close_on,
        now,
    )
