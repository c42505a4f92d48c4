"""What an event of the SSO changes here: staff, customers, and conflicts between their addresses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from app.core import clock
from app.domain.sso_events import Email, Verdict, is_from_the_future, is_newer, merged, movable, while_unknown
from app.domain.text import normalise_email
from app.domain.timeline import NewEntry
from app.domain.viewer import system
from app.store import identity_sync as sync
from app.store import timeline
from app.store.sessions import end_sessions_of
from app.store.transaction import transaction

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from app.domain.sso_events import UserNews
    from app.domain.viewer import Viewer
    from app.store.identity_sync import SyncedCustomer

VIEWER: Final = system("sso")
APPLIED: Final = Verdict("applied")
STALE: Final = Verdict("stale", "something newer is known")


async def apply_news(viewer: Viewer, news: UserNews, received_at: datetime, now: datetime) -> Verdict:
    """Apply the news inside the open transaction to whoever has the account, as staff and as customer."""
    if is_from_the_future(news, now):
        return Verdict("dead", "its version or time lies in the future")
    found = [await _apply_to_staff(viewer, news, now), await _apply_to_customer(viewer, news, now)]
    verdicts = [verdict for verdict in found if verdict is not None]
    if not verdicts:
        return while_unknown(news.type, received_at, now)
    return next((verdict for verdict in verdicts if verdict.status == "applied"), verdicts[0])


async def settle_conflicts() -> int:
    """Give customers the address the SSO has for them, as soon as nobody else has it; returns how many."""
    now = clock.now()
    async with transaction(VIEWER):
        conflicts = {each.id: each for each in await sync.lock_conflicts(VIEWER)}
        wishes = {each.id: norm for each in conflicts.values() if (norm := normalise_email(each.wanted))}
        going = movable(wishes, await sync.find_holders(VIEWER, list(wishes.values()))) if wishes else []
        given = {each: Email(conflicts[each].wanted, wishes[each]) for each in going}
        await sync.give_emails(VIEWER, given, now)
        for customer_id, email in given.items():
            await _tell(VIEWER, "email_updated", customer_id, conflicts[customer_id].email, email.written)
    return len(given)


async def _apply_to_staff(viewer: Viewer, news: UserNews, now: datetime) -> Verdict | None:
    known = await sync.lock_staff_state(viewer, news.user_id)
    if known is None:
        return None
    if not is_newer(news, known):
        return STALE
    await sync.update_staff(viewer, news, merged(news, known, now), now)
    if news.active is False:
        await end_sessions_of(news.user_id)
    return APPLIED


async def _apply_to_customer(viewer: Viewer, news: UserNews, now: datetime) -> Verdict | None:
    customer = await sync.lock_customer_of(viewer, news)
    if customer is None:
        return None
    if customer.erased:
        return Verdict("ignored", "the customer was erased")
    if not is_newer(news, customer.known):
        return STALE
    await sync.update_customer(viewer, customer.id, news, merged(news, customer.known, now), now)
    return APPLIED if news.email is None else await _change_email(viewer, customer, news.email, now)


async def _change_email(viewer: Viewer, customer: SyncedCustomer, email: Email, now: datetime) -> Verdict:
    """Give the customer the address; one that another customer has is noted, never taken and never merged."""
    holder = (await sync.find_holders(viewer, [email.norm])).get(email.norm)
    if holder is not None and holder != customer.id:
        await sync.note_conflict(viewer, customer.id, email.written)
        await _tell(viewer, "email_conflict", customer.id, customer.email, email.written)
        return Verdict("applied", "another customer has this e-mail address")
    if email.written == customer.email:
        await sync.note_conflict(viewer, customer.id, None)
        return APPLIED
    await sync.give_emails(viewer, {customer.id: email}, now)
    await _tell(viewer, "email_updated", customer.id, customer.email, email.written)
    return APPLIED


async def _tell(viewer: Viewer, kind: str, customer_id: UUID, old: str | None, new: str) -> None:
    """Append the change to the timeline; both addresses stand only in its erasable part."""
    entry = NewEntry(
        customer_id=customer_id,
        kind=kind,
        actor_id=viewer.id,
        occurred_at=clock.now(),
        text={"old": old or "", "new": new},
    )
    await timeline.append(viewer, entry)
