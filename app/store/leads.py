"""Leads: read through the viewer's scope, locked before they change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from msgspec import structs

from app.core.errors import NotFound
from app.domain.pipeline import Stage, Status, status_after_contact, status_at_work
from app.store import timeline
from app.store.read_together import Read, read_alone
from app.store.rows import lead_columns, lead_joins, optional_json, to_lead
from app.store.scope import own_customers, own_leads
from app.store.together import Write
from app.store.transaction import connection

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from app.contracts.activity_log import ActivityLog
    from app.domain.activity import CheckedActivity
    from app.domain.lead import Lead, Money
    from app.domain.sale import Loss
    from app.domain.timeline import NewEntry, Recorded
    from app.domain.viewer import Viewer


_RESUMED = """CASE WHEN {} lead.status = 'nurturing' THEN '{{"resumed": true}}' ELSE '{{}}' END::jsonb"""
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


async def lock_for_contact(viewer: Viewer, activity: ActivityLog) -> Lead | None:
    """Return the lead an activity is about, locked: the one named, or the open one; None as for `append_contact`."""
    found = _for_contact(viewer, activity)
    row = await connection().fetchrow(found.sql, *found.args)
    return to_lead(row) if row is not None else None


async def append_contact(
    viewer: Viewer, activity: ActivityLog, checked: CheckedActivity, entry: NewEntry, *beside: Write | None
) -> tuple[Lead, dict[str, Any], Recorded] | None:
    """Append the entry of an activity to the lead it is about, which it makes `after_contact` while that is open.

    Returns the lead as it was before, and what the entry says: also whether it is nurtured no more. None when there is
    no such lead of this customer, or they were erased.
    """
    noted = _contact_write(viewer, checked)
    about = _for_contact(viewer, activity, resumes=checked.resumes)
    found = await timeline.append_about(viewer, about, entry, noted, *beside)
    return None if found is None else (to_lead(found[0]), optional_json(found[0]["data"]), found[1])


async def customer_of(viewer: Viewer, lead_id: UUID) -> UUID:
    """Return the id of a lead's customer; raises NotFound unless both are in the viewer's scope."""
    found = await connection().fetchval(
        "SELECT customer.id FROM lead JOIN customer ON customer.id = lead.customer_id"
        f" WHERE {own_leads(viewer)} AND {own_customers(viewer)} AND lead.id = $2",
        viewer.id,
        lead_id,
    )
    if found is None:
        raise NotFound
    return found


async def newest_lost(viewer: Viewer, customer_id: UUID) -> UUID | None:
    """Return the customer's lead that was lost last, among the viewer's; None when none was."""
    return await connection().fetchval(
        f"SELECT id FROM lead WHERE {own_leads(viewer)} AND customer_id = $2 AND stage = 'closed_lost'"
        " ORDER BY closed_at DESC, id DESC LIMIT 1",
        viewer.id,
        customer_id,
    )


def _for_contact(viewer: Viewer, activity: ActivityLog, *, resumes: bool = False) -> Write:
    sql = f"""
        SELECT {lead_columns(viewer)}, {_RESUMED.format("$4 AND")} AS facts FROM lead {lead_joins(viewer)}
        WHERE {own_leads(viewer)} AND lead.customer_id = $2 AND customer.erased_at IS NULL
            AND CASE WHEN $3::uuid IS NULL THEN lead.closed_at IS NULL ELSE lead.id = $3 END {LOCK}"""
    return Write(sql, (viewer.id, activity.customer_id, activity.lead_id, resumes))


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


async def names_of(viewer: Viewer, lead_ids: Sequence[UUID]) -> dict[UUID, str]:
    """Return the names of the customers of those of these leads that are the viewer's."""
    rows = await connection().fetch(
        "SELECT lead.id, customer.name FROM lead JOIN customer ON customer.id = lead.customer_id"
        f" WHERE {own_leads(viewer)} AND lead.id = ANY ($2)",
        viewer.id,
        list(lead_ids),
    )
    return {row["id"]: row["name"] for row in rows}


async def append_move(
    viewer: Viewer, lead_id: UUID, version: int, target: Stage, entry: NewEntry
) -> tuple[Lead, dict[str, Any], Recorded] | None:
    """Move an open lead that is as it was in `version`, and elsewhere, to `target`, where its age begins anew.

    Returns the lead as it was before, and what the entry says: also where it was, and how many whole days. None where
    it is not so.
    """
    at = entry.occurred_at
    about = _to_move(viewer, lead_id, version, target, at)
    found = await timeline.append_about(viewer, about, entry, _stage_write(viewer, target, at))
    return None if found is None else (to_lead(found[0]), optional_json(found[0]["data"]), found[1])


def _to_move(viewer: Viewer, lead_id: UUID, version: int, target: Stage, at: datetime) -> Write:
    sql = f"""
        SELECT {lead_columns(viewer)}, jsonb_build_object('from', lead.stage,
            'days', floor(extract(epoch FROM $5 - lead.stage_entered_at) / 86400)::int)
            || {_RESUMED.format("")} AS facts
        FROM lead {lead_joins(viewer)}
        WHERE {own_leads(viewer)} AND lead.id = $2 AND lead.version::text = $3 AND lead.closed_at IS NULL
            AND lead.stage <> $4 {LOCK}"""
    return Write(sql, (viewer.id, lead_id, str(version), target.value, at))  # callers send any number


def _stage_write(viewer: Viewer, stage: Stage, at: datetime) -> Write:
    sql = f"""
        UPDATE lead SET stage = $2, status = CASE WHEN lead.status = 'nurturing' THEN 'working' ELSE lead.status END,
            stage_entered_at = $3, version = lead.version + 1, updated_at = $3
        FROM about WHERE {own_leads(viewer)} AND lead.id = about.id"""
    return Write(sql, (viewer.id, stage.value, at))


def in_stage(lead: Lead, stage: Stage, at: datetime) -> Lead:
    """Return a lead as `append_move` leaves it."""
    status = status_at_work(lead.status)
    return structs.replace(lead, stage=stage, status=status, stage_entered_at=at, version=lead.version + 1)


_CLOSE = """stage = $3, status = $4, closed_at = $5, stage_entered_at = $5, updated_at = $5, version = version + 1,
    follow_up_at = NULL, follow_up_note = '', score_due_at = NULL"""


async def win_lead(viewer: Viewer, lead: Lead, sold: Money, at: datetime) -> None:
    """Win a locked lead for good: it is worth what it was sold for, and what was planned is over."""
    await connection().execute(
        f"UPDATE lead SET {_CLOSE}, expected_value = $6, currency = $7 WHERE {own_leads(viewer)} AND id = $2",
        viewer.id,
        lead.id,
        Stage.CLOSED_WON.value,
        Status.CONVERTED.value,
        at,
        sold.amount,
        sold.currency,
    )


async def lose_lead(viewer: Viewer, lead: Lead, loss: Loss, at: datetime) -> None:
    """Lose a locked lead for good; what was planned is over."""
    await connection().execute(
        f"UPDATE lead SET {_CLOSE}, lost_reason = $6, lost_to = $7 WHERE {own_leads(viewer)} AND id = $2",
        viewer.id,
        lead.id,
        Stage.CLOSED_LOST.value,
        Status.DISQUALIFIED.value,
        at,
        loss.reason,
        loss.competitor or None,
    )


def _contact_write(viewer: Viewer, activity: CheckedActivity) -> Write:
    planned = activity.follow_up
    sql = f"""
        UPDATE lead SET status = CASE WHEN lead.status = ANY ($2) THEN 'working' ELSE lead.status END,
            score_due_at = CASE WHEN about.closed_at IS NULL THEN coalesce($6, lead.score_due_at)
                ELSE lead.score_due_at END,
            updated_at = $3, version = lead.version + 1,
            follow_up_at = coalesce($4, lead.follow_up_at), follow_up_note = coalesce($5, lead.follow_up_note)
        FROM about WHERE {own_leads(viewer)} AND lead.id = about.id
            AND (about.closed_at IS NULL OR about.stage = 'closed_lost' AND $4::timestamptz IS NOT NULL)"""
    after = {each: status_after_contact(each, resumes=activity.resumes) for each in Status}
    worked_on = [each.value for each, then in after.items() if then is not each]
    to = (planned.at, planned.note) if planned else (None, None)
    due = activity.now if activity.shows_interest else None
    return Write(sql, (viewer.id, worked_on, activity.now, *to, due))


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
