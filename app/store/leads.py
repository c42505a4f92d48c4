"""Leads: read through the viewer's scope, locked before they change."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from app.core.errors import NotFound
from app.domain.pipeline import Stage, Status, status_after_contact
from app.store.rows import lead_columns, lead_joins, to_lead
from app.store.scope import own_leads
from app.store.transaction import connection

if TYPE_CHECKING:
    from app.domain.activity import CheckedActivity
    from app.domain.lead import Lead
    from app.domain.viewer import Viewer


# The customer first, as a capture does: whoever locks both in this order cannot deadlock.
LOCK = "FOR NO KEY UPDATE OF customer FOR NO KEY UPDATE OF lead"


async def read_lead(viewer: Viewer, lead_id: UUID) -> Lead:
    """Return the lead; raises NotFound when there is none or it is not the viewer's."""
    return await _read(viewer, lead_id, "")


async def lock_lead(viewer: Viewer, lead_id: UUID) -> Lead:
    """Return the lead locked until the transaction ends; raises NotFound like `read_lead`."""
    return await _read(viewer, lead_id, LOCK)


async def lock_open_lead(viewer: Viewer, customer_id: UUID) -> Lead | None:
    """Return the viewer's open lead of this customer, locked, or None."""
    row = await connection().fetchrow(
        f"SELECT {lead_columns(viewer)} FROM lead {lead_joins(viewer)}"
        f" WHERE {own_leads(viewer)} AND lead.customer_id = $2"
        f" AND lead.stage NOT IN ('closed_won', 'closed_lost') {LOCK}",
        viewer.id,
        customer_id,
    )
    return None if row is None else to_lead(row)


async def _read(viewer: Viewer, lead_id: UUID, lock: str) -> Lead:
    row = await connection().fetchrow(
        f"SELECT {lead_columns(viewer)} FROM lead {lead_joins(viewer)}"
        f" WHERE {own_leads(viewer)} AND lead.id = $2 {lock}",
        viewer.id,
        lead_id,
    )
    if row is None:
        raise NotFound
    return to_lead(row)


async def leads_of_customer(viewer: Viewer, customer_id: UUID) -> tuple[Lead, ...]:
    """Return the viewer's leads of one customer, newest first."""
    rows = await connection().fetch(
        f"SELECT {lead_columns(viewer)} FROM lead {lead_joins(viewer)}"
        f" WHERE {own_leads(viewer)} AND lead.customer_id = $2 ORDER BY lead.created_at DESC, lead.id DESC",
        viewer.id,
        customer_id,
    )
    return tuple(to_lead(row) for row in rows)


async def set_stage(viewer: Viewer, lead_id: UUID, stage: str, at: datetime) -> None:
    """Move a locked lead to an open stage; its age in the stage begins anew."""
    await connection().execute(
        "UPDATE lead SET stage = $3, stage_entered_at = $4, score_due_at = coalesce(score_due_at, $4),"
        f" version = version + 1, updated_at = $4 WHERE {own_leads(viewer)} AND id = $2",
        viewer.id,
        lead_id,
        stage,
        at,
    )


async def close_lead(
    viewer: Viewer, lead: Lead, stage: Stage, at: datetime, lost_reason: str | None = None
) -> None:
    """Close a locked lead for good: won, or lost with a reason. What was planned is over."""
    await connection().execute(
        "UPDATE lead SET stage = $3, status = $4, lost_reason = $5, closed_at = $6, stage_entered_at = $6,"
        " follow_up_at = NULL, follow_up_note = '', score_due_at = NULL, version = version + 1, updated_at = $6"
        f" WHERE {own_leads(viewer)} AND id = $2",
        viewer.id,
        lead.id,
        stage.value,
        (Status.CONVERTED if stage is Stage.CLOSED_WON else Status.DISQUALIFIED).value,
        lost_reason,
        at,
    )


async def note_contact(viewer: Viewer, lead: Lead, activity: CheckedActivity) -> None:
    """Note a contact on an open, locked lead: it is worked on, wants a new score, has maybe a follow-up."""
    planned = activity.follow_up
    await connection().execute(
        "WITH contacted AS (UPDATE customer SET last_contact_at = greatest(last_contact_at, $8), updated_at = $4"
        " WHERE id = (SELECT customer_id FROM lead WHERE id = $2))"
        " UPDATE lead SET status = $3, score_due_at = coalesce(score_due_at, $4), updated_at = $4,"
        " follow_up_at = CASE WHEN $5 THEN $6 ELSE follow_up_at END,"
        " follow_up_note = CASE WHEN $5 THEN $7 ELSE follow_up_note END, version = version + 1"
        f" WHERE {own_leads(viewer)} AND id = $2",
        viewer.id,
        lead.id,
        status_after_contact(lead.status).value,
        activity.now,
        planned is not None,
        planned.at if planned else None,
        planned.note if planned else "",
        activity.occurred_at,
    )


async def assign_lead(viewer: Viewer, lead_id: UUID, staff_id: str, at: datetime) -> None:
    """Give a locked lead to another person."""
    await connection().execute(
        "UPDATE lead SET assigned_to_id = $3, version = version + 1, updated_at = $4"
        f" WHERE {own_leads(viewer)} AND id = $2",
        viewer.id,
        lead_id,
        staff_id,
        at,
    )
