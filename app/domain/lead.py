"""A lead as pages and the API read it. What a page holds by the hundred is a Struct: made in a fraction of the time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

import msgspec
from typing_extensions import override

from app.domain.pipeline import Stage, Status


class Money(msgspec.Struct, frozen=True):
    """An exact amount in one currency."""

    amount: Decimal
    currency: str


class Reason(msgspec.Struct, frozen=True):
    """One reason of a score: signed points, and words for a person. All of them add up to the score."""

    label: str
    points: float


class CustomerRef(msgspec.Struct, frozen=True):
    """The customer beside a lead."""

    id: UUID
    name: str
    email: str | None
    company: str


@dataclass(frozen=True, slots=True)
class FollowUp:
    """The next step with a customer; `at` None means that none is planned any more."""

    at: datetime | None
    note: str = ""


class Handoff(msgspec.Struct, frozen=True):
    """How the sale's event travels: `queued`, `sent` or `failing`."""

    state: str
    attempts: int
    at: datetime | None
    error: str | None


class Lead(msgspec.Struct, frozen=True):
    """Everything a viewer may see of one lead; money is None for support."""

    id: UUID
    customer: CustomerRef
    status: Status
    stage: Stage
    score: int | None
    win_probability: float | None
    score_reasons: tuple[Reason, ...]
    score_version: str | None
    assigned_to_id: str | None
    assigned_to_name: str | None
    source: str
    expected_value: Money | None
    expected_close_on: date | None
    follow_up_at: datetime | None
    follow_up_note: str
    last_contact_at: datetime | None
    stage_entered_at: datetime
    closed_at: datetime | None
    lost_reason: str | None
    reopened_from_id: UUID | None
    version: int
    created_at: datetime
    handoff: Handoff | None = None
    lost_to: str | None = None

    @override
    def __hash__(self) -> int:
        """Hash as few fields as tell leads apart: pages look up each of their cards by it."""
        return hash((self.id, self.version))


def open_among(leads: Iterable[Lead]) -> Lead | None:
    """Return the one that is still open, if any: a customer has one."""
    return next((lead for lead in leads if lead.stage.is_open), None)


@dataclass(frozen=True, slots=True)
class Sale:
    """What a won lead sold."""

    id: UUID
    lead_id: UUID
    amount: Money
    product: str
    starts_on: date | None
    contract_reference: str
    handoff_note: str
    closed_at: datetime
