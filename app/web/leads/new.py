"""Adding a lead by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from litestar import Request, Response, get, post

from app.core import clock
from app.core.errors import Invalid
from app.domain.new_lead import NewLead
from app.domain.permissions import check_move_lead
from app.domain.viewer import Viewer
from app.services.new_leads import add_lead, check_new_lead
from app.web.dialogs import show
from app.web.forms import Form, read_form
from app.web.guards import needs
from app.web.reps import FIRST, chosen, is_looking, offered
from app.web.respond import redirect

Asking = Request[Viewer, Any, Any]
PART: Final = "leads/new.html.jinja2"


@get("/leads/new", name="new_leads.ask", opt=needs(check_move_lead))
async def ask(request: Asking) -> Response[str]:
    """Ask who it is."""
    form = Form().with_new_key()
    return show(request, PART, form, reps=await offered(request, form, FIRST), known=None)


@post("/leads/new", name="new_leads.add", opt=needs(check_move_lead), status_code=200)
async def add(request: Asking) -> Response[str]:
    """Add the lead and go there; or say what is wrong, or that somebody has it already."""
    viewer, form = request.user, await read_form(request)
    reps = await offered(request, form, FIRST)
    if is_looking(form):
        return show(request, PART, form, reps=reps, known=None)
    try:
        added = (await add_lead(viewer, _new_lead(form), form.key(viewer))).value
    except Invalid as error:
        return show(request, PART, form.with_problems(error), error, reps=reps, known=None)
    if not added.created:
        return show(request, PART, form, reps=reps, known=added)
    return redirect(request, f"/leads/{added.lead_id}", "The lead is on the board.")


def _new_lead(form: Form) -> NewLead:
    wanted = NewLead(
        name=form.text("name"),
        email=form.text("email"),
        company=form.text("company"),
        phone=form.text("phone"),
        source=form.text("source"),
        note=form.text("note"),
        value=form.amount("value") if form.text("value") else None,
    )
    form.note_also(lambda: check_new_lead(wanted, clock.now()))
    return replace(wanted, owner_id=chosen(form, FIRST) or None)


routes = [ask, add]
