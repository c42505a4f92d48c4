"""Small changes of a lead, and who made the last one."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from app.store.scope import own_entries, own_leads
from app.store.timeline import chains_of
from app.store.transaction import connection

if TYPE_CHECKING:
    from datetime import datetime

    from app.domain.deal import Deal
    from app.domain.lead import FollowUp, Lead
    from app.domain.pipeline import Status
    from app.domain.viewer import Viewer

# Of each chain by its numbers, and of what they bring the newest: after a merge each chain counts for itself.
_LAST = """
    WITH chain AS MATERIALIZED ({chains})
    SELECT CASE WHEN actor_id = $1 THEN 'You' ELSE coalesce(staff.name, 'Somebody') END AS name, recorded_at
    FROM chain CROSS JOIN LATERAL (
        SELECT actor_id, recorded_at FROM activity
        WHERE activity.customer_id = chain.id AND {own} AND activity.lead_id = $2 AND kind <> 'score_changed'
            AND (NOT $3 OR kind IN ('sale_won', 'lead_lost'))
        ORDER BY seq DESC LIMIT 1
    ) entry LEFT JOIN staff ON staff.id = actor_id ORDER BY recorded_at DESC LIMIT 1"""


async def last_change(viewer: Viewer, lead: Lead, *, closing: bool) -> tuple[str, datetime] | None:
    """Return who changed the lead last, or closed it, and when; None when nobody has, or a merge did."""
    row = await connection().fetchrow(
        _LAST.format(chains=chains_of("$4"), own=own_entries(viewer, "$4")),
        viewer.id,
        lead.id,
        closing,
        lead.customer.id,
    )
    return None if row is None else (row["name"], row["recorded_at"])


async def set_follow_up(
    viewer: Viewer, lead_id: UUID, follow_up: FollowUp, status: Status, now: datetime
) -> None:
    """Plan the next step of a locked lead, or none, and say what is done about it until then."""
    await connection().execute(
        "UPDATE lead SET follow_up_at = $3, follow_up_note = $4, status = $5, version = version + 1, updated_at = $6"
        f" WHERE {own_leads(viewer)} AND id = $2",
        viewer.id,
        lead_id,
        follow_up.at,
        follow_up.note,
        status.value,
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
