"""What people typed into the form that logs an activity."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from litestar import Request
from msgspec import structs

from app.contracts.activity_log import ActivityLog
from app.core import clock
from app.domain.activity import DIRECTION_OF, OUTCOMES, OUTCOMES_OF, check_activity
from app.domain.viewer import Viewer
from app.web.forms import Form
from app.web.respond import zone
from app.web.when import DAYS, in_days, moment

if TYPE_CHECKING:
    from app.domain.activity import Direction

Asking = Request[Viewer, Any, Any]
TYPES: Final = ("Call", "Email", "Meeting", "Note")
LONGEST_NUMBER: Final = 4


def read_activity(request: Asking, customer_id: UUID, form: Form) -> ActivityLog:
    """Read the activity as typed; raises Invalid for an unknown type, time, number or follow-up."""
    kind = form.text("activity_type")
    if kind not in TYPES:
        form.note("activity_type", "Please choose what happened")
    occurred_at = moment(form, "occurred_at", zone(request))
    minutes = _minutes(form)
    outcome = _outcome(form, kind)
    direction = _direction(form, kind, outcome)
    follow_up_at = _follow_up(request, form)
    if kind != "Note" and not (outcome or form.text("notes")):  # an empty entry would stand there for ever
        form.note("notes", "Please choose an outcome, or write what was said")
    wanted = ActivityLog(
        customer_id=customer_id,
        user_id=request.user.id,
        activity_type=kind,  # type: ignore[arg-type]  # one of TYPES
        notes=form.text("notes"),
        lead_id=form.uuid("lead_id"),
        occurred_at=occurred_at,
        duration_minutes=minutes,
        direction=direction,
        outcome=outcome,
        follow_up_at=follow_up_at,
        follow_up_note=form.text("follow_up_note") or None,
    )
    # What is to be done next, but on no day, is noted already where it was typed.
    dated = wanted if follow_up_at else structs.replace(wanted, follow_up_note=None)
    form.note_also(lambda: check_activity(dated, clock.now()))
    form.check()
    return wanted


def _outcome(form: Form, kind: str) -> str | None:
    """Return the outcome chosen; one of another kind, chosen before the kind was, is out of sight and not meant."""
    typed = form.text("outcome")
    return None if typed in OUTCOMES and typed not in OUTCOMES_OF.get(kind, ()) else typed or None


def _direction(form: Form, kind: str, outcome: str | None) -> Direction | None:
    """Return who called, as chosen; an e-mail's outcome says whose it was."""
    if kind == "Email":
        return DIRECTION_OF.get(outcome or "")
    typed = form.text("direction")
    if kind != "Call" or not typed:
        return None
    if typed not in DIRECTION_OF.values():
        form.note("direction", "Please choose one of these")
        return None
    return "inbound" if typed == "inbound" else "outbound"


def _minutes(form: Form) -> int | None:
    typed = form.text("duration_minutes")
    if not typed:
        return None
    if not (typed.isascii() and typed.isdigit() and len(typed) <= LONGEST_NUMBER):
        form.note("duration_minutes", "Please enter whole minutes, such as 15")
        return None
    return int(typed)


def _follow_up(request: Asking, form: Form) -> datetime | None:
    """Return the moment picked, or nine in the morning, in the reader's zone, of the day so many days ahead."""
    choice = form.text("next")
    if choice == "pick":
        if not form.text("follow_up_at"):
            form.note("follow_up_at", "Please enter a day and a time")
        return moment(form, "follow_up_at", zone(request))
    if not choice:
        if form.text("follow_up_note"):
            form.note("follow_up_note", "Please choose when, or leave this out")
        return None
    if choice not in DAYS:
        form.note("next", "Please choose one of these")
        return None
    return in_days(int(choice), zone(request))
