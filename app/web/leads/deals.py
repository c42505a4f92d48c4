"""Small changes of a lead from wherever it is seen: next step, deal, owner, another try after a loss."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from litestar import Request, Response, get, post

from app.contracts.pipeline import AssignRequest
from app.core.errors import Conflict, Invalid
from app.domain.deal import Deal, Plan
from app.domain.lead import FollowUp, Lead
from app.domain.permissions import check_assign_lead, check_move_lead
from app.domain.pipeline import Stage, Status
from app.domain.viewer import Viewer
from app.services.deals import change_deal, plan_follow_up
from app.services.leads import assign_lead, find_open_lead, read_lead
from app.services.new_leads import reopen_lead
from app.web import formats
from app.web.dialogs import again, ask, ask_open, show
from app.web.forms import Form, read_form, with_seen
from app.web.guards import needs
from app.web.leads.moves import changed, home_of
from app.web.reps import NEW, chosen, is_looking, offered
from app.web.respond import redirect, zone
from app.web.when import CHOICES, LATER, planned

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

Asking = Request[Viewer, Any, Any]
FOLLOW_UP: Final = "leads/follow_up.html.jinja2"
NURTURE: Final = "leads/nurture.html.jinja2"
CHOICES_OF: Final = {FOLLOW_UP: CHOICES, NURTURE: LATER}
DEAL: Final = "leads/deal.html.jinja2"
ASSIGN: Final = "leads/assign.html.jinja2"
NOTHING: Final = "nothing"  # planned: no choice of the form, so that any choice is another
LEADS_OWN = needs(check_move_lead)


@get("/leads/{lead_id:uuid}/follow-up", name="deals.ask_follow_up", opt=LEADS_OWN)
async def ask_follow_up(request: Asking, lead_id: UUID) -> Response[str]:
    """Ask for the next step, or for its day; with `done` the one that was planned is done."""
    lead = await read_lead(request.user, lead_id)
    chosen = "day" if request.query_params.get("next") == "day" else "1"
    done = "1" if request.query_params.get("done") == "1" or lead.status is Status.NURTURING else ""
    form = ask if lead.stage is Stage.CLOSED_LOST else ask_open
    wanted = with_seen(_plan_of(lead, done)) | {"next": chosen, "done": done}
    return form(request, FOLLOW_UP, lead, wanted, choices=CHOICES)


@post("/leads/{lead_id:uuid}/follow-up", name="deals.follow_up", opt=LEADS_OWN, status_code=200)
async def follow_up(request: Asking, lead_id: UUID) -> Response[str]:
    """Plan the next step, or show the form again with what is wrong."""
    return await _save_plan(request, lead_id, FOLLOW_UP)


@get("/leads/{lead_id:uuid}/nurture", name="deals.ask_nurture", opt=LEADS_OWN)
async def ask_nurture(request: Asking, lead_id: UUID) -> Response[str]:
    """Ask when to come back to a lead that is not ready to buy; of one that is nurtured, for another day."""
    lead = await read_lead(request.user, lead_id)
    nurtured = lead.status is Status.NURTURING and lead.follow_up_at
    wanted = with_seen(_plan_of(lead, done="" if nurtured else "1")) | {"next": "91"}
    if nurtured:
        at = formats.local(nurtured, zone(request))
        wanted |= {"next": "day", "day": f"{at:%Y-%m-%d}", "time": f"{at:%H:%M}"}
    return ask_open(request, NURTURE, lead, wanted, choices=LATER)


@post("/leads/{lead_id:uuid}/nurture", name="deals.nurture", opt=LEADS_OWN, status_code=200)
async def nurture(request: Asking, lead_id: UUID) -> Response[str]:
    """Nurture the lead until a day, or show the form again with what is wrong."""
    return await _save_plan(request, lead_id, NURTURE)


@get("/leads/{lead_id:uuid}/deal", name="deals.ask_deal", opt=LEADS_OWN)
async def ask_deal(request: Asking, lead_id: UUID) -> Response[str]:
    """Ask what the deal is worth and when it closes."""
    lead = await read_lead(request.user, lead_id)
    return ask_open(request, DEAL, lead, with_seen(_deal_of(lead)))


@post("/leads/{lead_id:uuid}/deal", name="deals.deal", opt=LEADS_OWN, status_code=200)
async def deal(request: Asking, lead_id: UUID) -> Response[str]:
    """Change value and closing date, or show the form again with what is wrong."""
    viewer, form = request.user, await read_form(request)
    try:
        wanted = Deal(form.amount("value") if form.text("value") else None, form.day("close_on"))
        form.check()
        lead = (await change_deal(viewer, lead_id, form.version(), wanted, form.key(viewer))).value
    except (Invalid, Conflict) as error:
        return await again(request, DEAL, lead_id, (form, error), _deal_of)
    return await changed(request, form, lead, "The deal is saved.")


@get("/leads/{lead_id:uuid}/assign", name="deals.ask_assign", opt=needs(check_assign_lead))
async def ask_assign(request: Asking, lead_id: UUID) -> Response[str]:
    """Ask for the new owner."""
    lead = await read_lead(request.user, lead_id)
    values = with_seen(_owner_of(lead))
    return ask_open(request, ASSIGN, lead, values, reps=await offered(request, Form(values), NEW))


@post("/leads/{lead_id:uuid}/assign", name="deals.assign", opt=needs(check_assign_lead), status_code=200)
async def assign(request: Asking, lead_id: UUID) -> Response[str]:
    """Give the lead to another rep, or show the form again with what is wrong."""
    viewer, form = request.user, await read_form(request)
    if is_looking(form):
        lead, reps = await read_lead(viewer, lead_id), await offered(request, form, NEW)
        return show(request, ASSIGN, form, lead=lead, reps=reps)
    try:
        wanted = AssignRequest(chosen(form, NEW), form.version(), form.text("reason"))
        lead = (await assign_lead(viewer, lead_id, wanted, form.key(viewer))).value
    except (Invalid, Conflict) as error:
        reps = await offered(request, form, NEW)
        return await again(request, ASSIGN, lead_id, (form, error), _owner_of, reps=reps)
    return await changed(request, form, lead, f"It is {lead.assigned_to_name or 'nobody'}’s now.")


@post("/leads/{lead_id:uuid}/reopen", name="deals.reopen", opt=LEADS_OWN, status_code=200)
async def reopen(request: Asking, lead_id: UUID) -> Response[str]:
    """Reopen a lost lead as a new one, and go there; or to the open lead that its customer has already."""
    viewer, form = request.user, await read_form(request)
    try:
        lead = (await reopen_lead(viewer, lead_id, form.key(viewer))).value
    except Conflict as error:
        if lead := await find_open_lead(viewer, lead_id):
            return redirect(request, f"/leads/{lead.id}", "There is an open lead already.")
        back = home_of(form) or f"/leads/{lead_id}"
        return redirect(request, back, f"{error.detail}. Nothing was reopened.")
    return redirect(request, f"/leads/{lead.id}", "Reopened as a new lead.")


async def _save_plan(request: Asking, lead_id: UUID, part: str) -> Response[str]:
    viewer, form = request.user, await read_form(request)
    try:
        plan = replace(_plan(request, form), nurture=part == NURTURE)
        lead = (await plan_follow_up(viewer, lead_id, form.version(), plan, form.key(viewer))).value
    except (Invalid, Conflict) as error:
        if isinstance(error, Invalid) and form.text("next") == "day":
            error = Invalid([replace(each, pointer="#/day") for each in error.problems])
        values = partial(_plan_of, done=form.text("done"))
        return await again(request, part, lead_id, (form, error), values, choices=CHOICES_OF[part])
    return await changed(request, form, lead, _said(plan, zone(request)))


def _said(plan: Plan, zone: ZoneInfo) -> str:
    at = plan.follow_up.at
    if at and plan.nurture:
        return f"Nurturing until {formats.appointment(at, zone)}."
    said = f"Planned: {formats.appointment(at, zone)}." if at else "Nothing is planned any more."
    return f"Done. {said}" if plan.done else said


def _plan(request: Asking, form: Form) -> Plan:
    at = planned(form, zone(request))
    form.check()
    return Plan(FollowUp(at, form.text("follow_up_note") if at else ""), done=form.text("done") == "1")


def _plan_of(lead: Lead, done: str) -> dict[str, str]:
    """Return what is planned; what follows a step that is done is written anew."""
    at = lead.follow_up_at
    return {"next": at.isoformat() if at else NOTHING, "follow_up_note": "" if done else lead.follow_up_note}


def _owner_of(lead: Lead) -> dict[str, str]:
    return {NEW: lead.assigned_to_id or ""}


def _deal_of(lead: Lead) -> dict[str, str]:
    value, close_on = lead.expected_value, lead.expected_close_on
    return {
        "value": f"{value.amount:.2f}" if value else "",
        "close_on": close_on.isoformat() if close_on else "",
    }


routes = [ask_follow_up, follow_up, ask_nurture, nurture, ask_deal, deal, ask_assign, assign, reopen]
