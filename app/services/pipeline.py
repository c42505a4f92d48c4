"""Move a lead among the open stages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.core import clock
from app.core.errors import LeadIsClosed, StaleLead
from app.domain.lead import Lead
from app.domain.permissions import check_move_lead
from app.domain.pipeline import Stage, check_move, parse_stage
from app.domain.timeline import NewEntry, Recorded
from app.gateways import live, queue
from app.services.once import once
from app.store import board, changes, idempotency, leads, timeline
from app.store.transaction import transaction

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from datetime import datetime
    from uuid import UUID

    from app.domain.board import BoardFilter, Column
    from app.domain.idempotency import Key, Outcome
    from app.domain.viewer import Viewer


@dataclass(frozen=True, slots=True)
class Move:
    """A wish to move a lead, as it was in `version`, to another open stage."""

    lead_id: UUID
    stage: str
    version: int
    key: Key | None


@dataclass(frozen=True, slots=True)
class MovedLead:
    """A lead in its new stage, and the entry that says so."""

    lead: Lead
    entry: NewEntry
    recorded: Recorded


async def move_lead(
    viewer: Viewer, lead_id: UUID, stage: str, version: int, key: Key | None
) -> Outcome[Lead]:
    """Move an open lead to another open stage and return it as it is now.

    Raises NotFound outside the viewer's scope, StaleLead for an old version, LeadIsClosed for a closed lead,
    Conflict for a closed target, Invalid for an unknown stage. A move to where it stands changes nothing.
    """
    return await _once(viewer, Move(lead_id, stage, version, key), _nothing)


async def move_card(viewer: Viewer, move: Move, narrowed: BoardFilter) -> tuple[Lead, tuple[Column, ...]]:
    """Move a lead on a board; returns it with the heads of the columns it went between. Raises like `move_lead`."""
    found: list[Column] = []

    async def read_heads(left: Stage, entered: Stage) -> None:
        between = tuple(stage for stage in Stage if stage in {left, entered})
        found.extend(await board.read_heads(viewer, narrowed, between))

    outcome = await _once(viewer, move, read_heads)
    if outcome.replayed:
        async with transaction(viewer):
            await read_heads(outcome.value.stage, outcome.value.stage)
    return outcome.value, tuple(found)


async def _once(viewer: Viewer, move: Move, then: Callable[[Stage, Stage], Awaitable[None]]) -> Outcome[Lead]:
    check_move_lead(viewer)
    target = parse_stage(move.stage)
    check_move(target)

    async def work() -> Lead:
        async with transaction(viewer):
            before = await lock_current(viewer, move.lead_id, move.version)
            lead = await _move(viewer, before, target, move.key)
            await then(before.stage, target)
        return lead

    outcome = await once(viewer, move.key, work, Lead)
    if not outcome.replayed:
        await queue.wake("score_leads")
        await live.announce(outcome.value)
    return outcome


async def _move(viewer: Viewer, lead: Lead, target: Stage, key: Key | None) -> Lead:
    if lead.stage is target:
        await idempotency.remember(viewer, key, lead)
        return lead
    return (await move_locked(viewer, lead, target, key)).lead


async def move_locked(viewer: Viewer, lead: Lead, target: Stage, key: Key | None = None) -> MovedLead:
    """Move a lead that is locked and current to another open stage, inside the open transaction."""
    now = clock.now()
    entry = _entry(viewer, lead, target, now)
    moved, write = leads.set_stage(viewer, lead, target, now)
    recorded = await timeline.append(viewer, entry, write, idempotency.answer_write(key, moved))
    return MovedLead(moved, entry, recorded)


async def lock_current(viewer: Viewer, lead_id: UUID, version: int, *, or_lost: bool = False) -> Lead:
    """Lock the lead inside the open transaction; raises StaleLead or LeadIsClosed, both with the current lead."""
    lead = await leads.lock_lead(viewer, lead_id)
    await check_current(viewer, lead, version, or_lost=or_lost)
    return lead


async def check_current(viewer: Viewer, lead: Lead, version: int, *, or_lost: bool = False) -> None:
    """Let pass a locked lead that is open and as it was in `version`; raises like `lock_current`."""
    fits = lead.stage.is_open or (or_lost and lead.stage is Stage.CLOSED_LOST)
    if fits and lead.version == version:
        return
    error = StaleLead(lead=lead) if fits else LeadIsClosed(lead=lead)
    error.changed = await changes.last_change(viewer, lead.id)
    raise error


def _entry(viewer: Viewer, lead: Lead, target: Stage, now: datetime) -> NewEntry:
    return NewEntry(
        customer_id=lead.customer.id,
        lead_id=lead.id,
        kind="stage_changed",
        actor_id=viewer.id,
        occurred_at=now,
        data={"from": lead.stage.value, "to": target.value, "days": (now - lead.stage_entered_at).days},
    )


async def _nothing(_left: Stage, _entered: Stage) -> None:
    """Take the news, and do nothing."""
