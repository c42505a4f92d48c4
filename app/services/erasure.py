"""Erase a person: asked for by one admin, confirmed by another; what happened stays, and the chain with it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from app.core import clock
from app.core.errors import Conflict, Forbidden, Moved
from app.core.settings import settings
from app.domain.audit import Act
from app.domain.erasure import OPERATOR
from app.domain.lead import open_among
from app.domain.permissions import check_administer
from app.domain.sale import Loss
from app.domain.timeline import NewEntry
from app.domain.viewer import system
from app.gateways import live, queue
from app.gateways.sinks import redis_urls
from app.gateways.stream_erasure import clear_streams
from app.services.closing import lose_locked
from app.services.once import through_deadlocks
from app.store import audit, customers, leads, timeline
from app.store import erasure as store
from app.store.transaction import reading, transaction

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from app.domain.erasure import Erasure
    from app.domain.lead import Lead
    from app.domain.viewer import Viewer

VIEWER: Final = system(OPERATOR)
MOST_SHOWN: Final = 200
ALREADY: Final = "This customer was erased already"


async def request_erasure(viewer: Viewer, customer_id: UUID) -> None:
    """Ask for a customer to be erased; nothing is erased before somebody else confirms it. Admins only.

    Raises NotFound, and Conflict for an erased customer. Asked for twice is asked for once.
    """
    check_administer(viewer)
    async with transaction(viewer):
        await customers.lock_customer(viewer, customer_id)
        if await customers.is_erased(viewer, customer_id):
            raise Conflict(ALREADY)
        if await store.insert_erasure(viewer, customer_id, viewer.id, clock.now()):
            await audit.append(viewer, Act("erasure_asked", str(customer_id)))


async def confirm_erasure(viewer: Viewer, erasure_id: UUID) -> None:
    """Erase the person for good. Raises Forbidden for who asked for it, Conflict when it was decided."""
    check_administer(viewer)

    async def work() -> tuple[Lead, ...]:
        async with transaction(viewer):
            wanted = await _lock_open(viewer, erasure_id)
            if wanted.requested_by_id == viewer.id:
                raise Forbidden("Somebody else must confirm what you asked for")
            return await _erase(viewer, wanted.customer_id, erasure_id, wanted.requested_by_id)

    await live.announce_leads(await through_deadlocks(work))
    await queue.wake("clear_erased")


async def withdraw_erasure(viewer: Viewer, erasure_id: UUID) -> None:
    """Take a request back; raises Conflict when it was decided."""
    check_administer(viewer)
    async with transaction(viewer):
        wanted = await _lock_open(viewer, erasure_id)
        await store.withdraw(viewer, erasure_id, clock.now())
        await audit.append(viewer, Act("erasure_withdrawn", str(wanted.customer_id)))


async def erase_by_operator(customer_id: UUID) -> bool:
    """Erase a customer at the word of who has the machine; False when that was done before. Raises NotFound."""
    try:
        theirs = await through_deadlocks(partial(_erase_at_once, customer_id))
    except Moved as moved:
        theirs = await through_deadlocks(partial(_erase_at_once, moved.to_id))
    await live.announce_leads(theirs or ())
    return theirs is not None


async def _erase_at_once(customer_id: UUID) -> tuple[Lead, ...] | None:
    async with transaction(VIEWER):
        await customers.lock_customer(VIEWER, customer_id)
        if await customers.is_erased(VIEWER, customer_id):
            return None
        if waiting := await store.open_erasure(VIEWER, customer_id):
            await store.withdraw(VIEWER, waiting.id, clock.now())
        erasure_id = await store.insert_erasure(VIEWER, customer_id, OPERATOR, clock.now())
        if erasure_id is None:
            raise Conflict(ALREADY)
        return await _erase(VIEWER, customer_id, erasure_id, OPERATOR)


async def clear_erased() -> int:
    """Take what is erased out of the streams too; raises when a Redis is away, and is asked for again."""
    here = settings()
    urls = redis_urls(here)
    async with transaction(VIEWER):
        waiting = await store.uncleared(VIEWER)
    changed = 0
    for traces in waiting:
        for url in urls:
            account = (
                traces.sso_user_id if url == here.redis_url else None
            )  # we read the SSO's news there only
            changed += await clear_streams(url, str(traces.customer_id), account)
    for erasure_id in {traces.erasure_id for traces in waiting if urls}:
        async with transaction(VIEWER):
            await store.mark_cleared(VIEWER, erasure_id, clock.now())
    return changed


async def list_erasures(viewer: Viewer) -> tuple[Erasure, ...]:
    """Return the requests, those that wait for a decision first. Admins only."""
    check_administer(viewer)
    async with reading(viewer):
        return await store.list_erasures(viewer, MOST_SHOWN)


async def read_open_erasure(viewer: Viewer, customer_id: UUID) -> Erasure | None:
    """Return the request for a customer that waits for a decision, if one does. Admins only."""
    check_administer(viewer)
    async with reading(viewer):
        await customers.check_customer(viewer, customer_id)
        return await store.open_erasure(viewer, customer_id)


async def _lock_open(viewer: Viewer, erasure_id: UUID) -> Erasure:
    wanted = await store.lock_erasure(viewer, erasure_id)
    if not wanted.is_open:
        raise Conflict("This request was decided already")
    return wanted


async def _erase(viewer: Viewer, customer_id: UUID, erasure_id: UUID, asked_by: str) -> tuple[Lead, ...]:
    """Close what is open, erase, and say so, inside the open transaction; return their leads as they were before."""
    now = clock.now()
    theirs = await leads.leads_of_customer(viewer, customer_id)
    await _close_open_lead(viewer, theirs, now)
    await store.erase(viewer, erasure_id, viewer.id, now)
    facts = {"requested_by": asked_by, "erasure_id": erasure_id}
    entry = NewEntry(customer_id, "customer_erased", viewer.id, now, data=facts)
    await audit.append(viewer, Act("customer_erased", str(customer_id), asked_by))
    await timeline.append(viewer, entry)
    return theirs


async def _close_open_lead(viewer: Viewer, theirs: tuple[Lead, ...], now: datetime) -> None:
    """Nobody can sell to somebody who was forgotten. The customer is locked, and so no lead of theirs changes."""
    if lead := open_among(theirs):
        await lose_locked(viewer, lead, Loss("other"), now)
