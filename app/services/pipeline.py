"""Move a lead among the open stages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.core import clock
from app.core.errors import LeadIsClosed, StaleLead
from app.domain.lead import Lead
from app.domain.permissions import check_move_lead
from app.domain.pipeline import Stage, check_move, parse_stage
from app.domain.timeline import NewEntry
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
    now = clock.now()
    moved, write = leads.set_stage(viewer, lead, target, now)
    await timeline.append(
        viewer, _entry(viewer, lead, target, now), write, idempotency.answer_write(key, moved)
    )
    return moved


async def lock_current(viewer: Viewer, lead_id: UUID, version: int, *, or_lost: bool = False) -> Lead:
    """Lock the lead inside the open transaction; raises StaleLead or LeadIsClosed, both with the current lead."""
    lead = await leads.lock_lead(viewer, lead_id)
    fits = lead.stage.is_open or (or_lost and lead.stage is Stage.CLOSED_LOST)
    if fits and lead.version == version:
        return lead
    error = StaleLead(lead=lead) if fits else LeadIsClosed(lead=lead)
    error.changed = await changes.last_change(viewer, lead_id)
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
