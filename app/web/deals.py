"""Small changes of a lead from wherever it is seen: next step, deal, owner, another try after a loss."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from litestar import Request, Response, get, post

from app.contracts.pipeline import AssignRequest
from app.core.errors import Conflict, Invalid
from app.domain.deal import Deal, Plan
from app.domain.lead import FollowUp, Lead
from app.domain.permissions import check_assign_lead, check_move_lead
from app.domain.viewer import Viewer
from app.services.deals import change_deal, plan_follow_up
from app.services.leads import assign_lead, read_lead
from app.services.new_leads import reopen_lead
from app.web.dialogs import again, blank, show
from app.web.forms import Form, read_form
from app.web.guards import needs
from app.web.moves import changed
from app.web.reps import NEW, chosen, is_looking, offered
from app.web.respond import redirect, zone
from app.web.when import CHOICES, planned

Asking = Request[Viewer, Any, Any]
FOLLOW_UP: Final = "leads/follow_up.html.jinja2"
DEAL: Final = "leads/deal.html.jinja2"
ASSIGN: Final = "leads/assign.html.jinja2"
LEADS_OWN = needs(check_move_lead)


@get("/leads/{lead_id:uuid}/follow-up", name="deals.ask_follow_up", opt=LEADS_OWN)
async def ask_follow_up(request: Asking, lead_id: UUID) -> Response[str]:
    """Ask for the next step; with `done` the one that was planned is done."""
    lead = await read_lead(request.user, lead_id)
    done = "1" if request.query_params.get("done") == "1" else ""
    wanted = {"next": "1", "follow_up_note": "" if done else lead.follow_up_note, "done": done}
    return show(request, FOLLOW_UP, blank(request, lead, wanted), lead=lead, choices=CHOICES)


@post("/leads/{lead_id:uuid}/follow-up", name="deals.follow_up", opt=LEADS_OWN, status_code=200)
async def follow_up(request: Asking, lead_id: UUID) -> Response[str]:
    """Plan the next step, or show the form again with what is wrong."""
    viewer, form = request.user, await read_form(request)
    try:
        plan = _plan(request, form)
        lead = (await plan_follow_up(viewer, lead_id, form.version(), plan, form.key(viewer))).value
    except (Invalid, Conflict) as error:
        return await again(request, FOLLOW_UP, lead_id, (form, error), choices=CHOICES)
    return await changed(request, form, lead)


@get("/leads/{lead_id:uuid}/deal", name="deals.ask_deal", opt=LEADS_OWN)
async def ask_deal(request: Asking, lead_id: UUID) -> Response[str]:
    """Ask what the deal is worth and when it closes."""
    lead = await read_lead(request.user, lead_id)
    return show(request, DEAL, blank(request, lead, _deal_of(lead)), lead=lead)


@post("/leads/{lead_id:uuid}/deal", name="deals.deal", opt=LEADS_OWN, status_code=200)
async def deal(request: Asking, lead_id: UUID) -> Response[str]:
    """Change value and closing date, or show the form again with what is wrong."""
    viewer, form = request.user, await read_form(request)
    try:
        wanted = Deal(form.amount("value") if form.text("value") else None, form.day("close_on"))
        form.check()
        lead = (await change_deal(viewer, lead_id, form.version(), wanted, form.key(viewer))).value
    except (Invalid, Conflict) as error:
        return await again(request, DEAL, lead_id, (form, error))
    return await changed(request, form, lead)


@get("/leads/{lead_id:uuid}/assign", name="deals.ask_assign", opt=needs(check_assign_lead))
async def ask_assign(request: Asking, lead_id: UUID) -> Response[str]:
    """Ask for the new owner."""
    lead = await read_lead(request.user, lead_id)
    form = blank(request, lead, {NEW: lead.assigned_to_id or ""})
    return show(request, ASSIGN, form, lead=lead, reps=await offered(request, form, NEW))


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
        return await again(request, ASSIGN, lead_id, (form, error), reps=await offered(request, form, NEW))
    return await changed(request, form, lead)


@post("/leads/{lead_id:uuid}/reopen", name="deals.reopen", opt=LEADS_OWN, status_code=200)
async def reopen(request: Asking, lead_id: UUID) -> Response[str]:
    """Reopen a lost lead as a new one, and go there."""
    viewer, form = request.user, await read_form(request)
    lead = (await reopen_lead(viewer, lead_id, form.key(viewer))).value
    return redirect(request, f"/leads/{lead.id}")


def _plan(request: Asking, form: Form) -> Plan:
    at = planned(form, zone(request))
    form.check()
    return Plan(FollowUp(at, form.text("follow_up_note") if at else ""), done=form.text("done") == "1")


def _deal_of(lead: Lead) -> dict[str, str]:
    value, close_on = lead.expected_value, lead.expected_close_on
    return {
        "value": f"{value.amount:.2f}" if value else "",
        "close_on": close_on.isoformat() if close_on else "",
    }


routes = [ask_follow_up, follow_up, ask_deal, deal, ask_assign, assign, reopen]
