"""The search of every page: a list below the field, or a page of its own."""

from __future__ import annotations

from typing import Any, Final

from litestar import Request, Response, get

from app.domain.characters import has_control_characters
from app.domain.viewer import Viewer
from app.services.search import find_people
from app.web.navigation import places
from app.web.respond import is_partial, page

Asking = Request[Viewer, Any, Any]
LONGEST: Final = 200


@get("/search", name="search.show")
async def show_search(request: Asking) -> Response[str]:
    """Show the pages and the people that the viewer may see and means."""
    asked = request.query_params.get("q", "").strip()
    q = "" if has_control_characters(asked) else asked[:LONGEST]
    template = "search/hits.html.jinja2" if is_partial(request) else "search/page.html.jinja2"
    hits = await find_people(request.user, q)
    return page(request, template, q=q, places=places(request.user, q), hits=hits, cut=len(asked) > LONGEST)


routes = [show_search]
