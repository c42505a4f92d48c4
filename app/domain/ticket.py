"""A support ticket: what it can be, how soon it is due, and what makes a change of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from app.core.errors import Conflict
from app.domain.lead import CustomerRef

LONGEST_SUBJECT: Final = 200
LONGEST_TEXT: Final = 10_000
VIEWS: Final = {
    "open": "All open",
    "mine": "Mine",
    "unassigned": "Unassigned",
    "overdue": "Overdue",
    "done": "Done",
}


class StaleTicket(Conflict):
    """Somebody changed the ticket since it was read; `extra["ticket"]` is the current one."""

    code, title = "stale", "This ticket was changed in the meantime"


class TicketStatus(StrEnum):
    """Where a ticket stands: with us, with the customer, answered, or over."""

    OPEN = "open"
    PENDING = "pending"
    RESOLVED = "resolved"
    CLOSED = "closed"

    @property
    def is_open(self) -> bool:
        """True while somebody still has to do something."""
        return self in {TicketStatus.OPEN, TicketStatus.PENDING}


STATUS_LABELS: Final = {
    TicketStatus.OPEN: "Open",
    TicketStatus.PENDING: "Waiting for customer",
    TicketStatus.RESOLVED: "Resolved",
    TicketStatus.CLOSED: "Closed",
}


class Priority(StrEnum):
    """How much it hurts, the worst first."""

    URGENT = "urgent"
    HIGH = "high"
    NORMAL = "normal"
    LOW = "low"


# How long a new ticket may take, unless whoever opens it says otherwise.
DUE_WITHIN: Final = {
    Priority.URGENT: timedelta(hours=4),
    Priority.HIGH: timedelta(days=1),
    Priority.NORMAL: timedelta(days=3),
    Priority.LOW: timedelta(days=7),
}


@dataclass(frozen=True, slots=True)
class Ticket:
    """A ticket as pages and the API read it."""

    id: UUID
    number: int
    customer: CustomerRef
    subject: str
    status: TicketStatus
    priority: Priority
    assignee_id: str | None
    assignee_name: str | None
    opened_by_id: str | None
    due_at: datetime | None
    closed_at: datetime | None
    version: int
    created_at: datetime
    updated_at: datetime

    def is_overdue(self, now: datetime) -> bool:
        """True when it should have been done by now."""
        return self.status.is_open and self.due_at is not None and self.due_at < now


@dataclass(frozen=True, slots=True)
class TicketState:
    """The fields of a ticket that people change."""

    subject: str
    status: TicketStatus
    priority: Priority
    assignee_id: str | None
    due_at: datetime | None

    @classmethod
    def of(cls, ticket: Ticket) -> TicketState:
        """Return a ticket's changeable fields."""
        return cls(ticket.subject, ticket.status, ticket.priority, ticket.assignee_id, ticket.due_at)

    def hastened(self, before: Priority, now: datetime) -> TicketState:
        """Return the state due as soon as its new priority asks for; what is due sooner, or never, stays so."""
        if self.priority is before or self.due_at is None:
            return self
        return replace(self, due_at=min(self.due_at, now + DUE_WITHIN[self.priority]))

    def changes_to(self, new: TicketState) -> dict[str, list[Any]]:
        """Return what differs, from and to; the subject is a person's words and stays out of the chain."""
        names = ("status", "priority", "assignee_id", "due_at")
        return {
            name: [getattr(self, name), getattr(new, name)]
            for name in names
            if getattr(self, name) != getattr(new, name)
        }


@dataclass(frozen=True, slots=True)
class DeskFilter:
    """What the desk is narrowed to."""

    view: str = "open"
    priority: str = ""
    q: str = ""


@dataclass(frozen=True, slots=True)
class TicketPage:
    """A keyset page of tickets."""

    items: tuple[Ticket, ...]
    next_cursor: str | None


def closed_at(before: Ticket | None, status: TicketStatus, now: datetime) -> datetime | None:
    """Return since when the ticket is done; closing what was resolved does not make it later."""
    if status.is_open:
        return None
    return before.closed_at if before is not None and before.closed_at else now
