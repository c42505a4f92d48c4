"""What an event of the SSO changes here: staff, customers, and conflicts between their addresses."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from app.core import clock
from app.domain.sso_events import (
    Email,
    Verdict,
    is_from_the_future,
    known_after,
    movable,
    newer_part,
    while_unknown,
)
from app.domain.text import normalise_email
from app.domain.timeline import NewEntry
from app.domain.viewer import system
from app.gateways import live
from app.store import identity_sync as sync
from app.store import leads, scoring, timeline
from app.store.sessions import end_sessions_of
from app.store.transaction import reading, transaction

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from uuid import UUID

    from app.domain.sso_events import UserNews
    from app.domain.viewer import Viewer
    from app.store.identity_sync import Conflict, SyncedCustomer

VIEWER: Final = system("sso")
APPLIED: Final = Verdict("applied")
STALE: Final = Verdict("stale", "something newer is known")


async def apply_news(viewer: Viewer, news: UserNews, received_at: datetime, now: datetime) -> Verdict:
    """Apply the news inside the open transaction to whoever has the account, as staff and as customer."""
    if is_from_the_future(news, now):
        return Verdict("dead", "its version or time lies in the future")
    staff, customer = await _apply_to_staff(viewer, news, now), await _apply_to_customer(viewer, news, now)
    verdicts = [verdict for verdict in (staff, customer) if verdict is not None]
    if not verdicts:
        return while_unknown(news.type, received_at, now)
    found = next((verdict for verdict in verdicts if verdict.status == "applied"), verdicts[0])
    return replace(found, renamed=customer.renamed if customer else None)


async def tell_boards(verdict: Verdict) -> None:
    """Let boards look at the cards of whom an event gave another name, once that is committed."""
    if verdict.renamed is not None:
        async with reading(VIEWER):
            theirs = await leads.leads_of_customer(VIEWER, verdict.renamed)
        await live.announce_leads(theirs)


async def settle_conflicts() -> int:
    """Give customers the address the SSO has for them, as soon as nobody else has it; returns how many.

    Who cannot have it yet, which may take for ever, is looked at and not locked.
    """
    now = clock.now()
    async with transaction(VIEWER):
        going = await _movable(await sync.find_conflicts(VIEWER))
        if not going:
            return 0
        conflicts = {each.id: each for each in await sync.lock_conflicts(VIEWER, list(going))}
        given = await _movable(conflicts.values())
        await sync.give_emails(VIEWER, given, now)
        await scoring.owe_scores(VIEWER, list(given), now)
        for customer_id, email in given.items():
            await _tell(VIEWER, "email_updated", customer_id, conflicts[customer_id].email, email.written)
    return len(given)


async def _movable(conflicts: Iterable[Conflict]) -> dict[UUID, Email]:
    wanted = {each.id: each.wanted for each in conflicts}
    wishes = {who: norm for who, email in wanted.items() if (norm := normalise_email(email))}
    holders = await sync.find_holders(VIEWER, list(wishes.values())) if wishes else {}
    return {who: Email(wanted[who], wishes[who]) for who in movable(wishes, holders)}


async def _apply_to_staff(viewer: Viewer, news: UserNews, now: datetime) -> Verdict | None:
    known = await sync.lock_staff_state(viewer, news.user_id)
    if known is None:
        return None
    newer = newer_part(news, known)
    if newer is None:
        return STALE
    await sync.update_staff(viewer, newer, known_after(newer, known, now), now)
    if newer.active is False:
        await end_sessions_of(news.user_id)
    return APPLIED


async def _apply_to_customer(viewer: Viewer, news: UserNews, now: datetime) -> Verdict | None:
    customer = await sync.lock_customer_of(viewer, news)
    if customer is None:
        return None
    if customer.erased:
        return Verdict("ignored", "the customer was erased")
    newer = newer_part(news.of_customer, customer.known)
    if newer is None:
        return STALE
    await sync.update_customer(viewer, customer.id, newer, known_after(newer, customer.known, now), now)
    verdict = APPLIED if newer.email is None else await _change_email(viewer, customer, newer.email, now)
    renamed = newer.name not in {None, customer.name}
    return replace(verdict, renamed=customer.id) if renamed else verdict


async def _change_email(viewer: Viewer, customer: SyncedCustomer, email: Email, now: datetime) -> Verdict:
    """Give the customer the address; one that another customer has is noted, never taken and never merged."""
    holder = (await sync.find_holders(viewer, [email.norm])).get(email.norm)
    if holder is not None and holder != customer.id:
        if await sync.note_conflict(viewer, customer.id, email.written):
            await _tell(viewer, "email_conflict", customer.id, customer.email, email.written)
        return Verdict("applied", "another customer has this e-mail address")
    if email.written == customer.email:
        await sync.note_conflict(viewer, customer.id, None)
        return APPLIED
    await sync.give_emails(viewer, {customer.id: email}, now)
    await scoring.owe_scores(viewer, [customer.id], now)
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
