"""What /v1 answers. The published OpenAPI document is made from these, and tests hold every answer to them."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal
from uuid import UUID

import msgspec

from app.contracts.events import Amount, Currency, Moment
from app.contracts.words import LostReason, Stage, Status


class Money(msgspec.Struct):
    """An exact amount in one currency."""

    amount: Amount
    currency: Currency


class ScoreReason(msgspec.Struct):
    """One reason of a score; all points together are the score."""

    label: str
    points: float


class LeadCustomer(msgspec.Struct):
    """The customer beside a lead."""

    id: UUID
    name: str
    email: str | None
    company: str


class FollowUp(msgspec.Struct):
    """The next step with a customer."""

    at: Moment
    note: str


class Handoff(msgspec.Struct):
    """How the event of a won lead travels."""

    state: Literal["queued", "sent", "failing"]
    attempts: int
    at: Moment | None


class Lead(msgspec.Struct):
    """A lead. `version` goes back with every change; an old one is refused with 409."""

    id: UUID
    customer: LeadCustomer
    status: Status
    stage: Stage
    score: int | None
    win_probability: float | None
    score_reasons: list[ScoreReason]
    score_version: str | None
    assigned_to_id: str | None
    source: str
    expected_value: Money | None
    expected_close_on: date | None
    follow_up: FollowUp | None
    last_contact_at: Moment | None
    stage_entered_at: Moment
    closed_at: Moment | None
    lost_reason: LostReason | None
    reopened_from_id: UUID | None
    handoff: Handoff | None
    version: int
    created_at: Moment


class CustomerLine(msgspec.Struct):
    """A customer in a list."""

    id: UUID
    name: str
    email: str | None
    company: str
    phone: str
    last_contact_at: Moment | None
    created_at: Moment


class Customer(msgspec.Struct):
    """A customer with the leads its reader may see. `clv` is of the sales they may see, null for who may see none.

    `entries` counts the whole chain, which is numbered for all its readers alike.
    """

    id: UUID
    sso_user_id: str | None
    name: str
    email: str | None
    email_synced_at: Moment | None
    email_conflict: str | None
    phone: str
    company: str
    job_title: str
    country: str
    first_campaign: dict[str, Any] | None
    last_campaign: dict[str, Any] | None
    consent: dict[str, Any] | None
    last_contact_at: Moment | None
    clv: Money | None
    entries: int
    erased_at: Moment | None
    created_at: Moment
    leads: list[Lead]


class Actor(msgspec.Struct):
    """Who did it; a system has no name."""

    id: str
    name: str | None


class Entry(msgspec.Struct):
    """A timeline entry: never changed, chained by `hash` to the one before; `text` can be erased."""

    id: UUID
    customer_id: UUID
    lead_id: UUID | None
    sequence: int
    kind: str
    actor: Actor
    on_behalf_of: str | None
    occurred_at: Moment
    recorded_at: Moment
    data: dict[str, Any]
    text: dict[str, Any]
    erased: bool
    corrects_id: UUID | None
    corrected_by_id: UUID | None
    hash: str


class ChainBreak(msgspec.Struct):
    """One place where a timeline is not as it was written."""

    sequence: int
    problem: str


class ChainReport(msgspec.Struct):
    """Whether a timeline is as it was written; `head` is the newest entry's hash."""

    customer_id: UUID
    ok: bool
    entries: int
    unbroken_since: str | None
    erased_on: str | None
    head: str | None
    breaks: list[ChainBreak]


class TicketCustomer(msgspec.Struct):
    """The customer beside a ticket."""

    id: UUID
    name: str
    company: str


class Ticket(msgspec.Struct):
    """A support ticket."""

    id: UUID
    number: int
    customer: TicketCustomer
    subject: str
    status: Literal["open", "pending", "resolved", "closed"]
    priority: Literal["urgent", "high", "normal", "low"]
    assignee_id: str | None
    opened_by_id: str | None
    due_at: Moment | None
    closed_at: Moment | None
    version: int
    created_at: Moment
    updated_at: Moment


class FieldProblem(msgspec.Struct):
    """One wrong field: a JSON pointer, and a sentence for a person."""

    pointer: str
    detail: str


class ProblemAnswer(msgspec.Struct, rename={"kind": "type", "problems": "errors"}, omit_defaults=True):
    """What went wrong (RFC 9457). `instance` is the request's id; 422 lists every wrong field in `errors`.

    409 for an old version carries the `lead` or `ticket` as it is now.
    """

    kind: str
    title: str
    status: int
    detail: str
    instance: str
    problems: list[FieldProblem] = msgspec.field(default_factory=list[FieldProblem])
    lead: Lead | None = None
    ticket: Ticket | None = None
