"""From database rows to the frozen dataclasses of the domain."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from app.domain.lead import CustomerRef, Handoff, Lead, Money, Reason
from app.domain.pipeline import Stage, Status
from app.domain.viewer import Role

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.domain.viewer import Viewer

_LEAD = """lead.id, lead.customer_id, customer.name, customer.email, customer.company, lead.status, lead.stage,
    lead.score, lead.score_reasons, lead.score_version, lead.assigned_to_id, staff.name AS assigned_to_name,
    lead.source, lead.follow_up_at, lead.follow_up_note, customer.last_contact_at, lead.stage_entered_at,
    lead.closed_at, lead.lost_reason, lead.lost_to, lead.reopened_from_id, lead.version, lead.created_at"""
_MONEY = """lead.expected_value, lead.currency, lead.expected_close_on, lead.win_probability,
    outbox.created_at AS queued_at, outbox.published_at, outbox.attempts, outbox.last_error"""
_NO_MONEY = """NULL::numeric AS expected_value, NULL AS currency, NULL::date AS expected_close_on,
    NULL::float8 AS win_probability, NULL::timestamptz AS queued_at"""
_JOINS = "JOIN customer ON customer.id = lead.customer_id LEFT JOIN staff ON staff.id = lead.assigned_to_id"
_SALE = " LEFT JOIN sale ON sale.lead_id = lead.id LEFT JOIN outbox ON outbox.id = sale.event_id"


def lead_columns(viewer: Viewer) -> str:
    """Return the select list for `to_lead`; support may not even name the money columns."""
    return f"{_LEAD}, {_NO_MONEY if viewer.role is Role.SUPPORT else _MONEY}"


def lead_joins(viewer: Viewer) -> str:
    """Return the joins that `lead_columns` needs."""
    return _JOINS if viewer.role is Role.SUPPORT else _JOINS + _SALE


def to_lead(row: Mapping[str, Any]) -> Lead:
    """Build a Lead from a row of `lead_columns`."""
    value = row["expected_value"]
    return Lead(
        id=row["id"],
        customer=CustomerRef(row["customer_id"], row["name"], row["email"], row["company"]),
        status=Status(row["status"]),
        stage=Stage(row["stage"]),
        score=row["score"],
        win_probability=row["win_probability"],
        score_reasons=msgspec.json.decode(row["score_reasons"], type=tuple[Reason, ...]),
        score_version=row["score_version"],
        assigned_to_id=row["assigned_to_id"],
        assigned_to_name=row["assigned_to_name"],
        source=row["source"],
        expected_value=None if value is None else Money(value, row["currency"]),
        expected_close_on=row["expected_close_on"],
        follow_up_at=row["follow_up_at"],
        follow_up_note=row["follow_up_note"],
        last_contact_at=row["last_contact_at"],
        stage_entered_at=row["stage_entered_at"],
        closed_at=row["closed_at"],
        lost_reason=row["lost_reason"],
        reopened_from_id=row["reopened_from_id"],
        version=row["version"],
        created_at=row["created_at"],
        handoff=_to_handoff(row),
        lost_to=row["lost_to"],
    )


def _to_handoff(row: Mapping[str, Any]) -> Handoff | None:
    if row["queued_at"] is None:
        return None
    if row["published_at"] is not None:
        return Handoff("sent", row["attempts"], row["published_at"], None)
    return Handoff(
        "failing" if row["attempts"] else "queued", row["attempts"], row["queued_at"], row["last_error"]
    )


def changed(tag: str) -> int:
    """Return how many rows a command wrote or deleted, as PostgreSQL says behind its name."""
    return int(tag.rpartition(" ")[2])


def optional_json(value: str | None) -> Any:
    """Decode a jsonb column that may be null."""
    return None if value is None else msgspec.json.decode(value)


def to_json(value: Any) -> str | None:
    """Encode for a jsonb column; None stays NULL."""
    return None if value is None else msgspec.json.encode(value).decode()
