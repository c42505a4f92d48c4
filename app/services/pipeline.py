"""Move a lead among the open stages."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from app.core import clock
from app.core.errors import LeadIsClosed, StaleLead
from app.domain.lead import Lead
from app.domain.permissions import check_move_lead
from app.domain.pipeline import Stage, check_move, parse_stage
from app.domain.timeline import NewEntry, Recorded
from app.gateways import live
from app.services.once import once
from app.store import board, changes, idempotency, leads
from app.store.transaction import reading, transaction

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
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
    """Where a lead was, the lead in its new stage, and the entry that says so."""

    left: Stage
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

    async def remember(_left: Stage, lead: Lead) -> None:
        await idempotency.remember(viewer, key, lead)

    return await _once(viewer, Move(lead_id, stage, version, key), remember)


async def move_card(viewer: Viewer, move: Move, narrowed: BoardFilter) -> tuple[Lead, tuple[Column, ...]]:
    """Move a lead on a board; returns it with the heads of the columns it went between. Raises like `move_lead`."""
    found: list[Column] = []

    async def remember(left: Stage, lead: Lead) -> None:
        between = tuple(stage for stage in Stage if stage in {left, lead.stage})
        answer = idempotency.answer_write(move.key, lead)
        found[:] = await board.read_heads(viewer, narrowed, between, answer)

    outcome = await _once(viewer, move, remember)
    if outcome.replayed:
        async with reading(viewer):
            found[:] = await board.read_heads(viewer, narrowed, (outcome.value.stage,))
    return outcome.value, tuple(found)


async def _once(
    viewer: Viewer, move: Move, remember: Callable[[Stage, Lead], Awaitable[None]]
) -> Outcome[Lead]:
    check_move_lead(viewer)
    target = parse_stage(move.stage)
    check_move(target)

    async def work() -> Lead:
        async with transaction(viewer):
            left, lead = await _move(viewer, move, target)
            await remember(left, lead)
        return lead

    outcome = await once(viewer, move.key, work, Lead)
    if not outcome.replayed:
        await live.announce(outcome.value)
    return outcome


async def _move(viewer: Viewer, move: Move, target: Stage) -> tuple[Stage, Lead]:
    """Return where the lead was, and the lead as it is then."""
    moved = await _move_current(viewer, move.lead_id, move.version, target)
    if moved is None:
        before = await lock_current(viewer, move.lead_id, move.version)
        if before.stage is target:
            return target, before
        moved = await move_locked(viewer, before, target)
    return moved.left, moved.lead


async def move_locked(viewer: Viewer, lead: Lead, target: Stage) -> MovedLead:
    """Move a lead that is locked, and current, to another open stage inside the open transaction."""
    moved = await _move_current(viewer, lead.id, lead.version, target)
    if moved is None:
        raise StaleLead(lead=lead)
    return moved


async def _move_current(viewer: Viewer, lead_id: UUID, version: int, target: Stage) -> MovedLead | None:
    """Move an open lead to another open stage in one statement; None where it is not as it was in `version`."""
    now = clock.now()
    entry = NewEntry(None, "stage_changed", viewer.id, now, data={"to": target.value})
    found = await leads.append_move(viewer, lead_id, version, target, entry)
    if found is None:
        return None
    before, said, recorded = found
    return MovedLead(before.stage, leads.in_stage(before, target, now), replace(entry, data=said), recorded)


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
    error.changed = await changes.last_change(viewer, lead, closing=not fits)
    raise error
