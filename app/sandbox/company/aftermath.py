"""What a won lead leaves behind: the sale, its handoff, and the customer's tickets."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from app.domain.sale import EVENT_TYPE, NewSale, event_data
from app.sandbox.company import words
from app.sandbox.company.story import Entry
from app.sandbox.sso.people import CAST

if TYPE_CHECKING:
    from datetime import datetime

    from app.sandbox.company.draw import Draw
    from app.sandbox.company.story import Story

SUPPORT: Final = CAST["sam"].user_id
PRIORITIES: Final = ("low", "normal", "normal", "normal", "high", "urgent")
OPEN_TICKET_AGE: Final = 20
STREAM: Final = "stream"


def sell(draw: Draw, story: Story, customer_id: str, currency: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the rows of a sale and of its event, long delivered, and tell both on the timeline."""
    at, event_id = story.ended_at, draw.id_at(story.ended_at)
    rep_id = story.rep.rep_id if story.rep else None
    sale = NewSale(
        amount=story.value,
        currency=currency,
        product=draw.choice(words.PRODUCTS),
        starts_on=at.date() + timedelta(days=draw.randint(7, 45)),
        contract_reference=f"SLX-{at:%Y}-{draw.randint(1000, 9999)}",
        handoff_note=draw.choice(words.HANDOFF_NOTES),
        closed_at=at,
    )
    ids = {"sale_id": draw.id_at(at), "lead_id": story.id, "customer_id": customer_id}
    facts = {"from": "negotiation", "event_id": str(event_id)}
    story.entries.append(Entry(at, "sale_won", story.actor_id, facts))
    story.entries.append(
        Entry(at + timedelta(seconds=1), "sale_handed_over", "jobs", {"event_id": str(event_id)})
    )
    event = _event(
        event_id,
        story.id,
        at,
        event_data(sale, **{name: UUID(value) for name, value in ids.items()}, rep_id=rep_id),
    )
    return _sale(sale, ids, event_id, rep_id, story.actor_id), event


def _event(event_id: str, lead_id: str, at: datetime, data: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": event_id,
        "aggregatetype": "sale",
        "aggregateid": str(lead_id),
        "type": EVENT_TYPE,
        "payload": data,
        "dedupe": f"{EVENT_TYPE}:{lead_id}",
        "created_at": at,
        "attempts": 1,
        "next_try_at": at,
        "published_at": at + timedelta(seconds=1),
    }


def deliver(event: dict[str, Any]) -> dict[str, Any]:
    """Return the row of the one attempt that handed an event over."""
    return {
        "event_id": event["id"],
        "sink": STREAM,
        "attempt": 1,
        "at": event["published_at"],
        "ok": True,
        "latency_ms": 2,
    }


def _sale(
    sale: NewSale, ids: dict[str, Any], event_id: str, rep_id: str | None, actor_id: str
) -> dict[str, Any]:
    return {
        "id": ids["sale_id"],
        "lead_id": ids["lead_id"],
        "customer_id": ids["customer_id"],
        "event_id": event_id,
        "amount": sale.amount,
        "currency": sale.currency,
        "product": sale.product,
        "starts_on": sale.starts_on,
        "contract_reference": sale.contract_reference,
        "handoff_note": sale.handoff_note,
        "sales_rep_id": rep_id,
        "recorded_by_id": actor_id,
        "closed_at": sale.closed_at,
    }


def raise_ticket(
    draw: Draw, customer_id: str, span: tuple[datetime, datetime]
) -> tuple[dict[str, Any], Entry]:
    """Return a ticket from some time in `span`, and its timeline entry; only a young one is still open."""
    opened_at, today = draw.moment(*span), span[1]
    ticket_id, subject = draw.id_at(opened_at), draw.choice(words.TICKETS)
    young = opened_at > today - timedelta(days=OPEN_TICKET_AGE)
    status = draw.choice(("open", "pending")) if young else draw.choice(("resolved", "closed"))
    closed_at = None if young else min(opened_at + timedelta(hours=draw.randint(1, 200)), today)
    priority = draw.choice(PRIORITIES)
    ticket = {
        "id": ticket_id,
        "customer_id": customer_id,
        "subject": subject,
        "status": status,
        "priority": priority,
        "assignee_id": SUPPORT if draw.chance(0.8) else None,
        "opened_by_id": SUPPORT,
        "due_at": opened_at + timedelta(days=3) if young else None,
        "closed_at": closed_at,
        "version": 1 if young else 2,
        "created_at": opened_at,
        "updated_at": closed_at or opened_at,
    }
    facts = {"ticket_id": str(ticket_id), "priority": priority}
    return ticket, Entry(opened_at, "ticket_opened", SUPPORT, facts, {"subject": subject})
