"""The support desk: tickets in the order they hurt, one ticket, opening and changing them."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

import msgspec
from litestar import Request, Response, get, post

from app.contracts.tickets import ChangeTicket, OpenTicket
from app.core.errors import CrmError, Invalid, Problem
from app.domain.permissions import check_work_tickets
from app.domain.ticket import VIEWS, DeskFilter, Priority, StaleTicket, Ticket, TicketStatus
from app.domain.viewer import Viewer
from app.services import tickets
from app.web.forms import Form, read_form
from app.web.guards import needs
from app.web.respond import is_partial, page, redirect
from app.web.templating import dom_id

Asking = Request[Viewer, Any, Any]
PAGE: Final = 50
LONGEST_SEARCH: Final = 200
CHANGEABLE: Final = ("status", "priority", "assignee_id", "note", "subject")


@get("/tickets", name="tickets.desk", opt=needs(check_work_tickets))
async def show_desk(request: Asking) -> Response[str]:
    """Show the desk: one view of it, narrowed by what stands in the URL."""
    narrowed = _filter(request)
    cursor = request.query_params.get("cursor")
    found, counts = await tickets.read_desk(request.user, narrowed, limit=PAGE, cursor=cursor)
    query = {
        "view": narrowed.view,
        "priority": narrowed.priority,
        "q": narrowed.q,
        "cursor": found.next_cursor,
    }
    more = urlencode({name: value for name, value in query.items() if value})
    return page(
        request,
        "tickets/desk.html.jinja2",
        desk=found,
        counts=counts,
        filter=narrowed,
        desk_views=VIEWS,
        priorities=tuple(Priority),
        more_url=f"/tickets?{more}" if found.next_cursor else "",
    )


@get("/tickets/{ticket_id:uuid}", name="tickets.show", opt=needs(check_work_tickets))
async def show_ticket(request: Asking, ticket_id: UUID) -> Response[str]:
    """Show a ticket and its own history."""
    return await _ticket_page(request, ticket_id, Form())


@post("/tickets/{ticket_id:uuid}", name="tickets.change", opt=needs(check_work_tickets), status_code=200)
async def change(request: Asking, ticket_id: UUID) -> Response[str]:
    """Change a ticket: on the desk the answer is its row, elsewhere its page."""
    form = await read_form(request)
    message = ""
    try:
        outcome = await tickets.change_ticket(request.user, ticket_id, _change(form), form.key(request.user))
        ticket = outcome.value
    except StaleTicket as error:
        ticket, message = error.extra["ticket"], error.detail
    except Invalid as error:
        return await _ticket_page(request, ticket_id, form.with_problems(error), error)
    if is_partial(request):
        status = StaleTicket.status if message else 200
        return page(request, "tickets/changed.html.jinja2", status=status, ticket=ticket, message=message)
    if message:
        return await _ticket_page(request, ticket_id, form, StaleTicket(message))
    return redirect(request, f"/tickets/{ticket_id}")


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
    return redirect(request, f"/customers/{ticket.customer.id}#{dom_id('ticket', ticket.id)}")


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
        form=form if error else _form_of(ticket),
        message="" if error is None or isinstance(error, Invalid) else error.detail,
        workers=_with_assignee(await tickets.ticket_workers(request.user), ticket),
        statuses=tuple(TicketStatus),
        priorities=tuple(Priority),
    )


def _form_of(ticket: Ticket) -> Form:
    state = {"status": ticket.status, "priority": ticket.priority, "assignee_id": ticket.assignee_id or ""}
    return Form({name: str(value) for name, value in state.items()}).with_new_key()


def _with_assignee(workers: tuple[tuple[str, str], ...], ticket: Ticket) -> tuple[tuple[str, str], ...]:
    """Return the choices for an assignee, with the present one whoever it is."""
    if ticket.assignee_id is None or ticket.assignee_id in dict(workers):
        return workers
    return ((ticket.assignee_id, ticket.assignee_name or ticket.assignee_id), *workers)


def _change(form: Form) -> ChangeTicket:
    """Read the fields that the form has; raises Invalid for an unknown status or priority."""
    given: dict[str, Any] = {name: form.text(name) for name in CHANGEABLE if name in form.values}
    if "assignee_id" in given:
        given["assignee_id"] = given["assignee_id"] or None
    return _convert({"version": form.version(), **given}, ChangeTicket)


def _opening(form: Form, viewer: Viewer) -> OpenTicket:
    names = ("subject", "description", "priority")
    given: dict[str, Any] = {name: form.text(name) for name in names if form.text(name) or name == "subject"}
    if form.text("mine"):
        given["assignee_id"] = viewer.id
    return _convert(given, OpenTicket)


def _convert(given: dict[str, Any], kind: Any) -> Any:
    try:
        return msgspec.convert(given, kind)
    except msgspec.ValidationError as error:
        where = str(error).rpartition("$.")[2].rstrip("`") if "$." in str(error) else ""
        raise Invalid([Problem(f"#/{where}", "is not one of the choices")]) from error


def _filter(request: Asking) -> DeskFilter:
    """Read the filter from the URL; what no filter knows is not looked at."""
    wanted = request.query_params
    view, priority = wanted.get("view", ""), wanted.get("priority", "")
    q = wanted.get("q", "").replace("\0", "").strip()[:LONGEST_SEARCH]
    return DeskFilter(view if view in VIEWS else "open", priority if priority in set(Priority) else "", q)


routes = [show_desk, show_ticket, change, open_ticket]
