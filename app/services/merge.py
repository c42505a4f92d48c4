"""Merge two customers who are one person: what can change moves, both histories stay as they were written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.core import clock
from app.core.errors import Conflict, Invalid, Problem
from app.core.settings import settings
from app.domain.audit import Act
from app.domain.merge import DUPLICATE, Merged, Pair
from app.domain.permissions import check_merge_customers
from app.domain.sale import Loss
from app.domain.timeline import NewEntry
from app.gateways import live, queue
from app.services.closing import lose_locked
from app.services.once import once
from app.store import audit, customers, duplicates, idempotency, timeline
from app.store import merge as store
from app.store.transaction import reading, transaction

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from app.domain.idempotency import Key, Outcome
    from app.domain.lead import Lead
    from app.domain.merge import CandidatePage, Side, Wish
    from app.domain.viewer import Viewer

PAGE = 30


async def merge_customers(viewer: Viewer, wish: Wish, key: Key | None) -> Outcome[Merged]:
    """Merge one customer into another, for good. Admins only.

    Raises NotFound, Conflict with the reason when these two cannot be merged or changed since they were looked at,
    Invalid when both have an open lead and nobody said which one stays.
    """
    check_merge_customers(viewer)
    touched: list[Lead] = []

    async def work() -> Merged:
        async with transaction(viewer):
            pair = await _lock_pair(viewer, wish)
            touched[:] = (*pair.kept.leads, *pair.gone.leads)
            await audit.append(viewer, Act("customers_merged", str(wish.kept_id), str(wish.gone_id)))
            merged = await _merge(viewer, pair, wish)
            await idempotency.remember(viewer, key, merged)
        return merged

    outcome = await once(viewer, key, work, Merged)
    await queue.wake("score_leads")
    await live.announce_leads(touched)
    return outcome


async def read_pair(viewer: Viewer, kept_id: UUID, gone_id: UUID) -> Pair:
    """Return two customers side by side. Admins only; raises NotFound, Moved for one who was merged already."""
    check_merge_customers(viewer)
    async with reading(viewer):
        await customers.check_customer(viewer, kept_id)
        await customers.check_customer(viewer, gone_id)
        return await _read_pair(viewer, kept_id, gone_id)


async def find_pairs(viewer: Viewer, by: str, cursor: str | None) -> CandidatePage:
    """Return pairs of customers who look alike, by phone number or by name. Admins only; raises Invalid."""
    check_merge_customers(viewer)
    async with reading(viewer):
        return await duplicates.find_pairs(viewer, by, limit=PAGE, cursor=cursor)


async def keep_apart(viewer: Viewer, one_id: UUID, other_id: UUID) -> None:
    """Note for good that two are not the same person: nobody is asked about them again. Admins only."""
    check_merge_customers(viewer)
    async with transaction(viewer):
        pair = await _read_pair(viewer, one_id, other_id)
        if pair.kept.id == pair.gone.id:
            raise Conflict(pair.refusal)
        await store.keep_apart(viewer, one_id, other_id, clock.now())
        await audit.append(viewer, Act("customers_kept_apart", str(one_id), str(other_id)))


async def _lock_pair(viewer: Viewer, wish: Wish) -> Pair:
    """Lock both and return them as they are; raises when they cannot be merged."""
    await store.lock_both(viewer, wish.kept_id, wish.gone_id)
    pair = await _read_pair(viewer, wish.kept_id, wish.gone_id)
    if pair.refusal:
        raise Conflict(pair.refusal)
    if wish.seen not in {None, pair.seen}:
        raise Conflict("One of them changed since you looked; nothing was merged. Please look again.")
    if pair.both_open and wish.keep_lead_id not in _open_ids(pair):
        raise Invalid([Problem("#/keep_lead_id", "must say which open lead stays: a customer has one")])
    return pair


async def _read_pair(viewer: Viewer, kept_id: UUID, gone_id: UUID) -> Pair:
    currency = settings().currency
    kept = await store.read_side(viewer, kept_id, currency)
    return Pair(kept, await store.read_side(viewer, gone_id, currency))


async def _merge(viewer: Viewer, pair: Pair, wish: Wish) -> Merged:
    """Write both ends of the story around the move; the merged chain's last entry comes before it."""
    now, kept, gone = clock.now(), pair.kept, pair.gone
    if pair.both_open:
        await _close_duplicate(viewer, pair, wish.keep_lead_id, now)
    merged = Merged(kept.id, gone.id, len(gone.leads), gone.tickets, gone.sales)
    # A rep reads both ends, and may not learn how many leads and sales of other reps came along.
    facts = {"tickets": merged.tickets}
    await timeline.append(viewer, _entry(viewer, gone, now, {"into": kept.id, **facts}))
    await store.merge(viewer, kept.id, gone.id)
    if gone.sso_user_id and gone.email != kept.email:
        words = {"old": kept.email or "", "new": gone.email or ""}
        await timeline.append(viewer, NewEntry(kept.id, "email_updated", viewer.id, now, text=words))
    await timeline.append(viewer, _entry(viewer, kept, now, {"from": gone.id, **facts}))
    return merged


async def _close_duplicate(viewer: Viewer, pair: Pair, keep: UUID | None, now: datetime) -> None:
    """Close the open lead that does not stay, as any lead is lost: with its reason, on its own customer's timeline."""
    for side in (pair.kept, pair.gone):
        lead = side.open_lead
        if lead is not None and lead.id != keep:
            await lose_locked(viewer, lead, Loss(DUPLICATE), now)


def _entry(viewer: Viewer, side: Side, now: datetime, facts: dict[str, object]) -> NewEntry:
    return NewEntry(side.id, "customer_merged", viewer.id, now, data=facts)


def _open_ids(pair: Pair) -> set[UUID]:
    return {lead.id for side in (pair.kept, pair.gone) if (lead := side.open_lead)}
