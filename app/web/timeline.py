"""A customer's timeline on any page: its filter, its pages, and the form that adds to it."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from litestar import Request, Response, get, post

from app.contracts.activity_log import ActivityLog
from app.core import clock
from app.core.errors import Conflict, Invalid
from app.domain.lead import Lead
from app.domain.permissions import can_see_board
from app.domain.timeline import GROUPS, Entry, TimelineFilter
from app.domain.viewer import Viewer
from app.services.activities import log_activity
from app.services.leads import read_lead
from app.services.timeline import read_timeline
from app.web import formats
from app.web.forms import Form, read_form
from app.web.respond import is_partial, page, redirect, zone

Asking = Request[Viewer, Any, Any]
PAGE: Final = 30
WORKDAY_BEGINS: Final = time(9)
TYPES: Final = ("Call", "Email", "Meeting", "Note")


async def story(request: Asking, customer_id: UUID, lead: Lead | None = None) -> dict[str, Any]:
    """Return what the composer and the timeline panel show of a customer."""
    kind = _kind(request)
    cursor = request.query_params.get("cursor")
    found = await read_timeline(
        request.user, customer_id, TimelineFilter(GROUPS.get(kind, ())), limit=PAGE, cursor=cursor
    )
    return {
        "customer_id": customer_id,
        "form": blank(str(lead.id) if lead else ""),
        "message": "",
        "timeline": found,
        "kind": kind,
        "last_day": "",
        "more_url": more_url(request, customer_id, found.next_cursor, found.items),
    }


def blank(lead_id: str = "") -> Form:
    """Return the empty activity form."""
    return Form({"activity_type": "Call", "outcome": "", "next": "", "lead_id": lead_id}).with_new_key()


def more_url(request: Asking, customer_id: UUID, cursor: str | None, shown: tuple[Entry, ...]) -> str:
    """Return where the older entries are; it says which day's heading stands already."""
    if cursor is None:
        return ""
    last_day = formats.day_heading(shown[-1].occurred_at, zone(request))
    query = {"kind": _kind(request), "cursor": cursor, "after": last_day}
    wanted = urlencode({name: value for name, value in query.items() if value})
    return f"/customers/{customer_id}/timeline?{wanted}"


@get("/customers/{customer_id:uuid}/timeline", name="timeline.more")
async def show_more(request: Asking, customer_id: UUID) -> Response[str]:
    """Show the entries after the cursor: a fragment for htmx, else the customer's page from there on."""
    shown = await story(request, customer_id)
    if not is_partial(request):
        query = urlencode({name: request.query_params.get(name, "") for name in ("kind", "cursor")})
        return redirect(request, f"/customers/{customer_id}?{query}")
    shown["last_day"] = request.query_params.get("after", "")
    return page(request, "timeline/entries.html.jinja2", **shown)


@post("/customers/{customer_id:uuid}/activities", name="timeline.log", status_code=200)
async def log(request: Asking, customer_id: UUID) -> Response[str]:
    """Log a call, e-mail, meeting or note, or show the form again with what is wrong."""
    form = await read_form(request)
    try:
        activity = _activity(request, customer_id, form)
        recorded = (await log_activity(request.user, activity, form.key(request.user))).value
    except (Invalid, Conflict) as error:
        return _again(request, customer_id, form, error)
    back = f"/leads/{form.text('lead_id')}" if form.text("lead_id") else f"/customers/{customer_id}"
    if not is_partial(request):
        return redirect(request, f"{back}#e-{recorded.id}")
    newest = await read_timeline(request.user, customer_id, TimelineFilter(), limit=1, cursor=None)
    lead_id = form.uuid("lead_id")
    lead = await read_lead(request.user, lead_id) if lead_id and can_see_board(request.user) else None
    context: dict[str, Any] = {"customer_id": customer_id, "form": blank(form.text("lead_id")), "message": ""}
    return page(request, "timeline/logged.html.jinja2", entry=newest.items[0], lead=lead, **context)


def _activity(request: Asking, customer_id: UUID, form: Form) -> ActivityLog:
    """Read the activity as typed; raises Invalid for an unknown type or follow-up."""
    kind = form.text("activity_type")
    if kind not in TYPES:
        form.note("activity_type", "Please choose what happened")
    follow_up_at = _follow_up(request, form)
    form.check()
    return ActivityLog(
        customer_id=customer_id,
        user_id=request.user.id,
        activity_type=kind,  # type: ignore[arg-type]  # one of TYPES
        notes=form.text("notes"),
        lead_id=form.uuid("lead_id"),
        outcome=form.text("outcome") or None,
        follow_up_at=follow_up_at,
        follow_up_note=form.text("follow_up_note") or None,
    )


def _follow_up(request: Asking, form: Form) -> datetime | None:
    """Return nine in the morning, in the reader's zone, of the day so many days ahead."""
    days = form.text("next")
    if not days:
        if form.text("follow_up_note"):
            form.note("next", "Please choose when, or leave out what to do next")
        return None
    if days not in {"1", "3", "7"}:
        form.note("next", "Please choose one of these")
        return None
    local = zone(request)
    day = clock.now().astimezone(local).date() + timedelta(days=int(days))
    return datetime.combine(day, WORKDAY_BEGINS, local)


def _again(request: Asking, customer_id: UUID, form: Form, error: Invalid | Conflict) -> Response[str]:
    shown = form.with_problems(error) if isinstance(error, Invalid) else form
    message = "" if isinstance(error, Invalid) else error.detail
    template = (
        "timeline/composer.html.jinja2" if is_partial(request) else "timeline/composer_page.html.jinja2"
    )
    context: dict[str, Any] = {"customer_id": customer_id, "form": shown, "message": message}
    return page(request, template, status=error.status, **context)


def _kind(request: Asking) -> str:
    wanted = request.query_params.get("kind", "")
    return wanted if wanted in GROUPS else ""


routes = [show_more, log]
