"""Make leads by hand: add one, or reopen a lost one as a new lead that points back."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from app.contracts.lead_capture import LeadCapture
from app.core import clock
from app.core.errors import Invalid, Problem, StaleLead
from app.core.settings import settings
from app.domain.capture import check_capture
from app.domain.contact import check_phone
from app.domain.deal import check_value
from app.domain.lead import FollowUp, Lead
from app.domain.new_lead import Added
from app.domain.permissions import check_move_lead
from app.domain.pipeline import Stage
from app.domain.text import Checker
from app.domain.timeline import NewEntry
from app.domain.viewer import system
from app.gateways import live, queue
from app.services.lead_capture import making_now
from app.services.once import once
from app.store import capture, changes, customers, idempotency, leads, new_leads, staff, timeline
from app.store.transaction import transaction

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from app.domain.capture import Submission
    from app.domain.idempotency import Key, Outcome
    from app.domain.new_lead import NewLead
    from app.domain.viewer import Viewer

DESK = system("desk")


async def add_lead(viewer: Viewer, wanted: NewLead, key: Key | None) -> Outcome[Added]:
    """Add a lead to the viewer's board, or for an admin to anybody's or nobody's; raises Invalid.

    One open lead an e-mail: where the viewer has it already they get that one. Where a colleague has it, what was
    typed goes to the colleague's timeline, and the viewer learns that somebody has it, but not who.
    """
    check_move_lead(viewer)
    now = clock.now()
    contact = check_new_lead(wanted, now)
    owner_id = viewer.id if viewer.is_rep else wanted.owner_id

    async def work() -> Added:
        # As the system: who adds somebody cannot yet see them.
        async with transaction(DESK):
            if owner_id and not await staff.is_active_rep(DESK, owner_id):
                raise Invalid([Problem("#/owner_id", "is not an active sales rep")])
            customer_id = await capture.find_or_make_customer(DESK, contact, making_now(now))
            known = (contact.source, wanted.value, settings().currency)
            lead_id, has_it, created = await new_leads.add_lead(DESK, customer_id, owner_id, known, now)
            entry = _added(viewer, contact, customer_id, lead_id, now)
            await timeline.append(
                DESK, entry if created else replace(entry, data=entry.data | {"known": True})
            )
            own = viewer.is_admin or has_it == viewer.id
            added = Added(str(lead_id) if own else None, created)
            await idempotency.remember(DESK, key, added)
        return added

    outcome = await once(DESK, key, work, Added)
    if outcome.value.lead_id:
        await queue.wake("score_leads")
        await live.announce_lead(outcome.value.lead_id, owner_id)
    return outcome


async def reopen_lead(viewer: Viewer, lead_id: UUID, key: Key | None) -> Outcome[Lead]:
    """Reopen a lost lead as a new one of the same customer and owner. Raises NotFound, Conflict, StaleLead."""
    check_move_lead(viewer)
    now = clock.now()

    async def work() -> Lead:
        async with transaction(viewer):
            lost = await leads.lock_lead(viewer, lead_id)
            if lost.stage is not Stage.CLOSED_LOST:
                raise StaleLead("Only a lost lead can be reopened", lead=lost)
            await customers.lock_to_write(viewer, lost.customer.id)
            new_id = await new_leads.reopen_lead(viewer, lost, now)
            await changes.set_follow_up(viewer, lead_id, FollowUp(None), lost.status, now)
            entry = NewEntry(
                customer_id=lost.customer.id,
                lead_id=new_id,
                kind="lead_reopened",
                actor_id=viewer.id,
                occurred_at=now,
                data={"reopened_from_id": str(lead_id), "reason": lost.lost_reason},
            )
            await timeline.append(viewer, entry)
            reopened = await leads.read_lead(viewer, new_id)
            await idempotency.remember(viewer, key, reopened)
        return reopened

    outcome = await once(viewer, key, work, Lead)
    await queue.wake("score_leads")
    await live.announce(outcome.value)
    return outcome


def check_new_lead(wanted: NewLead, now: datetime) -> Submission:
    """Return the contact, clean; raises Invalid with every problem of contact and amount at once."""
    checker = Checker()
    phone = check_phone(checker, "#/phone", wanted.phone)
    check_value(checker, wanted.value)
    typed = LeadCapture(
        name=wanted.name, email=wanted.email, company=wanted.company, phone=phone,
        source=wanted.source or "added-by-hand", message=wanted.note,
    )  # fmt: skip
    contact = check_capture(checker, typed, now)
    checker.finish()
    return contact


def _added(viewer: Viewer, contact: Submission, customer_id: UUID, lead_id: UUID, now: datetime) -> NewEntry:
    """Say that somebody added a lead, or wanted to: all they typed but an amount, which is not for everybody."""
    said = {name: getattr(contact, name) for name in ("name", "email", "phone", "company", "message")}
    return NewEntry(
        customer_id=customer_id,
        lead_id=lead_id,
        kind="lead_created",
        actor_id=viewer.id,
        occurred_at=now,
        data={"source": contact.source},
        text={name: value for name, value in said.items() if value},
    )
