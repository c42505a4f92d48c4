"""What a new ticket must be, and a change of one."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from msgspec import UNSET

from app.domain.text import Checker
from app.domain.ticket import DUE_WITHIN, LONGEST_SUBJECT, LONGEST_TEXT, Priority, TicketState, TicketStatus

if TYPE_CHECKING:
    from app.contracts.tickets import ChangeTicket, OpenTicket

LATEST_DUE: Final = timedelta(days=3651)
KEPT: Final = ("subject", "status", "priority")
CLEARED: Final = ("assignee_id", "due_at")  # by null, which for the others is no change


def check_new(wanted: OpenTicket, now: datetime) -> tuple[str, TicketState]:
    """Return the clean description and what the ticket is at first; raises Invalid with everything that is wrong."""
    checker = Checker()
    subject = checker.text("#/subject", wanted.subject, LONGEST_SUBJECT, required=True)
    description = checker.text("#/description", wanted.description or "", LONGEST_TEXT)
    due_at = _check_due(checker, wanted.due_at, now)
    checker.finish()
    priority = Priority(wanted.priority or Priority.NORMAL)
    return description, TicketState(
        subject, TicketStatus.OPEN, priority, wanted.assignee_id, due_at or now + DUE_WITHIN[priority]
    )


def check_change(wanted: ChangeTicket, now: datetime) -> tuple[str, dict[str, Any]]:
    """Return the clean note and the fields that are given; raises Invalid with everything that is wrong."""
    checker = Checker()
    note = checker.text("#/note", wanted.note or "", LONGEST_TEXT)
    given = {name: value for name in CLEARED if (value := getattr(wanted, name)) is not UNSET}
    given |= {name: value for name in KEPT if (value := getattr(wanted, name)) not in {UNSET, None}}
    if "subject" in given:
        given["subject"] = checker.text("#/subject", given["subject"], LONGEST_SUBJECT, required=True)
    if "due_at" in given:
        given["due_at"] = _check_due(checker, given["due_at"], now, new=False)
    checker.finish()
    kinds = {"status": TicketStatus, "priority": Priority}
    return note, {name: kinds[name](value) if name in kinds else value for name, value in given.items()}


def _check_due(
    checker: Checker, due_at: datetime | None, now: datetime, *, new: bool = True
) -> datetime | None:
    at = checker.moment("#/due_at", due_at)
    if at is not None:
        checker.require("#/due_at", "must be in the future", ok=not new or at > now)
        checker.require("#/due_at", "must be within ten years", ok=abs(at - now) < LATEST_DUE)
    return at
