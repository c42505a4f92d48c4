"""The form that changes a ticket: its fields, beside each what it was when the form was made, and whose word counts."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import msgspec

from app.contracts.tickets import ChangeTicket
from app.core.errors import Invalid, Problem
from app.domain.ticket import STATUS_LABELS
from app.web import formats
from app.web.forms import SEEN, Form, with_seen
from app.web.when import moment

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from app.domain.ticket import Ticket

LABELS: Final = {
    "subject": "Subject", "status": "Status", "priority": "Priority", "assignee_id": "Assignee", "due_at": "Due",
}  # fmt: skip


def form_of(ticket: Ticket, zone: ZoneInfo) -> Form:
    """Return the form about a ticket as it is now."""
    return Form(with_seen(_values(ticket, zone)) | {"version": str(ticket.version)}).with_new_key()


def read_change(form: Form, zone: ZoneInfo) -> ChangeTicket:
    """Read what was changed in the form; a field that does not say what it was, such as a button's, is meant as it is.

    Raises Invalid for what is no status, priority or time, Malformed without a version.
    """
    given: dict[str, Any] = _typed(form)
    if "assignee_id" in given:
        given["assignee_id"] = given["assignee_id"] or None
    if "due_at" in given:
        given["due_at"] = moment(form, "due_at", zone)
    form.check()
    return as_struct({"version": form.version(), "note": form.text("note"), **given}, ChangeTicket)


def anew(form: Form, ticket: Ticket, zone: ZoneInfo) -> tuple[Form, str]:
    """Return the form about the ticket as it is now, with what its writer had changed, and what others have changed."""
    now = _values(ticket, zone)
    fresh = form.anew(now, {name: _words(name, ticket, zone) for name in now})
    others = (LABELS[name] for name, value in now.items() if value != form.values.get(SEEN + name, value))
    return replace(fresh, values=fresh.values | {"version": str(ticket.version)}), ", ".join(others)


def as_struct(given: dict[str, Any], kind: Any) -> Any:
    """Return what was typed as a body of the API; raises Invalid for what is not one of the choices."""
    try:
        return msgspec.convert(given, kind)
    except msgspec.ValidationError as error:
        where = str(error).rpartition("$.")[2].rstrip("`") if "$." in str(error) else ""
        raise Invalid([Problem(f"#/{where}", "is not one of the choices")]) from error


def _typed(form: Form) -> dict[str, str]:
    """Return the fields that are no longer what they were."""
    there = {name: form.text(name) for name in LABELS if name in form.values}
    return {
        name: value
        for name, value in there.items()
        if SEEN + name not in form.values or value != form.text(SEEN + name)
    }


def _values(ticket: Ticket, zone: ZoneInfo) -> dict[str, str]:
    """Return the fields as inputs show them: on one line, to the minute, in the reader's time."""
    due_at = formats.local(ticket.due_at, zone).strftime("%Y-%m-%dT%H:%M") if ticket.due_at else ""
    return {
        "subject": " ".join(ticket.subject.split()),
        "status": ticket.status.value,
        "priority": ticket.priority.value,
        "assignee_id": ticket.assignee_id or "",
        "due_at": due_at,
    }


def _words(name: str, ticket: Ticket, zone: ZoneInfo) -> str:
    """Return a field as people read it."""
    return {
        "subject": ticket.subject,
        "status": STATUS_LABELS[ticket.status],
        "priority": ticket.priority.capitalize(),
        "assignee_id": ticket.assignee_name or "Nobody",
        "due_at": formats.exact(ticket.due_at, zone) if ticket.due_at else "No date",
    }[name]
