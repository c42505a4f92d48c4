"""Who may send forms: what each sent, and its secrets, shown once and changed with an overlap."""

from __future__ import annotations

from typing import Any, Final

from litestar import Request, Response, get, post

from app.core.errors import Invalid
from app.domain.capture_client import OVERLAPS, ClientTaken
from app.domain.permissions import check_administer
from app.domain.viewer import Viewer
from app.services import capture_clients
from app.web.forms import Form, read_form
from app.web.guards import needs
from app.web.respond import page, redirect

Asking = Request[Viewer, Any, Any]
PATH: Final = "/admin/clients"
NEEDS: Final = needs(check_administer)


@get(PATH, name="admin.clients", opt=NEEDS)
async def show_clients(request: Asking) -> Response[str]:
    """Show every client that sends, or ever sent."""
    return await _show(request, Form())


@post(PATH, name="admin.clients.add", opt=NEEDS, status_code=200)
async def add_client(request: Asking) -> Response[str]:
    """Make a client and show its secret, this once."""
    form = await read_form(request)
    client_id = form.text("client")
    try:
        secret = await capture_clients.add_client(request.user, client_id, form.text("name"))
    except Invalid as error:
        return await _show(request, form.with_problems(error), status=422)
    except ClientTaken as error:
        form.note("client", str(error))
        return await _show(request, form, status=422)
    return await _show(request, Form(), shown=(client_id, secret))


@post(f"{PATH}/rotate", name="admin.clients.rotate", opt=NEEDS, status_code=200)
async def rotate_secret(request: Asking) -> Response[str]:
    """Give a client another secret and show it, this once."""
    form = await read_form(request)
    overlap = form.text("overlap")
    hours = int(overlap) if overlap in OVERLAPS else 0
    secret = await capture_clients.rotate_secret(request.user, form.text("client"), hours)
    return await _show(request, Form(), shown=(form.text("client"), secret))


@post(f"{PATH}/revoke", name="admin.clients.revoke", opt=NEEDS)
async def revoke_client(request: Asking) -> Response[str]:
    """Refuse what a client signs from now on."""
    form = await read_form(request)
    await capture_clients.revoke_client(request.user, form.text("client"))
    return redirect(request, PATH, "The client is revoked.")


async def _show(
    request: Asking, form: Form, *, status: int = 200, shown: tuple[str, str] | None = None
) -> Response[str]:
    return page(
        request,
        "admin/clients/page.html.jinja2",
        status=status,
        clients=await capture_clients.list_clients(request.user),
        form=form,
        shown=shown,
        overlaps=OVERLAPS,
    )


routes: Final = [show_clients, add_client, rotate_secret, revoke_client]
