"""Erasing a person: one admin asks, coming from the customer's page, another confirms on the list."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post

from app.core.errors import Conflict, Forbidden
from app.domain.permissions import check_administer
from app.domain.viewer import Viewer
from app.services import erasure, privacy
from app.services.customers import read_customer
from app.web.asked import words
from app.web.forms import read_form
from app.web.guards import needs
from app.web.respond import page, redirect

Asking = Request[Viewer, Any, Any]


@get("/customers/{customer_id:uuid}/erase", name="erasure.ask", opt=needs(check_administer))
async def ask(request: Asking, customer_id: UUID) -> Response[str]:
    """Say what erasing means, and ask; nothing is erased by asking."""
    customer = await read_customer(request.user, customer_id)
    waiting = await erasure.read_open_erasure(request.user, customer_id)
    return page(request, "erasure/ask.html.jinja2", customer=customer, waiting=waiting)


@post(
    "/customers/{customer_id:uuid}/erase",
    name="erasure.request",
    opt=needs(check_administer),
    status_code=200,
)
async def request_erasure(request: Asking, customer_id: UUID) -> Response[str]:
    """Ask for the erasure; it waits on the list for somebody else."""
    await erasure.request_erasure(request.user, customer_id)
    return redirect(request, "/admin/erasures", "Asked for: a second admin has to confirm it.")


@get("/admin/erasures", name="erasure.list", opt=needs(check_administer))
async def show_erasures(request: Asking) -> Response[str]:
    """Find the person who asks, and show who waits to be erased, and who was."""
    return await _list(request)


@post(
    "/admin/erasures/{erasure_id:uuid}",
    name="erasure.decide",
    opt=needs(check_administer),
    status_code=200,
)
async def decide(request: Asking, erasure_id: UUID) -> Response[str]:
    """Confirm what somebody else asked for, or take a request back."""
    form = await read_form(request)
    withdraws = form.text("act") == "withdraw"
    act = erasure.withdraw_erasure if withdraws else erasure.confirm_erasure
    try:
        await act(request.user, erasure_id)
    except (Conflict, Forbidden) as error:
        return await _list(request, error)
    return redirect(request, "/admin/erasures", "The request is taken back." if withdraws else "Erased.")


async def _list(request: Asking, error: Conflict | Forbidden | None = None) -> Response[str]:
    q = words(request, "q")
    found = await erasure.list_erasures(request.user)
    return page(
        request,
        "erasure/list.html.jinja2",
        status=error.status if error else 200,
        message=error.detail if error else "",
        q=q,
        people=await privacy.find_people(request.user, q) if q else (),
        waiting=[each for each in found if each.is_open],
        decided=[each for each in found if not each.is_open],
    )


routes = [ask, request_erasure, show_erasures, decide]
