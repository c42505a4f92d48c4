"""Moving a lead: by the board's scripts, by "Move to…" as a page, and the answer that other changes give too."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post

from app.core.errors import Conflict
from app.core.settings import settings
from app.domain.board import Column
from app.domain.lead import Lead
from app.domain.permissions import check_move_lead
from app.domain.pipeline import Stage
from app.domain.viewer import Viewer
from app.services.board import read_heads
from app.services.leads import read_lead
from app.services.pipeline import Move, move_card
from app.web import formats
from app.web.board_filter import read_filter
from app.web.forms import Form, read_form
from app.web.guards import needs
from app.web.respond import is_partial, page, redirect

Asking = Request[Viewer, Any, Any]


@get("/leads/{lead_id:uuid}/stage", name="board.ask_move", opt=needs(check_move_lead))
async def ask_move(request: Asking, lead_id: UUID) -> Response[str]:
    """Show "Move to…" as a page, for who has no script."""
    lead = await read_lead(request.user, lead_id)
    return page(request, "leads/act_page.html.jinja2", part="leads/move.html.jinja2", lead=lead, message="")


@post("/leads/{lead_id:uuid}/stage", name="board.move", opt=needs(check_move_lead), status_code=200)
async def move(request: Asking, lead_id: UUID) -> Response[str]:
    """Move a lead; the answer is its card and the two column heads, or the card as it is and why it stays."""
    form = await read_form(request)
    wanted = Move(lead_id, form.text("to"), form.version(), form.key(request.user))
    try:
        lead, columns = await move_card(request.user, wanted, read_filter(request))
    except Conflict as error:
        return _refused(request, error)
    return _moved(request, lead, columns) if is_partial(request) else redirect(request, f"/leads/{lead_id}")


async def changed(request: Asking, form: Form, lead: Lead) -> Response[str]:
    """Answer a change: on the board its card and heads, else the lead's own page shows what happens next."""
    if is_partial(request) and form.text("view") == "board":
        stages = tuple(stage for stage in Stage if stage in {lead.stage, form.text("from")})
        return _moved(request, lead, await read_heads(request.user, read_filter(request), stages))
    if form.text("view") == "home":
        return redirect(request, "/")
    return redirect(request, f"/leads/{lead.id}")


def why(error: Conflict) -> str:
    """Say why something was refused, and whose change it was where that is known."""
    if error.changed is None:
        return error.detail
    name, at = error.changed
    return f"{name} changed this lead {formats.ago(at)}. This is how it stands now."


def _moved(request: Asking, lead: Lead, columns: tuple[Column, ...]) -> Response[str]:
    shown: dict[str, Any] = {"currency": settings().currency, "show_owner": request.user.is_admin}
    return page(request, "board/changed.html.jinja2", cards=(lead,), columns=columns, **shown)


def _refused(request: Asking, error: Conflict) -> Response[str]:
    lead = error.extra.get("lead")
    if lead is None:
        raise error
    context: dict[str, Any] = {"lead": lead, "message": why(error)}
    if is_partial(request):
        show_owner = request.user.is_admin
        return page(request, "board/refused.html.jinja2", status=409, show_owner=show_owner, **context)
    part = "leads/move.html.jinja2"
    return page(request, "leads/act_page.html.jinja2", status=409, part=part, **context)


routes = [ask_move, move]
