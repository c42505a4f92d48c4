"""Moving a lead: by the board's scripts, by "Move to…" as a page, and the answer that other changes give too."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from litestar import Request, Response, get, post

from app.core.errors import Conflict, LeadIsClosed
from app.core.settings import settings
from app.domain.board import Column
from app.domain.lead import Lead
from app.domain.permissions import check_move_lead
from app.domain.pipeline import LOST_REASONS, Stage
from app.domain.viewer import Viewer
from app.services.board import read_heads
from app.services.leads import read_lead
from app.services.pipeline import Move, move_card
from app.web import formats
from app.web.board.filter import read_filter
from app.web.calls.run import VIEW, home_of_calls
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
    if is_partial(request):
        return _moved(request, lead, columns)
    return redirect(request, f"/leads/{lead_id}", f"Moved to {lead.stage.label}.")


async def changed(request: Asking, form: Form, lead: Lead, said: str = "", warned: str = "") -> Response[str]:
    """Answer a change: on the board its card and heads, else the lead's own page, which says what was done.

    What somebody is `warned` of is said on either.
    """
    if is_partial(request) and form.text("view") == "board":
        stages = tuple(stage for stage in Stage if stage in {lead.stage, form.text("from")})
        return _moved(request, lead, await read_heads(request.user, read_filter(request), stages), warned)
    said = f"{said} {warned}".strip()
    if home := home_of(form):
        return redirect(request, home, said)
    return redirect(request, f"/leads/{lead.id}", said)


def home_of(form: Form) -> str:
    """Return the page that a form leads back to, empty for none: My day, a section of it, or whose turn is next."""
    if form.text("view").startswith(VIEW):
        return home_of_calls(form.text("view"))
    name, _, section = form.text("view").partition("-")
    if name != "home":
        return ""
    return f"/?{urlencode({'section': section})}" if section else "/"


def why(error: Conflict, then: str = "This is how it stands now.") -> str:
    """Say why something was refused, whose change it was where that is known, and what is shown `then`."""
    if isinstance(error, LeadIsClosed):
        return closed(error.extra["lead"], error.changed)
    if error.changed is None:
        return error.detail
    name, at = error.changed
    return f"{name} changed this lead {formats.ago(at)}. {then}"


def closed(lead: Lead, by: tuple[str, datetime] | None = None) -> str:
    """Say how a lead ended, and who closed it where that is known."""
    reason = LOST_REASONS.get(lead.lost_reason or "")
    how = "won" if lead.stage is Stage.CLOSED_WON else f"lost ({reason})" if reason else "lost"
    said = f"{by[0]} marked this lead as {how} {formats.ago(by[1])}" if by else f"This lead is {how} already"
    return f"{said}. Closed leads are final."


def _moved(request: Asking, lead: Lead, columns: tuple[Column, ...], warned: str = "") -> Response[str]:
    shown: dict[str, Any] = {"currency": settings().currency, "show_owner": request.user.is_admin}
    shown["warned"] = warned
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
