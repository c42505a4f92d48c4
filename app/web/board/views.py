"""Saved views: a name for the board's filter as it is, one's own or everybody's."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from litestar import Request, Response, post

from app.core.errors import Conflict, Invalid, NameTaken
from app.domain.permissions import check_administer, check_see_board
from app.domain.viewer import Viewer
from app.services.saved_views import delete_view, save_view, share_view
from app.web.board.filter import clean_query
from app.web.dialogs import show
from app.web.forms import read_form
from app.web.guards import needs
from app.web.respond import redirect

Asking = Request[Viewer, Any, Any]


SAVE: Final = "board/save_view.html.jinja2"


@post("/views", name="views.save", opt=needs(check_see_board), status_code=200)
async def save(request: Asking) -> Response[str]:
    """Keep the filter under a name and show it; or ask again with what is wrong."""
    form = await read_form(request)
    query = clean_query(form.text("query"))
    # The name that was asked about, not a flag: who then types the name of another view is asked again.
    replace = form.text("replace") == form.text("name")
    try:
        await save_view(request.user, form.text("name"), query, replace=replace)
    except NameTaken as error:
        form.note("name", error.detail)
        return show(request, SAVE, form, error, message="", query=query, taken=True)
    except (Invalid, Conflict) as error:
        shown = form.with_problems(error) if isinstance(error, Invalid) else form
        return show(request, SAVE, shown, error, query=query, taken=False)
    return redirect(request, f"/board?{query}", "The view is kept.")


@post("/views/{view_id:uuid}/share", name="views.share", opt=needs(check_administer), status_code=200)
async def share(request: Asking, view_id: UUID) -> Response[str]:
    """Show a view of the admin's to everybody, or to nobody else any more."""
    form = await read_form(request)
    shared = form.text("shared") == "yes"
    view = await share_view(request.user, view_id, shared=shared)
    said = f"Everybody has “{view.name}” now." if shared else f"“{view.name}” is yours alone now."
    return redirect(request, f"/board?{view.query}", said)


@post("/views/{view_id:uuid}/delete", name="views.delete", opt=needs(check_see_board), status_code=200)
async def delete(request: Asking, view_id: UUID) -> Response[str]:
    """Forget a view of the viewer's, or one that everybody has."""
    await delete_view(request.user, view_id)
    return redirect(request, "/board", "The view is gone.")


routes = [save, share, delete]
