"""Reassignments: planned in one statement, carried out lead by lead."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from app.domain.reassign import Reassignment
from app.store.rows import changed, optional_json
from app.store.scope import own_leads
from app.store.transaction import connection

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from app.domain.reassign import Receivers
    from app.domain.viewer import Viewer

RECENT: Final = 20

_READ = """
    SELECT reassignment.id, reason, state, asker.name AS asked_by, undoer.name AS undone_by,
        reassignment.created_at, finished_at,
        ARRAY(SELECT coalesce(staff.name, '') FROM (SELECT DISTINCT from_id FROM reassignment_lead
            WHERE reassignment_id = reassignment.id) AS giver LEFT JOIN staff ON staff.id = from_id
            ORDER BY 1) AS from_names,
        ARRAY(SELECT staff.name FROM unnest(to_ids) WITH ORDINALITY AS to_id (id, place)
            JOIN staff ON staff.id = to_id.id ORDER BY place) AS to_names,
        (SELECT coalesce(jsonb_object_agg(outcome, number), '{}') FROM (
            SELECT outcome, count(*) AS number FROM reassignment_lead
            WHERE reassignment_id = reassignment.id GROUP BY outcome) AS counted)::text AS outcomes,
        (SELECT coalesce(jsonb_object_agg(outcome || ':' || because, number), '{}') FROM (
            SELECT outcome, because, count(*) AS number FROM reassignment_lead
            WHERE reassignment_id = reassignment.id AND because IS NOT NULL
            GROUP BY outcome, because) AS counted)::text AS stayed
    FROM reassignment
    JOIN staff asker ON asker.id = asked_by_id
    LEFT JOIN staff undoer ON undoer.id = undone_by_id"""
# Dealt out in turn in the order in which they were looked at.
_PLAN = """
    INSERT INTO reassignment_lead (reassignment_id, lead_id, from_id, to_id, outcome, because)
    SELECT $2, id, holder_id, to_id, CASE WHEN because IS NULL THEN 'planned' ELSE 'skipped' END, because
    FROM (SELECT lead.id, lead.assigned_to_id AS holder_id, to_id,
            CASE WHEN lead.closed_at IS NOT NULL THEN 'closed' WHEN lead.version <> seen.version THEN 'changed'
                WHEN lead.assigned_to_id = to_id THEN 'given' END AS because
        FROM unnest($3::uuid[], $4::int[]) WITH ORDINALITY AS seen (id, version, place)
        JOIN lead ON lead.id = seen.id
        JOIN unnest($5::text[]) WITH ORDINALITY AS receiver (to_id, turn)
            ON turn = 1 + (place - 1) % cardinality($5::text[])
        WHERE {own}) AS planned"""

# Who sells no more since it was planned is passed over: the next of those who were chosen gets the lead.
_NEXT = """
    SELECT step.lead_id, step.from_id, step.to_id, (
        SELECT staff.id FROM unnest(to_ids) WITH ORDINALITY AS receiver (id, place)
        JOIN staff ON staff.id = receiver.id AND staff.active AND staff.rep_id IS NOT NULL
        WHERE staff.id IS DISTINCT FROM step.from_id
        ORDER BY place < array_position(to_ids, step.to_id), place LIMIT 1) AS next_id
    FROM reassignment_lead step JOIN lead ON lead.id = step.lead_id
    JOIN reassignment ON reassignment.id = step.reassignment_id
    WHERE step.reassignment_id = $1 AND step.outcome = $2 ORDER BY lead.customer_id LIMIT $3"""


@dataclass(frozen=True, slots=True)
class Task:
    """A reassignment that a worker holds."""

    id: UUID
    reason: str
    undoing: bool
    by: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Step:
    """One lead of it, with whom it must still be with to be moved, who gets it, and whose turn that was."""

    lead_id: UUID
    holder_id: str | None
    receiver_id: str | None  # null: nobody; who was chosen but sells no more gets none
    turn_id: str | None


async def insert_reassignment(
    viewer: Viewer, task_id: UUID, seen: Mapping[UUID, int], to: Receivers, now: datetime
) -> int:
    """Plan it: leads that are still as they were `seen` are dealt out in turn. Returns how many; a known id: 0."""
    made = await connection().fetchval(
        "INSERT INTO reassignment (id, to_ids, reason, state, asked_by_id, created_at)"
        " VALUES ($1, $2, $3, 'running', $4, $5) ON CONFLICT DO NOTHING RETURNING true",
        task_id,
        list(to.ids),
        to.reason,
        viewer.id,
        now,
    )
    if not made:
        return 0
    plan, args = _PLAN.format(own=own_leads(viewer)), (list(seen), list(seen.values()), list(to.turns))
    return changed(await connection().execute(plan, viewer.id, task_id, *args))


async def read_reassignment(_viewer: Viewer, task_id: UUID) -> Reassignment | None:
    """Return one, with what became of its leads."""
    row = await connection().fetchrow(f"{_READ} WHERE reassignment.id = $1", task_id)
    return None if row is None else _reassignment(row)


async def recent_reassignments(_viewer: Viewer) -> list[Reassignment]:
    """Return the newest ones."""
    rows = await connection().fetch(f"{_READ} ORDER BY reassignment.created_at DESC LIMIT {RECENT}")
    return [_reassignment(row) for row in rows]


async def begin_undo(viewer: Viewer, task_id: UUID, since: datetime) -> bool:
    """Turn round one that was finished after `since`; False when it was not, or was turned before."""
    tag = await connection().execute(
        "UPDATE reassignment SET state = 'undoing', undone_by_id = $2, finished_at = NULL"
        " WHERE id = $1 AND state = 'done' AND finished_at > $3",
        task_id,
        viewer.id,
        since,
    )
    return changed(tag) > 0


async def claim_task(_viewer: Viewer) -> Task | None:
    """Lock the oldest one with something to do that no other worker holds."""
    row = await connection().fetchrow(
        "SELECT id, reason, state = 'undoing' AS undoing, created_at,"
        " CASE state WHEN 'undoing' THEN undone_by_id ELSE asked_by_id END AS by FROM reassignment"
        " WHERE state IN ('running', 'undoing') ORDER BY created_at LIMIT 1 FOR UPDATE SKIP LOCKED"
    )
    return None if row is None else Task(**row)


async def next_steps(_viewer: Viewer, task: Task, number: int) -> list[Step]:
    """Return the next leads to move, in the order in which customers are locked."""
    outcome = "moved" if task.undoing else "planned"
    rows = await connection().fetch(_NEXT, task.id, outcome, number)
    if task.undoing:
        return [Step(row["lead_id"], row["to_id"], row["from_id"], row["from_id"]) for row in rows]
    return [Step(row["lead_id"], row["from_id"], row["next_id"], row["to_id"]) for row in rows]


async def settle_step(task: Task, step: Step, because: str | None) -> None:
    """Write down what became of a lead: moved, to whom, or why it stayed."""
    words = ("returned", "kept") if task.undoing else ("moved", "skipped")
    diverted = because is None and step.receiver_id != step.turn_id
    await connection().execute(
        "UPDATE reassignment_lead SET outcome = $3, because = $4, to_id = coalesce($5, to_id)"
        " WHERE reassignment_id = $1 AND lead_id = $2",
        task.id,
        step.lead_id,
        words[0] if because is None else words[1],
        "next" if diverted else because,
        step.receiver_id if diverted else None,
    )


async def finish_task(task: Task, now: datetime) -> None:
    """Write down that nothing of it is left to do."""
    await connection().execute(
        "UPDATE reassignment SET state = $2, finished_at = $3 WHERE id = $1",
        task.id,
        "undone" if task.undoing else "done",
        now,
    )


def _reassignment(row: Mapping[str, Any]) -> Reassignment:
    values = dict(row)
    for names in ("from_names", "to_names"):
        values[names] = tuple(values[names])
    for counts in ("outcomes", "stayed"):
        values[counts] = optional_json(values[counts])
    return Reassignment(**values)
