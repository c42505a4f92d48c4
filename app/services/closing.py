"""Close a lead for good: won, with its sale and the one event that hands it over, or lost (walk 2 of docs/map.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.core import clock
from app.core.settings import settings
from app.domain.lead import Lead
from app.domain.permissions import check_close_lead
from app.domain.pipeline import Stage
from app.domain.sale import check_loss, check_sale
from app.domain.timeline import NewEntry
from app.gateways import queue
from app.services.once import once
from app.services.pipeline import lock_current
from app.store import customers, idempotency, leads, sales, timeline
from app.store.transaction import transaction

if TYPE_CHECKING:
    from uuid import UUID

    from app.contracts.pipeline import SaleDetails
    from app.domain.idempotency import Key, Outcome
    from app.domain.viewer import Viewer


async def close_won(
    viewer: Viewer, lead_id: UUID, version: int, details: SaleDetails, key: Key | None
) -> Outcome[Lead]:
    """Win the lead: sale, lifetime value, timeline and exactly one SaleClosedWonV1, together or not at all.

    Raises NotFound, StaleLead, LeadIsClosed, Invalid.
    """
    check_close_lead(viewer)
    now = clock.now()
    sale = check_sale(details, settings().currency, now)

    async def work() -> Lead:
        async with transaction(viewer):
            lead = await lock_current(viewer, lead_id, version)
            await leads.close_lead(viewer, lead, Stage.CLOSED_WON, sale.closed_at)
            rep_id = await sales.rep_id_of(viewer, lead.assigned_to_id)
            event_id = await sales.insert_sale(viewer, lead, sale, rep_id, now)
            await customers.add_to_clv(viewer, lead.customer.id, sale.amount)
            entry = NewEntry(
                customer_id=lead.customer.id,
                lead_id=lead_id,
                kind="sale_won",
                actor_id=viewer.id,
                occurred_at=now,
                data={"from": lead.stage.value, "event_id": str(event_id)},
            )
            await timeline.append(viewer, entry)
            closed = await leads.read_lead(viewer, lead_id)
            await idempotency.remember(viewer, key, closed)
        return closed

    outcome = await once(viewer, key, work, Lead)
    await queue.wake("relay_outbox")
    return outcome


async def close_lost(
    viewer: Viewer, lead_id: UUID, version: int, loss: tuple[str, str], key: Key | None
) -> Outcome[Lead]:
    """Lose the lead for the reason and note of `loss`. Raises NotFound, StaleLead, LeadIsClosed, Invalid."""
    check_close_lead(viewer)
    reason, note = loss[0], check_loss(*loss)

    async def work() -> Lead:
        now = clock.now()
        async with transaction(viewer):
            lead = await lock_current(viewer, lead_id, version)
            await leads.close_lead(viewer, lead, Stage.CLOSED_LOST, now, reason)
            entry = NewEntry(
                customer_id=lead.customer.id,
                lead_id=lead_id,
                kind="lead_lost",
                actor_id=viewer.id,
                occurred_at=now,
                data={"from": lead.stage.value, "reason": reason},
                text={"note": note} if note else {},
            )
            await timeline.append(viewer, entry)
            closed = await leads.read_lead(viewer, lead_id)
            await idempotency.remember(viewer, key, closed)
        return closed

    return await once(viewer, key, work, Lead)
