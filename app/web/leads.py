"""A lead: its page, and closing it as won or lost through a dialog."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from litestar import Request, Response, get, post

from app.contracts.pipeline import SaleDetails
from app.core.errors import Conflict, Invalid
from app.core.settings import settings
from app.domain.lead import Lead
from app.domain.permissions import check_close_lead, check_see_board
from app.domain.pipeline import LOST_REASONS, Stage
from app.domain.viewer import Viewer
from app.services.closing import close_lost, close_won
from app.services.leads import read_lead, read_lead_and_sale
from app.web.board import moved
from app.web.forms import Form, read_form
from app.web.guards import needs
from app.web.respond import is_partial, page, redirect
from app.web.timeline import story

Asking = Request[Viewer, Any, Any]
REASONS: Final = [(value, label, "") for value, label in LOST_REASONS.items()]


@get("/leads/{lead_id:uuid}", name="leads.show", guards=[needs(check_see_board)])
async def show_lead(request: Asking, lead_id: UUID) -> Response[str]:
    """Show a lead beside its customer's timeline."""
    lead, sale = await read_lead_and_sale(request.user, lead_id)
    shown = await story(request, lead.customer.id, lead)
    return page(request, "leads/page.html.jinja2", lead=lead, sale=sale, **shown)


@get("/leads/{lead_id:uuid}/why", name="leads.why", guards=[needs(check_see_board)])
async def show_reasons(request: Asking, lead_id: UUID) -> Response[str]:
    """Show every reason of the score, for the board's popover."""
    return page(request, "leads/reasons.html.jinja2", lead=await read_lead(request.user, lead_id))


@get("/leads/{lead_id:uuid}/handoff", name="leads.handoff", guards=[needs(check_see_board)])
async def show_handoff(request: Asking, lead_id: UUID) -> Response[str]:
    """Show how far the sale's event has come."""
    return page(request, "leads/handoff.html.jinja2", lead=await read_lead(request.user, lead_id))


@get("/leads/{lead_id:uuid}/won", name="leads.ask_won", guards=[needs(check_close_lead)])
async def ask_won(request: Asking, lead_id: UUID) -> Response[str]:
    """Ask for the sale; nothing is saved."""
    lead = await read_lead(request.user, lead_id)
    value = lead.expected_value
    wanted = {"amount": f"{value.amount:.2f}" if value else "", "currency": settings().currency}
    return _dialog(request, "won", lead, _blank(request, lead, wanted))


@post("/leads/{lead_id:uuid}/won", name="leads.won", guards=[needs(check_close_lead)], status_code=200)
async def won(request: Asking, lead_id: UUID) -> Response[str]:
    """Win the lead with its sale, or show the form again with what is wrong."""
    viewer, form = request.user, await read_form(request)
    try:
        lead = (await close_won(viewer, lead_id, form.version(), _sale(form), form.key(viewer))).value
    except (Invalid, Conflict) as error:
        return await _again(request, "won", lead_id, (form, error))
    return await _closed(request, form, lead)


@get("/leads/{lead_id:uuid}/lost", name="leads.ask_lost", guards=[needs(check_close_lead)])
async def ask_lost(request: Asking, lead_id: UUID) -> Response[str]:
    """Ask for the reason; nothing is saved."""
    lead = await read_lead(request.user, lead_id)
    return _dialog(request, "lost", lead, _blank(request, lead, {}))


@post("/leads/{lead_id:uuid}/lost", name="leads.lost", guards=[needs(check_close_lead)], status_code=200)
async def lost(request: Asking, lead_id: UUID) -> Response[str]:
    """Lose the lead with its reason, or show the form again with what is wrong."""
    viewer, form = request.user, await read_form(request)
    loss = (form.text("reason"), form.text("note"))
    try:
        lead = (await close_lost(viewer, lead_id, form.version(), loss, form.key(viewer))).value
    except (Invalid, Conflict) as error:
        return await _again(request, "lost", lead_id, (form, error))
    return await _closed(request, form, lead)


def _sale(form: Form) -> SaleDetails:
    """Read the sale as typed; raises Invalid for what is no amount or date."""
    details = SaleDetails(
        amount=form.amount("amount"),
        product=form.text("product"),
        currency=form.text("currency").upper(),
        starts_on=form.day("starts_on"),
        contract_reference=form.text("contract_reference"),
        handoff_note=form.text("handoff_note"),
    )
    form.check()
    return details


def _blank(request: Asking, lead: Lead, wanted: dict[str, str]) -> Form:
    view = request.query_params.get("view", "")
    hidden = {"version": str(lead.version), "from": lead.stage.value, "view": view}
    return Form(wanted | hidden).with_new_key()


def _dialog(
    request: Asking, act: str, lead: Lead, form: Form, problem: Conflict | Invalid | None = None
) -> Response[str]:
    """Answer with the dialog's content, or with a page around it for who has no script."""
    part = f"leads/{act}.html.jinja2"
    template = part if is_partial(request) else "leads/act_page.html.jinja2"
    message = problem.detail if isinstance(problem, Conflict) else ""
    context: dict[str, Any] = {"lead": lead, "form": form, "message": message, "reasons": REASONS}
    return page(request, template, status=problem.status if problem else 200, part=part, **context)


async def _again(
    request: Asking, act: str, lead_id: UUID, refused: tuple[Form, Invalid | Conflict]
) -> Response[str]:
    """Show the form again, the values kept; after somebody else's change it is about the new version."""
    form, error = refused
    lead = await read_lead(request.user, lead_id)
    if isinstance(error, Invalid):
        return _dialog(request, act, lead, form.with_problems(error), error)
    fresh = Form(form.values | {"version": str(lead.version)})
    return _dialog(request, act, lead, fresh, error)


async def _closed(request: Asking, form: Form, lead: Lead) -> Response[str]:
    """On the board its card and two heads change; else the lead's own page shows what happens next."""
    if is_partial(request) and form.text("view") == "board":
        stages = tuple(stage for stage in Stage if stage in {lead.stage, form.text("from")})
        return await moved(request, lead, stages)
    return redirect(request, f"/leads/{lead.id}")


routes = [show_lead, show_reasons, show_handoff, ask_won, won, ask_lost, lost]
