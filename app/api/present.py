"""How leads, customers and entries look in JSON (app/contracts publishes the shapes)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from app.domain.chain import ChainReport
    from app.domain.customer import Customer, CustomerRow
    from app.domain.lead import Lead, Money
    from app.domain.ticket import Ticket
    from app.domain.timeline import Entry, Recorded


def time(at: datetime | None) -> str | None:
    """Return RFC 3339 in UTC with a Z."""
    return None if at is None else at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def money(value: Money | None) -> dict[str, str] | None:
    """Return an exact decimal string and its currency."""
    return None if value is None else {"amount": f"{value.amount:.2f}", "currency": value.currency}


def lead(it: Lead) -> dict[str, Any]:
    """Return a lead."""
    return {
        "id": str(it.id),
        "customer": {
            "id": str(it.customer.id),
            "name": it.customer.name,
            "email": it.customer.email,
            "company": it.customer.company,
        },
        "status": it.status,
        "stage": it.stage,
        "score": it.score,
        "win_probability": it.win_probability,
        "score_reasons": [{"label": reason.label, "points": reason.points} for reason in it.score_reasons],
        "score_version": it.score_version,
        "assigned_to_id": it.assigned_to_id,
        "source": it.source,
        "expected_value": money(it.expected_value),
        "expected_close_on": it.expected_close_on.isoformat() if it.expected_close_on else None,
        "follow_up": {"at": time(it.follow_up_at), "note": it.follow_up_note} if it.follow_up_at else None,
        "last_contact_at": time(it.last_contact_at),
        "stage_entered_at": time(it.stage_entered_at),
        "closed_at": time(it.closed_at),
        "lost_reason": it.lost_reason,
        "reopened_from_id": str(it.reopened_from_id) if it.reopened_from_id else None,
        "handoff": _handoff(it),
        "version": it.version,
        "created_at": time(it.created_at),
    }


def _handoff(it: Lead) -> dict[str, Any] | None:
    if it.handoff is None:
        return None
    return {"state": it.handoff.state, "attempts": it.handoff.attempts, "at": time(it.handoff.at)}


def customer_row(it: CustomerRow) -> dict[str, Any]:
    """Return a line of the customer list."""
    return {
        "id": str(it.id),
        "name": it.name,
        "email": it.email,
        "company": it.company,
        "phone": it.phone,
        "last_contact_at": time(it.last_contact_at),
        "created_at": time(it.created_at),
    }


def customer(it: Customer) -> dict[str, Any]:
    """Return a customer with the leads its reader may see."""
    return {
        "id": str(it.id),
        "sso_user_id": it.sso_user_id,
        "name": it.name,
        "email": it.email,
        "email_synced_at": time(it.email_synced_at),
        "email_conflict": it.email_conflict,
        "phone": it.phone,
        "company": it.company,
        "job_title": it.job_title,
        "country": it.country,
        "first_campaign": it.first_campaign,
        "last_campaign": it.last_campaign,
        "consent": it.last_consent,
        "last_contact_at": time(it.last_contact_at),
        "clv": money(it.clv),
        "entries": it.entries,
        "erased_at": time(it.erased_at),
        "created_at": time(it.created_at),
        "leads": [lead(each) for each in it.leads],
    }


def entry(it: Entry) -> dict[str, Any]:
    """Return a timeline entry; `text` is the erasable part."""
    return {
        "id": str(it.id),
        "customer_id": str(it.customer_id),
        "lead_id": str(it.lead_id) if it.lead_id else None,
        "sequence": it.seq,
        "kind": it.kind,
        "actor": {"id": it.actor_id, "name": it.actor_name},
        "on_behalf_of": it.on_behalf_of,
        "occurred_at": time(it.occurred_at),
        "recorded_at": time(it.recorded_at),
        "data": it.data,
        "text": it.text,
        "erased": it.erased,
        "corrects_id": str(it.corrects_id) if it.corrects_id else None,
        "corrected_by_id": str(it.corrected_by_id) if it.corrected_by_id else None,
        "hash": it.hash,
    }


def recorded(it: Recorded) -> dict[str, Any]:
    """Return what the timeline made of a logged activity."""
    return {
        "activity_id": str(it.id),
        "customer_id": str(it.customer_id),
        "sequence": it.seq,
        "recorded_at": time(it.recorded_at),
        "hash": it.hash,
    }


def ticket(it: Ticket) -> dict[str, Any]:
    """Return a support ticket."""
    return {
        "id": str(it.id),
        "number": it.number,
        "customer": {"id": str(it.customer.id), "name": it.customer.name, "company": it.customer.company},
        "subject": it.subject,
        "status": it.status,
        "priority": it.priority,
        "assignee_id": it.assignee_id,
        "opened_by_id": it.opened_by_id,
        "due_at": time(it.due_at),
        "closed_at": time(it.closed_at),
        "version": it.version,
        "created_at": time(it.created_at),
        "updated_at": time(it.updated_at),
    }


def chain_report(it: ChainReport) -> dict[str, Any]:
    """Return whether a customer's timeline is as it was written, and where it is not."""
    return {
        "customer_id": it.customer_id,
        "ok": it.ok,
        "entries": it.entries,
        "unbroken_since": it.since if it.ok else None,
        "erased_on": it.erased_at,
        "head": it.head.hex() if it.head else None,
        "breaks": [{"sequence": each.seq, "problem": each.problem} for each in it.breaks],
    }
