"""The support desk: tickets in the order they hurt, one ticket, opening and changing them."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from litestar import Request, Response, get, post

from app.contracts.tickets import OpenTicket
from app.core.errors import CrmError, Invalid
from app.domain.permissions import check_work_tickets
from app.domain.ticket import STATUS_LABELS, VIEWS, DeskFilter, Priority, StaleTicket, Ticket
from app.domain.viewer import Viewer
from app.services import tickets
from app.web.asked import next_page, words
from app.web.forms import Form, read_form
from app.web.guards import needs
from app.web.respond import is_partial, page, redirect, zone
from app.web.templating import dom_id
from app.web.tickets.form import LABELS, anew, as_struct, form_of, read_change

Asking = Request[Viewer, Any, Any]
PAGE: Final = 50


@get("/tickets", name="tickets.desk", opt=needs(check_work_tickets))
async def show_desk(request: Asking) -> Response[str]:
    """Show the desk: one view of it, narrowed by what stands in the URL."""
    narrowed = _filter(request)
    cursor = request.query_params.get("cursor")
    found, counts = await tickets.read_desk(request.user, narrowed, limit=PAGE, cursor=cursor)
    query = {"view": narrowed.view, "priority": narrowed.priority, "q": narrowed.q}
    return page(
        request,
        "tickets/desk.html.jinja2",
        desk=found,
        counts=counts,
        filter=narrowed,
        desk_views=VIEWS,
        priorities=tuple(Priority),
        more_url=next_page("/tickets", query, found.next_cursor),
    )


@get("/tickets/{ticket_id:uuid}", name="tickets.show", opt=needs(check_work_tickets))
async def show_ticket(request: Asking, ticket_id: UUID) -> Response[str]:
    """Show a ticket and its own history."""
    return await _ticket_page(request, ticket_id, Form())


@post("/tickets/{ticket_id:uuid}", name="tickets.change", opt=needs(check_work_tickets), status_code=200)
async def change(request: Asking, ticket_id: UUID) -> Response[str]:
    """Change a ticket: on the desk the answer is its row, elsewhere its page."""
    viewer, form = request.user, await read_form(request)
    message = ""
    try:
        wanted = read_change(form, zone(request))
        ticket = (await tickets.change_ticket(viewer, ticket_id, wanted, form.key(viewer), hasten=True)).value
    except StaleTicket as error:
        ticket, message = error.extra["ticket"], error.detail
    except Invalid as error:
        return await _ticket_page(request, ticket_id, form.with_problems(error), error)
    if is_partial(request):
        status, counts = StaleTicket.status if message else 200, await tickets.count_desk(viewer)
        context: dict[str, Any] = {"ticket": ticket, "message": message, "counts": counts}
        return page(request, "tickets/changed.html.jinja2", status=status, **context)
    if message:
        fresh, others = anew(form, ticket, zone(request))
        said = f"{message}{': ' if others else ''}{others}. Nothing of yours is saved yet."
        return await _ticket_page(request, ticket_id, fresh, StaleTicket(said))
    is_as_before = str(ticket.version) == form.text("version")
    said = "Nothing was changed." if is_as_before else f"Ticket #{ticket.number} is saved."
    return redirect(request, f"/tickets/{ticket_id}", said)


@post(
    "/customers/{customer_id:uuid}/tickets",
    name="tickets.open",
    opt=needs(check_work_tickets),
    status_code=200,
)
async def open_ticket(request: Asking, customer_id: UUID) -> Response[str]:
    """Open a ticket for a customer, or show the form again with what is wrong."""
    form = await read_form(request)
    try:
        wanted = _opening(form, request.user)
        ticket = (await tickets.open_ticket(request.user, customer_id, wanted, form.key(request.user))).value
    except Invalid as error:
        shown = form.with_problems(error)
        context: dict[str, Any] = {"customer_id": customer_id, "form": shown, "priorities": tuple(Priority)}
        return page(request, "tickets/new_page.html.jinja2", status=error.status, **context)
    where = f"/customers/{ticket.customer.id}#{dom_id('ticket', ticket.id)}"
    return redirect(request, where, f"Ticket #{ticket.number} is open.")


async def _ticket_page(
    request: Asking, ticket_id: UUID, form: Form, error: CrmError | None = None
) -> Response[str]:
    ticket, history = await tickets.read_ticket(request.user, ticket_id)
    return page(
        request,
        "tickets/page.html.jinja2",
        status=error.status if error else 200,
        ticket=ticket,
        timeline=history,
        fields=LABELS,
        form=form if error else form_of(ticket, zone(request)),
        message="" if error is None or isinstance(error, Invalid) else error.detail,
        workers=_with_assignee(await tickets.ticket_workers(request.user), ticket),
        statuses=tuple(STATUS_LABELS.items()),
        priorities=tuple((each, each.capitalize()) for each in Priority),
    )


def _with_assignee(workers: tuple[tuple[str, str], ...], ticket: Ticket) -> tuple[tuple[str, str], ...]:
    """Return the choices for an assignee, with the present one whoever it is."""
    if ticket.assignee_id is None or ticket.assignee_id in dict(workers):
        return workers
    return ((ticket.assignee_id, ticket.assignee_name or ticket.assignee_id), *workers)


def _opening(form: Form, viewer: Viewer) -> OpenTicket:
    names = ("subject", "description", "priority")
    given: dict[str, Any] = {name: form.text(name) for name in names if form.text(name) or name == "subject"}
    if form.text("mine"):
        given["assignee_id"] = viewer.id
    return as_struct(given, OpenTicket)


def _filter(request: Asking) -> DeskFilter:
    """Read the filter from the URL; what no filter knows is not looked at."""
    wanted = request.query_params
    view, priority = wanted.get("view", ""), wanted.get("priority", "")
    priority = priority if priority in set(Priority) else ""
    return DeskFilter(view if view in VIEWS else "open", priority, words(request, "q"))


routes = [show_desk, show_ticket, change, open_ticket]
