"""Going on after one was signed out in the middle of something: static/js/signed-out.js asks here."""

from __future__ import annotations

from typing import Any, Final

from litestar import MediaType, Request, Response, get

from app.domain.viewer import Viewer
from app.web.guards import check_origin
from app.web.respond import HEADERS, csrf_token, page

Asking = Request[Viewer, Any, Any]


@get("/session", name="session.show")
async def show_signed_in(request: Asking) -> Response[str]:
    """Show whoever signed in beside a page that they can go on there; the page hears of it, too."""
    return page(request, "login/signed_in.html.jinja2")


@get("/session/token", name="session.token")
async def say_token(request: Asking) -> Response[dict[str, str]]:
    """Say to one of our own pages, and to no other origin's, who is signed in, and a form token of their session."""
    check_origin(request)
    said = {"viewer": request.user.id, "token": csrf_token(request)}
    return Response(said, media_type=MediaType.JSON, headers=HEADERS)


routes: Final = [show_signed_in, say_token]
