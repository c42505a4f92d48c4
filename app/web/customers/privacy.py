"""What the CRM holds about a person: the page that says so, and their file."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.response import Stream

from app.domain.permissions import check_administer
from app.domain.viewer import Viewer
from app.services import erasure, privacy
from app.services.customers import read_customer
from app.web.guards import needs
from app.web.respond import file_called, page

Asking = Request[Viewer, Any, Any]


@get("/customers/{customer_id:uuid}/privacy", name="privacy.show", opt=needs(check_administer))
async def show_privacy(request: Asking, customer_id: UUID) -> Response[str]:
    """Show what can be done for a person who asks what is held about them, or to be forgotten."""
    customer = await read_customer(request.user, customer_id)
    waiting = await erasure.read_open_erasure(request.user, customer_id)
    return page(request, "privacy/page.html.jinja2", customer=customer, waiting=waiting)


@post(
    "/customers/{customer_id:uuid}/export",
    name="privacy.export",
    opt=needs(check_administer),
    status_code=200,
)
async def export(request: Asking, customer_id: UUID) -> Stream:
    """Answer with the person's file. Its name names nobody."""
    pieces = await privacy.export_person(request.user, customer_id)
    headers = file_called(f"person-{customer_id}.json")
    return Stream(pieces, media_type="application/json", headers=headers)


routes: Final = [show_privacy, export]
