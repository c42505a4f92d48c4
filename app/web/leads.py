"""A lead: its page, and closing it as won or lost through a dialog."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from litestar import Request, Response, get, post

from app.contracts.pipeline import SaleDetails
from app.core import clock
from app.core.errors import Conflict, Invalid
from app.core.settings import settings
from app.domain.permissions import check_close_lead, check_see_board
from app.domain.pipeline import LOST_REASONS
from app.domain.sale import Loss
from app.domain.viewer import Viewer
from app.services.closing import close_lost, close_won, preview_won
from app.services.leads import read_lead
from app.services.timeline import read_lead_story
from app.web import composer
from app.web.dialogs import again, blank, show
from app.web.forms import Form, read_form
from app.web.guards import needs
from app.web.moves import changed
from app.web.respond import is_partial, page, page_of, zone
from app.web.timeline import cursor, panel
from app.web.timeline_filter import read_narrowed
from app.web.when import morning

if TYPE_CHECKING:
    from app.web.respond import DrawPart

Asking = Request[Viewer, Any, Any]
WON: Final = "leads/won.html.jinja2"
LOST: Final = "leads/lost.html.jinja2"
REASONS: Final = [(value, label, "") for value, label in LOST_REASONS.items()]


@get("/leads/{lead_id:uuid}", name="leads.show", opt=needs(check_see_board))
async def show_lead(request: Asking, lead_id: UUID) -> Response[bytes]:
    """Show a lead beside its customer's timeline."""
    found = await read_lead_story(request.user, lead_id, read_narrowed(request).filter, cursor(request))

    lead, rows = found.lead, found.history.rows

    def context(part: DrawPart) -> dict[str, Any]:
        return {
            "lead": lead,
            "sale": found.sale,
            "composer": composer.drawn(request, part, lead.customer.id, lead),
            "panel": panel(request, part, lead.customer.id, rows, found.history.value),
        }

    return page_of(request, "leads/page.html.jinja2", (lead, found.sale, rows), context)


@get("/leads/{lead_id:uuid}/why", name="leads.why", opt=needs(check_see_board))
async def show_reasons(request: Asking, lead_id: UUID) -> Response[str]:
    """Show every reason of the score, for the board's popover."""
    return page(request, "leads/reasons.html.jinja2", lead=await read_lead(request.user, lead_id))


@get("/leads/{lead_id:uuid}/handoff", name="leads.handoff", opt=needs(check_see_board))
async def show_handoff(request: Asking, lead_id: UUID) -> Response[str]:
    """Show how far the sale's event has come."""
    return page(request, "leads/handoff.html.jinja2", lead=await read_lead(request.user, lead_id))


@get("/leads/{lead_id:uuid}/won", name="leads.ask_won", opt=needs(check_close_lead))
async def ask_won(request: Asking, lead_id: UUID) -> Response[str]:
    """Ask for the sale; nothing is saved."""
    lead = await read_lead(request.user, lead_id)
    value = lead.expected_value
    wanted = {
        "amount": f"{value.amount:.2f}" if value else "",
        "currency": settings().currency,
        "closed_on": clock.now().date().isoformat(),
    }
    return show(request, WON, blank(request, lead, wanted), lead=lead, preview=None)


@post(
    "/leads/{lead_id:uuid}/won/preview",
    name="leads.preview_won",
    opt=needs(check_close_lead),
    status_code=200,
)
async def preview(request: Asking, lead_id: UUID) -> Response[str]:
    """Show exactly what onboarding would receive of what is typed so far; nothing is saved."""
    form = await read_form(request)
    lead = await read_lead(request.user, lead_id)
    try:
        data = await preview_won(request.user, lead, _sale(form))
    except Invalid as error:
        form, data = form.with_problems(error), {}
    if is_partial(request):
        return page(request, "leads/preview.html.jinja2", preview=data)
    return show(request, WON, form, lead=lead, preview=data)


@post("/leads/{lead_id:uuid}/won", name="leads.won", opt=needs(check_close_lead), status_code=200)
async def won(request: Asking, lead_id: UUID) -> Response[str]:
    """Win the lead with its sale, or show the form again with what is wrong."""
    viewer, form = request.user, await read_form(request)
    try:
        lead = (await close_won(viewer, lead_id, form.version(), _sale(form), form.key(viewer))).value
    except (Invalid, Conflict) as error:
        return await again(request, WON, lead_id, (form, error), preview=None)
    return await changed(request, form, lead)


@get("/leads/{lead_id:uuid}/lost", name="leads.ask_lost", opt=needs(check_close_lead))
async def ask_lost(request: Asking, lead_id: UUID) -> Response[str]:
    """Ask for the reason; nothing is saved."""
    lead = await read_lead(request.user, lead_id)
    return show(request, LOST, blank(request, lead, {}), lead=lead, reasons=REASONS)


@post("/leads/{lead_id:uuid}/lost", name="leads.lost", opt=needs(check_close_lead), status_code=200)
async def lost(request: Asking, lead_id: UUID) -> Response[str]:
    """Lose the lead with its reason, or show the form again with what is wrong."""
    viewer, form = request.user, await read_form(request)
    try:
        loss = _loss(request, form)
        lead = (await close_lost(viewer, lead_id, form.version(), loss, form.key(viewer))).value
    except (Invalid, Conflict) as error:
        return await again(request, LOST, lead_id, (form, error), reasons=REASONS)
    return await changed(request, form, lead)


def _sale(form: Form) -> SaleDetails:
    """Read the sale as typed; raises Invalid for what is no amount or date."""
    details = SaleDetails(
        amount=form.amount("amount"),
        product=form.text("product"),
        currency=form.text("currency").upper(),
        starts_on=form.day("starts_on"),
        contract_reference=form.text("contract_reference"),
        handoff_note=form.text("handoff_note"),
        closed_on=form.day("closed_on"),
    )
    form.check()
    return details


def _loss(request: Asking, form: Form) -> Loss:
    """Read the loss as typed; raises Invalid for what is no date."""
    day = form.day("try_again")
    form.check()
    again_at = morning(day, zone(request)) if day else None
    return Loss(form.text("reason"), form.text("note"), again_at)


routes = [show_lead, show_reasons, show_handoff, ask_won, preview, won, ask_lost, lost]
