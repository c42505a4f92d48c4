"""Close a lead for good: won, with its sale and the one event that hands it over, or lost (walk 2 of docs/map.md)."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from app.core import clock
from app.core.settings import settings
from app.domain.lead import FollowUp, Lead, Money
from app.domain.permissions import check_close_lead
from app.domain.pipeline import Status
from app.domain.sale import TRY_AGAIN, check_loss, check_sale, event_data
from app.domain.timeline import about_lead
from app.gateways import live, queue
from app.services.once import once
from app.services.pipeline import lock_current
from app.store import changes, customers, idempotency, leads, sales, timeline
from app.store.transaction import reading, transaction

if TYPE_CHECKING:
    from datetime import datetime

    from app.contracts.pipeline import SaleDetails
    from app.domain.idempotency import Key, Outcome
    from app.domain.sale import Loss
    from app.domain.viewer import Viewer

NOT_YET: Final = UUID(int=0)


async def close_won(
    viewer: Viewer, lead_id: UUID, version: int, details: SaleDetails, key: Key | None
) -> Outcome[Lead]:
    """Win the lead: sale, lifetime value, timeline and exactly one SaleClosedWonV1, together or not at all.

    Raises NotFound, StaleLead, LeadIsClosed, Invalid.
    """
    check_close_lead(viewer)

    async def work() -> Lead:
        now = clock.now()
        sale = check_sale(details, settings().currency, now.astimezone(viewer.zone))
        async with transaction(viewer):
            lead = await lock_current(viewer, lead_id, version)
            sold = Money(sale.amount, sale.currency)
            await leads.win_lead(viewer, lead, sold, sale.closed_at)
            rep_id = await sales.rep_id_of(viewer, lead.assigned_to_id)
            event_id = await sales.insert_sale(viewer, lead, sale, rep_id, now)
            await customers.add_to_clv(viewer, lead.customer.id, sale.amount)
            facts = {"from": lead.stage.value, "event_id": str(event_id)}
            await timeline.append(viewer, about_lead(lead, "sale_won", viewer.id, now, data=facts))
            closed = await leads.read_lead(viewer, lead_id)
            await idempotency.remember(viewer, key, closed)
        return closed

    outcome = await once(viewer, key, work, Lead)
    await queue.wake("relay_outbox")
    await live.announce(outcome.value)
    return outcome


async def preview_won(viewer: Viewer, lead: Lead, details: SaleDetails) -> dict[str, Any]:
    """Return the data of the event a sale would send; ids are given when it is confirmed. Raises Invalid."""
    check_close_lead(viewer)
    sale = check_sale(details, settings().currency, clock.now().astimezone(viewer.zone))
    async with reading(viewer):
        rep_id = await sales.rep_id_of(viewer, lead.assigned_to_id)
    data = event_data(sale, sale_id=NOT_YET, lead_id=lead.id, customer_id=lead.customer.id, rep_id=rep_id)
    data["sale_details"]["sale_id"] = "(given when you confirm)"
    return data


async def close_lost(
    viewer: Viewer, lead_id: UUID, version: int, loss: Loss, key: Key | None
) -> Outcome[Lead]:
    """Lose the lead, maybe with a day to try again. Raises NotFound, StaleLead, LeadIsClosed, Invalid."""
    check_close_lead(viewer)

    async def work() -> Lead:
        now = clock.now()
        checked = check_loss(loss, now)
        async with transaction(viewer):
            lead = await lock_current(viewer, lead_id, version)
            await lose_locked(viewer, lead, checked, now)
            closed = await leads.read_lead(viewer, lead_id)
            await idempotency.remember(viewer, key, closed)
        return closed

    outcome = await once(viewer, key, work, Lead)
    await live.announce(outcome.value)
    return outcome


async def lose_locked(viewer: Viewer, lead: Lead, loss: Loss, now: datetime) -> None:
    """Lose an open lead that is locked, inside the open transaction, and say so on its customer's timeline."""
    facts = {"from": lead.stage.value, "reason": loss.reason}
    said = {"note": loss.note, "competitor": loss.competitor}
    words = {name: word for name, word in said.items() if word}
    await leads.lose_lead(viewer, lead, loss, now)
    if loss.try_again_at is not None:
        again = FollowUp(loss.try_again_at, TRY_AGAIN)
        await changes.set_follow_up(viewer, lead.id, again, Status.DISQUALIFIED, now)
        facts["follow_up_at"] = loss.try_again_at.astimezone(UTC).isoformat()
    await timeline.append(viewer, about_lead(lead, "lead_lost", viewer.id, now, data=facts, text=words))
