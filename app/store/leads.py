"""Leads: read through the viewer's scope, locked before they change."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from msgspec import structs

from app.core.errors import NotFound
from app.domain.pipeline import Stage, Status, status_after_contact
from app.store.read_together import Read, read_alone
from app.store.rows import lead_columns, lead_joins, to_lead
from app.store.scope import own_leads
from app.store.together import Write
from app.store.transaction import connection

if TYPE_CHECKING:
    from app.contracts.activity_log import ActivityLog
    from app.domain.activity import CheckedActivity
    from app.domain.lead import Lead
    from app.domain.viewer import Viewer


# The customer first, as a capture does. A lead that a merge moves meanwhile is the exception: docs/map.md, Locks.
LOCK = "FOR NO KEY UPDATE OF customer FOR NO KEY UPDATE OF lead"


async def read_lead(viewer: Viewer, lead_id: UUID) -> Lead:
    """Return the lead; raises NotFound when there is none or it is not the viewer's."""
    return await _read(viewer, lead_id, "")


async def lock_lead(viewer: Viewer, lead_id: UUID) -> Lead:
    """Return the lead locked until the transaction ends; raises NotFound like `read_lead`."""
    try:
        return await _read(viewer, lead_id, LOCK)
    except NotFound:  # While we waited for its customer, they may have been merged, and the lead moved.
        return await _read(viewer, lead_id, LOCK)


async def lock_for_contact(viewer: Viewer, activity: ActivityLog, at: datetime) -> Lead | None:
    """Return the lead a contact at `at` is about, locked, as it is after it: the one named, or the open one.

    None when there is no such lead of this customer, or they were erased. The entry moves the last contact.
    """
    row = await connection().fetchrow(
        f"""SELECT {lead_columns(viewer)} FROM lead {lead_joins(viewer)}
            WHERE {own_leads(viewer)} AND lead.customer_id = $2 AND customer.erased_at IS NULL
                AND CASE WHEN $3::uuid IS NULL THEN lead.closed_at IS NULL ELSE lead.id = $3 END {LOCK}""",
        viewer.id,
        activity.customer_id,
        activity.lead_id,
    )
    if row is None:
        return None
    lead = to_lead(row)
    return structs.replace(lead, last_contact_at=max(lead.last_contact_at or at, at))


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


def of_customer(viewer: Viewer, customer_id: UUID) -> Read[tuple[Lead, ...]]:
    """Return what reads the viewer's leads of one customer, newest first."""
    sql = (
        f"SELECT {lead_columns(viewer)} FROM lead {lead_joins(viewer)}"
        f" WHERE {own_leads(viewer)} AND lead.customer_id = $2 ORDER BY lead.created_at DESC, lead.id DESC"
    )
    return Read(sql, (viewer.id, customer_id), lambda rows: tuple(to_lead(row) for row in rows))


async def leads_of_customer(viewer: Viewer, customer_id: UUID) -> tuple[Lead, ...]:
    """Return the viewer's leads of one customer, newest first."""
    return await read_alone(of_customer(viewer, customer_id))


def set_stage(viewer: Viewer, lead: Lead, stage: Stage, at: datetime) -> tuple[Lead, Write]:
    """Return a locked lead as it is in another open stage, and what moves it: its age there begins anew."""
    sql = (
        "UPDATE lead SET stage = $3, stage_entered_at = $4, score_due_at = coalesce(score_due_at, $4),"
        f" version = version + 1, updated_at = $4 WHERE {own_leads(viewer)} AND id = $2"
    )
    moved = structs.replace(lead, stage=stage, stage_entered_at=at, version=lead.version + 1)
    return moved, Write(sql, (viewer.id, lead.id, stage.value, at))


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


def note_contact(viewer: Viewer, lead: Lead, activity: CheckedActivity) -> tuple[Lead, Write]:
    """Return an open, locked lead after a contact, and what notes it: worked on, a score owed, maybe a follow-up."""
    planned = activity.follow_up
    contacted = structs.replace(
        lead,
        status=status_after_contact(lead.status),
        follow_up_at=planned.at if planned else lead.follow_up_at,
        follow_up_note=planned.note if planned else lead.follow_up_note,
        version=lead.version + 1,
    )
    sql = (
        "UPDATE lead SET status = $3, score_due_at = coalesce(score_due_at, $4), updated_at = $4,"
        " follow_up_at = $5, follow_up_note = $6, version = version + 1"
        f" WHERE {own_leads(viewer)} AND id = $2"
    )
    to = (contacted.status.value, activity.now, contacted.follow_up_at, contacted.follow_up_note)
    return contacted, Write(sql, (viewer.id, lead.id, *to))


async def assign_lead(viewer: Viewer, lead_id: UUID, staff_id: str | None, at: datetime) -> None:
    """Give a locked lead to another person, or to nobody."""
    await connection().execute(
        "UPDATE lead SET assigned_to_id = $3, version = version + 1, updated_at = $4"
        f" WHERE {own_leads(viewer)} AND id = $2",
        viewer.id,
        lead_id,
        staff_id,
        at,
    )
