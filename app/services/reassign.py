"""Give many leads to others at once: looked at first, carried out by a worker, taken back by a click."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from app.core import clock
from app.core.errors import Conflict, Invalid, NotFound, Problem
from app.core.log import logger
from app.domain.permissions import check_assign_lead
from app.domain.pipeline import Stage
from app.domain.reassign import Preview, checked, shares
from app.domain.timeline import about_lead
from app.domain.viewer import system
from app.gateways import live, queue
from app.gateways.live import Change
from app.store import leads, reassign, staff, timeline
from app.store.transaction import reading, transaction

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from app.domain.reassign import Reassignment, Wanted
    from app.domain.viewer import Viewer
    from app.store.reassign import Step, Task

WORKER: Final = system("jobs")
AT_ONCE: Final = 20
MOST_BATCHES: Final = 40  # A job must end long before its time is over; the sweep goes on.

log = logger("reassign")


async def preview(viewer: Viewer, wanted: Wanted) -> Preview:
    """Return what it would do now, without doing it; raises Forbidden, and Invalid like `start`."""
    check_assign_lead(viewer)
    clean = checked(wanted)
    async with reading(viewer):
        await _check_people(viewer, clean)
        counted = await reassign.count_by_stage(viewer, clean.from_id, clean.stage)
    by_stage = sorted(counted, key=lambda line: list(Stage).index(Stage(line[0])))
    return Preview(tuple(by_stage), shares(sum(number for _, number in by_stage), clean.to_ids))


async def start(viewer: Viewer, task_id: UUID, wanted: Wanted) -> None:
    """Plan it and let a worker begin. The same id plans once; raises Invalid with every problem."""
    check_assign_lead(viewer)
    clean = checked(wanted)
    async with transaction(viewer):
        await _check_people(viewer, clean)
        number = await reassign.insert_reassignment(viewer, task_id, clean, clock.now())
    log.info("reassignment_asked", by=viewer.id, id=str(task_id), leads=number)
    await queue.wake("reassign_leads")


async def undo(viewer: Viewer, task_id: UUID) -> None:
    """Give back what is still where it was moved to; raises NotFound, Conflict when it cannot be undone now."""
    check_assign_lead(viewer)
    async with transaction(viewer):
        if await reassign.read_reassignment(viewer, task_id) is None:
            raise NotFound
        if not await reassign.begin_undo(viewer, task_id):
            raise Conflict("This is under way, or was taken back already")
    log.info("reassignment_undone", by=viewer.id, id=str(task_id))
    await queue.wake("reassign_leads")


async def read_reassignment(viewer: Viewer, task_id: UUID) -> Reassignment:
    """Return how far one is; raises NotFound."""
    check_assign_lead(viewer)
    async with reading(viewer):
        found = await reassign.read_reassignment(viewer, task_id)
    if found is None:
        raise NotFound
    return found


async def recent(viewer: Viewer) -> list[Reassignment]:
    """Return the newest ones."""
    check_assign_lead(viewer)
    async with reading(viewer):
        return await reassign.recent_reassignments(viewer)


async def move_due() -> int:
    """Move what is planned, some leads in each transaction; returns how many were looked at."""
    done = 0
    for _ in range(MOST_BATCHES):
        moved = await _move_some()
        if moved is None:
            break
        done += moved
    return done


async def _move_some() -> int | None:
    """Take the next steps of one reassignment; None when there is none to be worked on."""
    now = clock.now()
    changes: list[Change] = []
    async with transaction(WORKER):
        task = await reassign.claim_task(WORKER)
        if task is None:
            return None
        steps = await reassign.next_steps(WORKER, task, AT_ONCE)
        for step in steps:
            change = await _move(task, step, now)
            await reassign.settle_step(task, step, moved=change is not None)
            changes += [change] if change else []
        if len(steps) < AT_ONCE:
            await reassign.finish_task(task, now)
    await live.announce_all(changes)
    return len(steps)


async def _move(task: Task, step: Step, now: datetime) -> Change | None:
    """Move one lead and tell its timeline; one that was closed or given away meanwhile stays where it is."""
    lead = await leads.lock_lead(WORKER, step.lead_id)
    if not lead.stage.is_open or lead.assigned_to_id != step.holder_id:
        return None
    await leads.assign_lead(WORKER, lead.id, step.receiver_id, now)
    facts = {"from": step.holder_id, "to": step.receiver_id, "reassignment": str(task.id)}
    words = {"reason": f"Taken back: {task.reason}" if task.undoing else task.reason}
    await timeline.append(WORKER, about_lead(lead, "lead_assigned", task.by, now, data=facts, text=words))
    owners = tuple(owner for owner in (step.holder_id, step.receiver_id) if owner)
    return Change(str(lead.id), lead.version + 1, owners, str(lead.customer.id))


async def _check_people(viewer: Viewer, wanted: Wanted) -> None:
    problems: list[Problem] = []
    if wanted.from_id is not None and not await staff.is_known(viewer, wanted.from_id):
        problems.append(Problem("#/from", "must name somebody of the staff, or nobody"))
    if not all([await staff.is_active_rep(viewer, each) for each in wanted.to_ids]):
        problems.append(Problem("#/to", "must only name active sales reps"))
    if problems:
        raise Invalid(problems)
