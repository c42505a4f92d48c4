"""Reassignments: planned in one statement, carried out lead by lead."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from app.domain.reassign import Reassignment
from app.store.rows import optional_json
from app.store.scope import own_leads
from app.store.transaction import connection
from app.store.where import Where

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from app.domain.reassign import Wanted
    from app.domain.viewer import Viewer

RECENT: Final = 20

_READ = """
    SELECT reassignment.id, giver.name AS from_name, stage, reason, state, asker.name AS asked_by,
        undoer.name AS undone_by, reassignment.created_at, finished_at,
        ARRAY(SELECT staff.name FROM unnest(to_ids) WITH ORDINALITY AS to_id (id, place)
            JOIN staff ON staff.id = to_id.id ORDER BY place) AS to_names,
        (SELECT coalesce(jsonb_object_agg(outcome, number), '{}') FROM (
            SELECT outcome, count(*) AS number FROM reassignment_lead
            WHERE reassignment_id = reassignment.id GROUP BY outcome) AS counted)::text AS outcomes
    FROM reassignment
    JOIN staff asker ON asker.id = asked_by_id
    LEFT JOIN staff giver ON giver.id = from_id
    LEFT JOIN staff undoer ON undoer.id = undone_by_id"""


@dataclass(frozen=True, slots=True)
class Task:
    """A reassignment that a worker holds."""

    id: UUID
    from_id: str | None
    reason: str
    undoing: bool
    by: str


@dataclass(frozen=True, slots=True)
class Step:
    """One lead of it, with whom it must still be with to be moved, and who gets it."""

    lead_id: UUID
    holder_id: str | None
    receiver_id: str | None


async def count_by_stage(viewer: Viewer, from_id: str | None, stage: str | None) -> list[tuple[str, int]]:
    """Return how many open leads of somebody (None: of nobody) are in each stage."""
    where = _of(viewer, from_id, stage)
    rows = await connection().fetch(
        f"SELECT stage, count(*) AS number FROM lead WHERE {where} GROUP BY stage", *where.args
    )
    return [(row["stage"], row["number"]) for row in rows]


async def insert_reassignment(viewer: Viewer, task_id: UUID, wanted: Wanted, now: datetime) -> int:
    """Plan it: the leads are dealt out in turn, stage by stage, the best first. Returns how many; a known id: 0."""
    made = await connection().fetchval(
        "INSERT INTO reassignment (id, from_id, to_ids, stage, reason, state, asked_by_id, created_at)"
        " VALUES ($1, $2, $3, $4, $5, 'running', $6, $7) ON CONFLICT DO NOTHING RETURNING true",
        task_id,
        wanted.from_id,
        list(wanted.to_ids),
        wanted.stage,
        wanted.reason,
        viewer.id,
        now,
    )
    return await _plan(viewer, task_id, wanted) if made else 0


async def _plan(viewer: Viewer, task_id: UUID, wanted: Wanted) -> int:
    where = _of(viewer, wanted.from_id, wanted.stage)
    task, receivers = where.bind(task_id), where.bind(list(wanted.to_ids))
    tag = await connection().execute(
        f"INSERT INTO reassignment_lead (reassignment_id, lead_id, to_id) SELECT {task}, id, ({receivers}::text[])"
        " [1 + (row_number() OVER (ORDER BY stage, score DESC NULLS LAST, id) - 1)"
        f" % cardinality({receivers}::text[])] FROM lead WHERE {where}",
        *where.args,
    )
    return int(tag.split()[-1])


async def read_reassignment(_viewer: Viewer, task_id: UUID) -> Reassignment | None:
    """Return one, with what became of its leads."""
    row = await connection().fetchrow(f"{_READ} WHERE reassignment.id = $1", task_id)
    return None if row is None else _reassignment(row)


async def recent_reassignments(_viewer: Viewer) -> list[Reassignment]:
    """Return the newest ones."""
    rows = await connection().fetch(f"{_READ} ORDER BY reassignment.created_at DESC LIMIT {RECENT}")
    return [_reassignment(row) for row in rows]


async def begin_undo(viewer: Viewer, task_id: UUID) -> bool:
    """Turn a finished one round; False when it is not finished or was turned before."""
    tag = await connection().execute(
        "UPDATE reassignment SET state = 'undoing', undone_by_id = $2, finished_at = NULL"
        " WHERE id = $1 AND state = 'done'",
        task_id,
        viewer.id,
    )
    return tag == "UPDATE 1"


async def claim_task(_viewer: Viewer) -> Task | None:
    """Lock the oldest one with something to do that no other worker holds."""
    row = await connection().fetchrow(
        "SELECT id, from_id, reason, state = 'undoing' AS undoing,"
        " CASE state WHEN 'undoing' THEN undone_by_id ELSE asked_by_id END AS by FROM reassignment"
        " WHERE state IN ('running', 'undoing') ORDER BY created_at LIMIT 1 FOR UPDATE SKIP LOCKED"
    )
    return None if row is None else Task(**row)


async def next_steps(_viewer: Viewer, task: Task, number: int) -> list[Step]:
    """Return the next leads to move, in the order in which customers are locked."""
    rows = await connection().fetch(
        "SELECT lead_id, to_id FROM reassignment_lead JOIN lead ON lead.id = lead_id"
        " WHERE reassignment_id = $1 AND outcome = $2 ORDER BY lead.customer_id LIMIT $3",
        task.id,
        "moved" if task.undoing else "planned",
        number,
    )
    if task.undoing:
        return [Step(row["lead_id"], row["to_id"], task.from_id) for row in rows]
    return [Step(row["lead_id"], task.from_id, row["to_id"]) for row in rows]


async def settle_step(task: Task, step: Step, *, moved: bool) -> None:
    """Write down what became of a lead."""
    words = ("returned", "kept") if task.undoing else ("moved", "skipped")
    await connection().execute(
        "UPDATE reassignment_lead SET outcome = $3 WHERE reassignment_id = $1 AND lead_id = $2",
        task.id,
        step.lead_id,
        words[0] if moved else words[1],
    )


async def finish_task(task: Task, now: datetime) -> None:
    """Write down that nothing of it is left to do."""
    await connection().execute(
        "UPDATE reassignment SET state = $2, finished_at = $3 WHERE id = $1",
        task.id,
        "undone" if task.undoing else "done",
        now,
    )


def _of(viewer: Viewer, from_id: str | None, stage: str | None) -> Where:
    where = Where(viewer, own_leads(viewer))
    where.add("stage NOT IN ('closed_won', 'closed_lost')")
    where.add("assigned_to_id IS NULL" if from_id is None else f"assigned_to_id = {where.bind(from_id)}")
    if stage is not None:
        where.add(f"stage = {where.bind(stage)}")
    return where


def _reassignment(row: Mapping[str, Any]) -> Reassignment:
    values = dict(row)
    values["to_names"] = tuple(values["to_names"])
    values["outcomes"] = optional_json(values["outcomes"])
    return Reassignment(**values)
