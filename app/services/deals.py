"""Change an open deal: the next step, what it is worth, when it closes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.core import clock
from app.domain.deal import changes_of, check_deal, check_plan, status_after_plan
from app.domain.lead import Lead
from app.domain.permissions import check_move_lead
from app.domain.timeline import about_lead
from app.gateways import live
from app.services.once import once
from app.services.pipeline import lock_current
from app.store import changes, customers, idempotency, leads, timeline
from app.store.transaction import transaction

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from app.domain.deal import Deal, Plan
    from app.domain.idempotency import Key, Outcome
    from app.domain.timeline import NewEntry
    from app.domain.viewer import Viewer


async def plan_follow_up(
    viewer: Viewer, lead_id: UUID, version: int, wanted: Plan, key: Key | None
) -> Outcome[Lead]:
    """Plan the next step of a lead, or none, or nurture it until a day; a lost lead may have a day to try again.

    Raises NotFound, StaleLead, LeadIsClosed for a won one, Conflict for an erased customer, Invalid for a moment that
    is over.
    """
    check_move_lead(viewer)

    async def work() -> Lead:
        now = clock.now()
        plan = check_plan(wanted, now)
        async with transaction(viewer):
            lead = await lock_current(viewer, lead_id, version, or_lost=not plan.nurture)
            if not lead.stage.is_open:
                await customers.lock_to_write(viewer, lead.customer.id)
            status = status_after_plan(lead.status, plan)
            await changes.set_follow_up(viewer, lead_id, plan.follow_up, status, now)
            await timeline.append(viewer, _planned(viewer, lead, plan, now))
            planned = await leads.read_lead(viewer, lead_id)
            await idempotency.remember(viewer, key, planned)
        return planned

    outcome = await once(viewer, key, work, Lead)
    await live.announce(outcome.value)
    return outcome


async def change_deal(
    viewer: Viewer, lead_id: UUID, version: int, wanted: Deal, key: Key | None
) -> Outcome[Lead]:
    """Change expected value and closing date of an open lead. Raises NotFound, StaleLead, LeadIsClosed, Invalid."""
    check_move_lead(viewer)

    async def work() -> Lead:
        now = clock.now()
        deal = check_deal(wanted, now)
        async with transaction(viewer):
            lead = await lock_current(viewer, lead_id, version)
            await changes.set_deal(viewer, lead_id, deal, now)
            entry = about_lead(lead, "deal_changed", viewer.id, now, data=changes_of(lead, deal))
            await timeline.append(viewer, entry)
            changed = await leads.read_lead(viewer, lead_id)
            await idempotency.remember(viewer, key, changed)
        return changed

    outcome = await once(viewer, key, work, Lead)
    await live.announce(outcome.value)
    return outcome


def _planned(viewer: Viewer, lead: Lead, plan: Plan, now: datetime) -> NewEntry:
    next_step = plan.follow_up
    times = {"follow_up_at": next_step.at, "was_due_at": lead.follow_up_at}
    data = {name: at.isoformat() for name, at in times.items() if at is not None}
    words = {
        "follow_up_note": next_step.note,
        "was": lead.follow_up_note if plan.done or plan.nurture else "",
    }
    text = {name: word for name, word in words.items() if word}
    return about_lead(lead, _kind_of(lead, plan), viewer.id, now, data=data, text=text)


def _kind_of(lead: Lead, plan: Plan) -> str:
    if plan.nurture:
        return "lead_nurtured"
    if status_after_plan(lead.status, plan) is not lead.status:
        return "lead_resumed"
    return "follow_up_done" if plan.done else "follow_up_set"
