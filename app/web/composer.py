"""The form that adds to a timeline: what happened, when, and what comes next."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from litestar import Request, Response, post

from app.contracts.activity_log import ActivityLog
from app.core import clock
from app.core.errors import Conflict, Invalid
from app.domain.lead import Lead
from app.domain.permissions import can_move_lead, can_see_board
from app.domain.pipeline import OPEN_STAGES, Stage
from app.domain.timeline import Recorded
from app.domain.viewer import Viewer
from app.services.activities import Logged, NextStage, log_on_page
from app.services.corrections import read_entry
from app.services.customers import read_customer
from app.services.leads import read_lead
from app.web.forms import Form, read_form
from app.web.moves import why
from app.web.respond import is_on, is_partial, page, redirect, zone

if TYPE_CHECKING:
    from markupsafe import Markup

    from app.web.respond import DrawPart

Asking = Request[Viewer, Any, Any]
WORKDAY_BEGINS: Final = time(9)
TYPES: Final = ("Call", "Email", "Meeting", "Note")
DAYS_AHEAD: Final = ("1", "3", "7")
LONGEST_NUMBER: Final = 4


def blank(lead: Lead | None = None, lead_id: str = "") -> Form:
    """Return the empty activity form, about the lead as it is now where the viewer may see it."""
    about = {"lead_id": str(lead.id), "version": str(lead.version)} if lead else {"lead_id": lead_id}
    return Form({"activity_type": "Call", "outcome": "", "next": "", "move_to": "", **about}).with_new_key()


def stages_ahead(viewer: Viewer, lead: Lead | None) -> tuple[Stage, ...]:
    """Return where the viewer may move the lead in the same breath: the open stages, which ask for nothing more."""
    if lead is None or not (lead.stage.is_open and can_move_lead(viewer)):
        return ()
    return tuple(stage for stage in OPEN_STAGES if stage is not lead.stage)


def drawn(request: Asking, part: DrawPart, customer_id: UUID, lead: Lead | None) -> Markup:
    """Return the empty form as a part of a page, drawn anew when the lead is another."""
    template = "timeline/composer.html.jinja2"
    return part(template, customer_id, lead, lambda: _composer(request, customer_id, blank(lead), lead))


@post("/customers/{customer_id:uuid}/activities", name="timeline.log", status_code=200)
async def log(request: Asking, customer_id: UUID) -> Response[str]:
    """Log a call, e-mail, meeting or note, or show the form again with what is wrong."""
    form = await read_form(request)
    try:
        activity = _activity(request, customer_id, form)
        then = NextStage(form.text("move_to"), form.version()) if form.text("move_to") else None
        recorded, logged = await log_on_page(request.user, activity, form.key(request.user), then)
    except (Invalid, Conflict) as error:
        return await _again(request, customer_id, form, error)
    back = f"/leads/{form.text('lead_id')}" if form.text("lead_id") else f"/customers/{customer_id}"
    if not is_partial(request):
        return redirect(request, f"{back}#e-{recorded.id}")
    shown = logged or await _logged_before(request, recorded)
    lead = shown.lead if activity.lead_id and can_see_board(request.user) else None
    context = _composer(request, customer_id, blank(lead, form.text("lead_id")), lead)
    context |= await _beside(request, activity, shown)
    return page(request, "timeline/logged.html.jinja2", entries=shown.entries, lead=lead, **context)


async def _beside(request: Asking, activity: ActivityLog, shown: Logged) -> dict[str, Any]:
    """Return what the entries change beside the timeline of a customer's page."""
    on_customer = is_on(request, "/customers/")
    if shown.lead:
        contacted_at = shown.lead.last_contact_at
    elif activity.occurred_at is None:
        contacted_at = shown.entries[0].occurred_at
    else:  # what happened earlier may not be the last contact
        contacted_at = (await read_customer(request.user, shown.entries[0].customer_id)).last_contact_at
    return {
        "on_customer": on_customer,
        "about": shown.lead if on_customer and not shown.is_as_before else None,
        "contacted_at": contacted_at,
    }


async def _logged_before(request: Asking, recorded: Recorded) -> Logged:
    entry = await read_entry(request.user, recorded.customer_id, recorded.id)
    return Logged((entry,), await _lead(request, recorded.lead_id))


async def _lead(request: Asking, lead_id: UUID | None) -> Lead | None:
    return await read_lead(request.user, lead_id) if lead_id and can_see_board(request.user) else None


def _composer(
    request: Asking, customer_id: UUID, form: Form, lead: Lead | None, message: str = ""
) -> dict[str, Any]:
    """Return what the form's template shows."""
    move_to = stages_ahead(request.user, lead)
    return {"customer_id": customer_id, "form": form, "move_to": move_to, "message": message}


def _activity(request: Asking, customer_id: UUID, form: Form) -> ActivityLog:
    """Read the activity as typed; raises Invalid for an unknown type, time, number or follow-up."""
    kind = form.text("activity_type")
    if kind not in TYPES:
        form.note("activity_type", "Please choose what happened")
    occurred_at = _moment(request, form, "occurred_at")
    minutes = _minutes(form)
    follow_up_at = _follow_up(request, form)
    form.check()
    return ActivityLog(
        customer_id=customer_id,
        user_id=request.user.id,
        activity_type=kind,  # type: ignore[arg-type]  # one of TYPES
        notes=form.text("notes"),
        lead_id=form.uuid("lead_id"),
        occurred_at=occurred_at,
        duration_minutes=minutes,
        outcome=form.text("outcome") or None,
        follow_up_at=follow_up_at,
        follow_up_note=form.text("follow_up_note") or None,
    )


def _moment(request: Asking, form: Form, name: str) -> datetime | None:
    """Return a moment typed in the reader's own time, None when left empty."""
    typed = form.text(name)
    try:
        moment = datetime.fromisoformat(typed) if typed else None
    except ValueError:
        form.note(name, "Please enter a day and a time")
        return None
    return moment if moment is None or moment.tzinfo else moment.replace(tzinfo=zone(request))


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
        return _moment(request, form, "follow_up_at")
    if not choice:
        if form.text("follow_up_note"):
            form.note("next", "Please choose when, or leave out what to do next")
        return None
    if choice not in DAYS_AHEAD:
        form.note("next", "Please choose one of these")
        return None
    local = zone(request)
    day = clock.now().astimezone(local).date() + timedelta(days=int(choice))
    return datetime.combine(day, WORKDAY_BEGINS, local)


async def _again(request: Asking, customer_id: UUID, form: Form, error: Invalid | Conflict) -> Response[str]:
    """Show the form again, the values kept; after somebody else's change it is about the new version."""
    lead = await _lead(request, form.uuid("lead_id"))
    if isinstance(error, Invalid):
        context = _composer(request, customer_id, form.with_problems(error), lead)
    else:
        fresh = Form(form.values | ({"version": str(lead.version)} if lead else {})).with_new_key()
        context = _composer(request, customer_id, fresh, lead, why(error))
    template = (
        "timeline/composer.html.jinja2" if is_partial(request) else "timeline/composer_page.html.jinja2"
    )
    return page(request, template, status=error.status, **context)


routes = [log]
