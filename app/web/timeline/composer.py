"""The form that adds to a timeline: what happened, when, and what comes next."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from litestar import Request, Response, post

from app.contracts.activity_log import ActivityLog
from app.core.errors import Conflict, Invalid
from app.domain.activity import can_be_planned
from app.domain.lead import FollowUp, Lead
from app.domain.permissions import can_move_lead, can_see_board
from app.domain.pipeline import OPEN_STAGES, Stage
from app.domain.timeline import Recorded
from app.domain.viewer import Viewer
from app.services.activities import Logged, NextStage, log_on_page
from app.services.corrections import read_entry
from app.services.customers import read_customer
from app.services.leads import read_lead
from app.web import formats
from app.web.calls.run import VIEW
from app.web.dialogs import show
from app.web.forms import Form, read_form
from app.web.leads.moves import changed, why
from app.web.respond import is_on, is_partial, page, redirect, zone
from app.web.timeline.form import read_activity

if TYPE_CHECKING:
    from markupsafe import Markup

    from app.web.respond import DrawPart

Asking = Request[Viewer, Any, Any]
DIALOG: Final = "timeline/log.html.jinja2"


def blank(lead: Lead | None, lead_id: str = "") -> Form:
    """Return the empty activity form, about the lead as it is now where the viewer may see it."""
    about = {"lead_id": str(lead.id), "version": str(lead.version)} if lead else {"lead_id": lead_id}
    first = {"activity_type": "Call", "direction": "outbound", "outcome": "", "next": "", "move_to": ""}
    return Form(first | about).with_new_key()


def stages_ahead(viewer: Viewer, lead: Lead | None) -> tuple[Stage, ...]:
    """Return where the viewer may move the lead in the same breath: the open stages, which ask for nothing more."""
    if lead is None or not (lead.stage.is_open and can_move_lead(viewer)):
        return ()
    return tuple(stage for stage in OPEN_STAGES if stage is not lead.stage)


def plan_of(lead: Lead | None) -> FollowUp | None:
    """Return what is planned with a lead, maybe nothing; None where no lead could be planned with."""
    if lead is None or not can_be_planned(lead):
        return None
    return FollowUp(lead.follow_up_at, lead.follow_up_note)


def drawn(
    request: Asking, part: DrawPart, customer_id: UUID, lead: Lead | None, to_plan: Lead | None
) -> Markup:
    """Return the empty form as a part of a page, drawn anew when the lead, or the one to plan with, is another."""
    template = "timeline/composer.html.jinja2"

    def fill() -> dict[str, Any]:
        return _composer(request, customer_id, blank(lead), lead, plan_of(to_plan))

    return part(template, customer_id, (lead, to_plan), fill)


def warning(logged: Logged | None) -> str:
    """Return who was mentioned in vain, and why; empty where nobody was."""
    if logged is None or not logged.blind:
        return ""
    cannot = "cannot see this lead" if logged.lead else "may not see this customer"
    return f"{formats.some(logged.blind)} {cannot}: a mention opens no record."


def of_form(request: Asking, lead: Lead | None, to_plan: Lead | None) -> dict[str, Any]:
    """Return what the activity form says of the lead that it is about, and of the one to plan with."""
    return {"form": blank(lead), "move_to": stages_ahead(request.user, lead), "plan": plan_of(to_plan)}


@post("/customers/{customer_id:uuid}/activities", name="timeline.log", status_code=200)
async def log(request: Asking, customer_id: UUID) -> Response[str]:
    """Log a call, e-mail, meeting or note, or show the form again with what is wrong."""
    form = await read_form(request)
    try:
        activity = read_activity(request, customer_id, form)
        then = NextStage(form.text("move_to"), form.version()) if form.text("move_to") else None
        recorded, logged = await log_on_page(request.user, activity, form.key(request.user), then)
    except (Invalid, Conflict) as error:
        return await _again(request, customer_id, form, error)
    if form.text("view") and can_see_board(request.user):
        about = logged.lead if logged else await _lead(request, recorded.lead_id)
        if about:
            said = "Logged. It is on the timeline for good."
            return await changed(request, form, about, said, warning(logged))
    lead_id = activity.lead_id
    back = f"/leads/{lead_id}" if lead_id else f"/customers/{customer_id}"
    if not is_partial(request):
        return redirect(request, f"{back}#e-{recorded.id}", warning(logged))
    shown = logged or await _logged_before(request, recorded)
    lead = shown.lead if lead_id and can_see_board(request.user) else None
    plan = plan_of(shown.lead) if shown.lead else _plan_offered(form)
    context = _composer(request, customer_id, blank(lead, str(lead_id or "")), lead, plan)
    context |= {"warned": warning(logged), **await _beside(request, activity, shown)}
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
    contact = shown.entries[-1]  # what it moved stands above it
    return {
        "day": formats.day_heading(contact.occurred_at, zone(request)) if contact.is_backdated else "",
        "on_customer": on_customer,
        "about": shown.lead if on_customer and not shown.is_as_before else None,
        "contacted_at": contacted_at,
    }


async def _logged_before(request: Asking, recorded: Recorded) -> Logged:
    entry = await read_entry(request.user, recorded.customer_id, recorded.id)
    return Logged((entry,), await _lead(request, recorded.lead_id))


async def _lead(request: Asking, lead_id: UUID | None) -> Lead | None:
    return await read_lead(request.user, lead_id) if lead_id and can_see_board(request.user) else None


def _plan_offered(form: Form) -> FollowUp | None:
    """Return that a step can be planned where the form offered it; which one stands is not known then."""
    offered = any(form.text(name) for name in ("plans", "next", "follow_up_note"))
    return FollowUp(None) if offered else None


def _composer(
    request: Asking, customer_id: UUID, form: Form, lead: Lead | None, plan: FollowUp | None
) -> dict[str, Any]:
    """Return what the form's template shows."""
    move_to = stages_ahead(request.user, lead)
    return {"customer_id": customer_id, "form": form, "move_to": move_to, "plan": plan, "message": ""}


async def _again(request: Asking, customer_id: UUID, form: Form, error: Invalid | Conflict) -> Response[str]:
    """Show the form again, the values kept; after somebody else's change it is about the new version."""
    lead = await _lead(request, form.uuid("lead_id"))
    plan = _plan_offered(form) and (plan_of(lead) or _plan_offered(form))
    if lead and form.text("view") and not form.text("view").startswith(VIEW):
        return _in_dialog(request, form, error, lead, plan)
    if isinstance(error, Invalid):
        context = _composer(request, customer_id, form.with_problems(error), lead, plan)
    else:
        fresh = Form(form.values | ({"version": str(lead.version)} if lead else {})).with_new_key()
        context = _composer(request, customer_id, fresh, lead, plan)
        context["message"] = why(error)
    template = (
        "timeline/composer.html.jinja2" if is_partial(request) else "timeline/composer_page.html.jinja2"
    )
    return page(request, template, status=error.status, **context)


def _in_dialog(
    request: Asking, form: Form, error: Invalid | Conflict, lead: Lead, plan: FollowUp | None
) -> Response[str]:
    if isinstance(error, Invalid):
        shown = form.with_problems(error)
    else:
        shown = Form(form.values | {"version": str(lead.version)}).with_new_key()
    about = {"lead": lead, "move_to": stages_ahead(request.user, lead), "plan": plan}
    return show(request, DIALOG, shown, error, **about)


routes = [log]
