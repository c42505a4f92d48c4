"""/v1 tickets: open one for a customer, change one."""

from __future__ import annotations

from functools import partial
from typing import Any, Final
from uuid import UUID

from litestar import Request, Response, patch, post

from app.api import present
from app.api.respond import answer, key_of
from app.contracts.tickets import ChangeTicket, OpenTicket
from app.core import clock
from app.core.decoding import read_struct
from app.domain.ticket_wish import check_change, check_new
from app.services import tickets

Asking = Request[Any, Any, Any]


@post("/customers/{customer_id:uuid}/tickets", name="api.tickets.open")
async def open_ticket(request: Asking, customer_id: UUID) -> Response[Any]:
    """Open a ticket for a customer."""
    body = await request.body()
    wanted = read_struct(OpenTicket, body, partial(check_new, now=clock.now()))
    key = key_of(request, request.user.id, body)
    outcome = await tickets.open_ticket(request.user, customer_id, wanted, key)
    return answer(present.ticket(outcome.value), status=201, outcome=outcome)


@patch("/tickets/{ticket_id:uuid}", name="api.tickets.change")
async def change_ticket(request: Asking, ticket_id: UUID) -> Response[Any]:
    """Change the given fields of a ticket."""
    body = await request.body()
    wanted = read_struct(ChangeTicket, body, partial(check_change, now=clock.now()))
    key = key_of(request, request.user.id, body)
    outcome = await tickets.change_ticket(request.user, ticket_id, wanted, key)
    return answer(present.ticket(outcome.value), outcome=outcome)


routes: Final = [open_ticket, change_ticket]
