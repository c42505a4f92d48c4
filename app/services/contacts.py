"""Correct how a customer is reached: every change stands on the timeline, the old value beside the new one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from app.core import clock
from app.domain.contact import check_contact
from app.domain.permissions import check_edit_contact
from app.domain.timeline import NewEntry
from app.domain.viewer import system
from app.gateways import live, queue
from app.services.once import once
from app.store import contacts, idempotency, leads, scoring, timeline
from app.store.transaction import transaction

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from app.domain.contact import Contact, ContactWish
    from app.domain.idempotency import Key, Outcome
    from app.domain.viewer import Viewer

DESK: Final = system("desk")


class ContactChanged(msgspec.Struct, frozen=True):
    """Which fields of whose contact became others."""

    customer_id: str
    fields: tuple[str, ...]


async def change_contact(
    viewer: Viewer, customer_id: UUID, seen: Contact, typed: Contact, key: Key | None
) -> Outcome[ContactChanged]:
    """Make a contact what was typed, as far as that differs from what was `seen`; the rest stays as it is by now.

    Raises Invalid with every problem, NotFound outside the viewer's scope, Conflict for an erased customer, for what
    somebody else changed meanwhile, for name and e-mail of who has an account, and for another customer's address.
    """
    check_edit_contact(viewer)
    now, wish = clock.now(), check_contact(seen, typed)

    async def work() -> ContactChanged:
        async with transaction(viewer):
            known = await contacts.lock_contact(viewer, customer_id)
            changes = wish.changes(known.contact, has_account=known.has_account)
            if changes:
                await _write(viewer, customer_id, wish, changes, now)
            changed = ContactChanged(str(customer_id), tuple(changes))
            await idempotency.remember(viewer, key, changed)
        return changed

    outcome = await once(viewer, key, work, ContactChanged)
    if outcome.value.fields:
        await _tell(customer_id)
    return outcome


async def _write(
    viewer: Viewer, customer_id: UUID, wish: ContactWish, changes: dict[str, tuple[str, str]], now: datetime
) -> None:
    """Write it, and entries of what changed."""
    if wish.email and "email" in changes:
        old, new = changes["email"]
        await contacts.give_email(viewer, customer_id, wish.email, now)
        words = {"old": old, "new": new}  # as the SSO's changes: an erasure looks for addresses there
        await timeline.append(viewer, NewEntry(customer_id, "email_updated", viewer.id, now, text=words))
    others = {name: change for name, change in changes.items() if name != "email"}
    if others:
        await contacts.write_contact(
            viewer, customer_id, {name: new for name, (_, new) in others.items()}, now
        )
        text = {"changes": {name: list(change) for name, change in others.items()}}
        await timeline.append(viewer, NewEntry(customer_id, "contact_changed", viewer.id, now, text=text))


async def _tell(customer_id: UUID) -> None:
    """Owe the open lead a new score, whose it ever is, and let boards look at their cards, which show name and company.

    Who corrects a contact may not see that lead. What a crash leaves out here, the next day's score makes good.
    """
    async with transaction(DESK):
        theirs = await leads.leads_of_customer(DESK, customer_id)
        await scoring.owe_scores(DESK, [customer_id], clock.now())
    if any(lead.stage.is_open for lead in theirs):
        await queue.wake("score_leads")
    await live.announce_leads(theirs)
