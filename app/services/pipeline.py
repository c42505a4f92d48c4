"""Move a lead among the open stages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.core import clock
from app.core.errors import LeadIsClosed, StaleLead
from app.domain.lead import Lead
from app.domain.permissions import check_move_lead
from app.domain.pipeline import check_move, parse_stage
from app.domain.timeline import NewEntry
from app.gateways import queue
from app.services.once import once
from app.store import idempotency, leads, timeline
from app.store.transaction import transaction

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from app.domain.idempotency import Key, Outcome
    from app.domain.pipeline import Stage
    from app.domain.viewer import Viewer


async def move_lead(
    viewer: Viewer, lead_id: UUID, stage: str, version: int, key: Key | None
) -> Outcome[Lead]:
    """Move an open lead to another open stage and return it as it is now.

    Raises NotFound outside the viewer's scope, StaleLead for an old version, LeadIsClosed for a closed lead,
    Conflict for a closed target, Invalid for an unknown stage. A move to where it stands changes nothing.
    """
    check_move_lead(viewer)
    target = parse_stage(stage)
    check_move(target)

    async def work() -> Lead:
        now = clock.now()
        async with transaction(viewer):
            lead = await lock_current(viewer, lead_id, version)
            if lead.stage is not target:
                await leads.set_stage(viewer, lead_id, target.value, now)
                await timeline.append(viewer, _entry(viewer, lead, target, now))
                lead = await leads.read_lead(viewer, lead_id)
            await idempotency.remember(viewer, key, lead)
        return lead

    outcome = await once(viewer, key, work, Lead)
    if not outcome.replayed:
        await queue.wake("score_lead", str(lead_id))
    return outcome


async def lock_current(viewer: Viewer, lead_id: UUID, version: int) -> Lead:
    """Lock the lead inside the open transaction; raises StaleLead or LeadIsClosed, both with the current lead."""
    lead = await leads.lock_lead(viewer, lead_id)
    if not lead.stage.is_open:
        raise LeadIsClosed(lead=lead)
    if lead.version != version:
        raise StaleLead(lead=lead)
    return lead


def _entry(viewer: Viewer, lead: Lead, target: Stage, now: datetime) -> NewEntry:
    return NewEntry(
        customer_id=lead.customer.id,
        lead_id=lead.id,
        kind="stage_changed",
        actor_id=viewer.id,
        occurred_at=now,
        data={"from": lead.stage.value, "to": target.value, "days": (now - lead.stage_entered_at).days},
    )
