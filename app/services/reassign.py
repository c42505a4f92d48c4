"""Give many leads to others at once: looked at first, carried out by a worker, taken back by a click."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from app.core import clock
from app.core.errors import Conflict, Invalid, NotFound, Problem
from app.domain.audit import Act
from app.domain.permissions import check_assign_lead
from app.domain.reassign import (
    FIRST,
    MOST_LEADS,
    UNDO_WITHIN,
    Preview,
    Receivers,
    checked,
    in_turn,
    only_open,
    why_it_stays,
)
from app.domain.text import Checker
from app.domain.timeline import about_lead
from app.domain.viewer import system
from app.gateways import live, queue
from app.gateways.live import Change
from app.store import audit, lead_choice, leads, reassign, staff, timeline
from app.store.board_filter import owner_id
from app.store.transaction import reading, transaction

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from uuid import UUID

    from app.domain.lead import Lead
    from app.domain.lead_list import LeadFilter
    from app.domain.reassign import Reassignment
    from app.domain.viewer import Viewer
    from app.store.reassign import Step, Task

WORKER: Final = system("jobs")
AT_ONCE: Final = 20
MOST_BATCHES: Final = 40  # A job must end long before its time is over; the sweep goes on.


async def preview(viewer: Viewer, narrowed: LeadFilter, to: Receivers | None) -> Preview:
    """Return what it would do now, without doing it; with no receivers yet, which leads it is about.

    Raises Forbidden, and Invalid like `start`, or when the filter is for closed leads alone.
    """
    check_assign_lead(viewer)
    wanted, clean = only_open(narrowed), checked(to) if to else Receivers((), "")
    async with reading(viewer, much=True):
        await _check_people(viewer, clean, owner_id(viewer, wanted.on_board))
        found = await lead_choice.choose_leads(viewer, wanted, clean.ids, MOST_LEADS + 1)
        chosen = in_turn(found[:MOST_LEADS])
        names = await leads.names_of(viewer, [lead.id for lead in chosen[:FIRST]])
        held = await lead_choice.count_leads_of(viewer, wanted, clean.ids) if clean.ids else 0
    return Preview(chosen, clean.ids, names, held, len(found) > MOST_LEADS, clean.turns)


async def start(viewer: Viewer, task_id: UUID, seen: Mapping[UUID, int], to: Receivers) -> None:
    """Plan to give away leads as they were `seen`, by version, in turn, and let a worker begin.

    One that changed since then stays where it is. The same id plans once; raises Invalid with every problem.
    """
    check_assign_lead(viewer)
    if not 0 < len(seen) <= MOST_LEADS:
        raise Invalid([Problem("#/leads", f"must be from 1 to {MOST_LEADS:,} leads")])
    clean = checked(to)
    async with transaction(viewer):
        await _check_people(viewer, clean)
        number = await reassign.insert_reassignment(viewer, task_id, seen, clean, clock.now())
        await audit.append(viewer, Act("leads_reassigned", str(task_id), number=number))
    await queue.wake("reassign_leads")


async def undo(viewer: Viewer, task_id: UUID) -> None:
    """Give back what nobody moved on since; raises NotFound, Conflict when it cannot be undone, or no longer."""
    check_assign_lead(viewer)
    async with transaction(viewer):
        if await reassign.read_reassignment(viewer, task_id) is None:
            raise NotFound
        if not await reassign.begin_undo(viewer, task_id, clock.now() - UNDO_WITHIN):
            raise Conflict("This is under way, was taken back already, or is too long ago")
        await audit.append(viewer, Act("reassignment_undone", str(task_id)))
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
            lead = await leads.lock_lead(WORKER, step.lead_id)
            because = why_it_stays(lead, step.holder_id, task.created_at if task.undoing else None)
            if because is None and step.receiver_id is None and step.turn_id is not None:
                because = "nobody"
            if because is None:
                changes.append(await _move(task, step, lead, now))
            await reassign.settle_step(task, step, because)
        if len(steps) < AT_ONCE:
            await reassign.finish_task(task, now)
    await live.announce_all(changes)
    return len(steps)


async def _move(task: Task, step: Step, lead: Lead, now: datetime) -> Change:
    """Move one locked lead and tell its timeline."""
    await leads.assign_lead(WORKER, lead.id, step.receiver_id, now)
    facts = {"from": step.holder_id, "to": step.receiver_id, "reassignment": str(task.id)}
    words = {"reason": f"Taken back: {task.reason}" if task.undoing else task.reason}
    await timeline.append(WORKER, about_lead(lead, "lead_assigned", task.by, now, data=facts, text=words))
    owners = tuple(owner for owner in (step.holder_id, step.receiver_id) if owner)
    return Change(str(lead.id), lead.version + 1, owners)


async def _check_people(viewer: Viewer, to: Receivers, giver: str = "") -> None:
    checker = Checker()
    active = [await staff.is_active_rep(viewer, each) for each in to.ids]
    checker.require("#/receiver", "must only name active sales reps", ok=all(active))
    checker.require("#/receiver", "must not be the person who gives them away", ok=giver not in to.ids)
    checker.finish()
