"""A customer as pages and the API read it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from app.domain.lead import Lead, Money, open_among
from app.domain.pipeline import Stage


@dataclass(frozen=True, slots=True)
class Customer:
    """Everything a viewer may see of one customer; `clv` is of the sales they may see, None for support."""

    id: UUID
    sso_user_id: str | None
    name: str
    email: str | None
    email_synced_at: datetime | None
    email_conflict: str | None
    phone: str
    company: str
    job_title: str
    country: str
    first_campaign: dict[str, Any] | None
    last_campaign: dict[str, Any] | None
    first_consent: dict[str, Any] | None
    last_consent: dict[str, Any] | None
    last_contact_at: datetime | None
    clv: Money | None
    entries: int
    erased_at: datetime | None
    created_at: datetime
    leads: tuple[Lead, ...]

    @property
    def open_lead(self) -> Lead | None:
        """The one lead that is still open, if any."""
        return open_among(self.leads)

    @property
    def lead_to_plan(self) -> Lead | None:
        """The lead that gets the next step of a contact: the open one, else the one lost last, if any."""
        lost = [lead for lead in self.leads if lead.stage is Stage.CLOSED_LOST]
        return self.open_lead or max(lost, key=lambda lead: (lead.closed_at, lead.id), default=None)

    @property
    def main_lead(self) -> Lead | None:
        """The open lead, else the newest one, if any."""
        return self.open_lead or next(iter(self.leads), None)


@dataclass(frozen=True, slots=True)
class CustomerRow:
    """One line of the customer list."""

    id: UUID
    name: str
    email: str | None
    company: str
    phone: str
    last_contact_at: datetime | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class CustomerPage:
    """A keyset page of customers; those after the first `exact` are only similar to what was sought."""

    items: tuple[CustomerRow, ...]
    next_cursor: str | None
    exact: int | None = None


@dataclass(frozen=True, slots=True)
class Lookalike:
    """A customer who may be the same person as another, and whether the phone number says so."""

    id: UUID
    name: str
    email: str | None
    company: str
    same_phone: bool
