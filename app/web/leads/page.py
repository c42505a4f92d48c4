"""A lead: its page, and closing it as won or lost through a dialog."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from litestar import Request, Response, get, post

from app.contracts.pipeline import SaleDetails
from app.core import clock
from app.core.errors import Conflict, Invalid
from app.core.settings import settings
from app.domain.permissions import can_see_board, check_close_lead, check_see_board
from app.domain.pipeline import LOST_REASONS
from app.domain.sale import COMPETITOR, Loss, check_sale
from app.domain.viewer import Viewer
from app.services.closing import close_lost, close_won, preview_won
from app.services.leads import find_customer_of, read_lead
from app.services.timeline import MOST_TICKETS, read_lead_story
from app.web.dialogs import again, ask_open, show
from app.web.forms import Form, read_form, with_seen
from app.web.guards import needs
from app.web.leads.moves import changed
from app.web.respond import is_partial, page, page_of, redirect, zone
from app.web.timeline import composer
from app.web.timeline.page import panel, read_asked
from app.web.when import morning

if TYPE_CHECKING:
    from datetime import date

    from app.domain.lead import Lead
    from app.web.respond import DrawPart

Asking = Request[Viewer, Any, Any]
WON: Final = "leads/won.html.jinja2"
LOST: Final = "leads/lost.html.jinja2"
REASONS: Final = [(value, label, "") for value, label in LOST_REASONS.items()]


@get("/leads/{lead_id:uuid}", name="leads.show")
async def show_lead(request: Asking, lead_id: UUID) -> Response[bytes] | Response[str]:
    """Show a lead beside its customer's timeline; lead who has no pipeline on to the customer."""
    if not can_see_board(request.user):
        customer_id = await find_customer_of(request.user, lead_id)
        return redirect(
            request, f"/customers/{customer_id}", "Leads are for sales. This is the customer of that one."
        )
    asked = read_asked(request)
    found = await read_lead_story(request.user, lead_id, asked.narrowed.filter, asked.cursor)
    lead, rows = found.lead, found.beside.rows

    def context(part: DrawPart) -> dict[str, Any]:
        (customer, tickets, history), (entries, _, _, *around) = found.beside.value, rows
        return {
            "lead": lead,
            "customer": customer,
            "tickets": tickets,
            "most_tickets": MOST_TICKETS,
            "sale": found.sale,
            "composer": composer.drawn(request, part, lead.customer.id, lead, lead),
            "panel": panel(part, asked, lead.customer.id, (entries, around), history),
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
    wanted = with_seen(_amount_of(lead)) | {"closed_on": _today(request).isoformat()}
    return ask_open(request, WON, lead, wanted, preview=None, currency=settings().currency)


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
        data = await preview_won(_here(request), lead, _sale(request, form))
    except Invalid as error:
        form, data = form.with_problems(error), {}
    if is_partial(request):
        return page(request, "leads/preview.html.jinja2", preview=data, form=form)
    return show(request, WON, form, lead=lead, preview=data, currency=settings().currency)


@post("/leads/{lead_id:uuid}/won", name="leads.won", opt=needs(check_close_lead), status_code=200)
async def won(request: Asking, lead_id: UUID) -> Response[str]:
    """Win the lead with its sale, or show the form again with what is wrong."""
    viewer, form = _here(request), await read_form(request)
    try:
        sale, key = _sale(request, form), form.key(viewer)
        lead = (await close_won(viewer, lead_id, form.version(), sale, key)).value
    except (Invalid, Conflict) as error:
        shown: dict[str, Any] = {"preview": {} if isinstance(error, Invalid) else None}
        shown["currency"] = settings().currency
        return await again(request, WON, lead_id, (form, error), _amount_of, **shown)
    return await changed(request, form, lead, "Won. Handing over to onboarding.")


@get("/leads/{lead_id:uuid}/lost", name="leads.ask_lost", opt=needs(check_close_lead))
async def ask_lost(request: Asking, lead_id: UUID) -> Response[str]:
    """Ask for the reason; nothing is saved."""
    lead = await read_lead(request.user, lead_id)
    return ask_open(request, LOST, lead, {}, reasons=REASONS)


@post("/leads/{lead_id:uuid}/lost", name="leads.lost", opt=needs(check_close_lead), status_code=200)
async def lost(request: Asking, lead_id: UUID) -> Response[str]:
    """Lose the lead with its reason, or show the form again with what is wrong."""
    viewer, form = request.user, await read_form(request)
    try:
        loss = _loss(request, form)
        lead = (await close_lost(viewer, lead_id, form.version(), loss, form.key(viewer))).value
    except (Invalid, Conflict) as error:
        return await again(request, LOST, lead_id, (form, error), reasons=REASONS)
    return await changed(request, form, lead, "The lead is lost.")


def _amount_of(lead: Lead) -> dict[str, str]:
    value = lead.expected_value
    return {"amount": f"{value.amount:.2f}" if value else ""}


def _here(request: Asking) -> Viewer:
    """Return the reader, whose days are those of their own zone."""
    return replace(request.user, zone=zone(request))


def _today(request: Asking) -> date:
    return clock.now().astimezone(zone(request)).date()


def _sale(request: Asking, form: Form) -> SaleDetails:
    """Read the sale as typed; raises Invalid for what is no amount or date, and for a start before the closing.

    To systems outside a start is a fact like others; on a page it is the wrong year.
    """
    closed_on, starts_on, today = form.day("closed_on"), form.day("starts_on"), _today(request)
    if starts_on and starts_on < min(closed_on or today, today):
        form.note("starts_on", "Please choose a day that is not before the closing")
    details = SaleDetails(
        amount=form.amount("amount"),
        product=form.text("product"),
        currency=settings().currency,
        starts_on=starts_on,
        contract_reference=form.text("contract_reference"),
        handoff_note=form.text("handoff_note"),
        closed_on=closed_on,
    )
    form.note_also(lambda: check_sale(details, settings().currency, clock.now().astimezone(zone(request))))
    form.check()
    return details


def _loss(request: Asking, form: Form) -> Loss:
    """Read the loss as typed; raises Invalid for what is no date."""
    day = form.day("try_again")
    form.check()
    again_at = morning(day, zone(request)) if day else None
    reason = form.text("reason")
    named = (
        form.text("competitor") if reason == COMPETITOR else ""
    )  # its field is hidden beside other reasons
    return Loss(reason, form.text("note"), again_at, named)


routes = [show_lead, show_reasons, show_handoff, ask_won, preview, won, ask_lost, lost]
