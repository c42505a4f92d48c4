"""Whom an @ may become while somebody types it."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from litestar import Request, Response, get

from app.domain.characters import has_control_characters
from app.domain.viewer import Viewer
from app.services.mentions import offer_colleagues
from app.web.asked import words
from app.web.respond import is_partial, page, redirect

Asking = Request[Viewer, Any, Any]
LONGEST: Final = 60


@get("/colleagues", name="mentions.offer")
async def offer(request: Asking) -> Response[str]:
    """Show the colleagues whose handle or name begins so, as choices below a text; a whole page is their mentions."""
    if not is_partial(request):
        return redirect(request, "/mentions")
    typed, lead_id = words(request, "q", LONGEST), _lead(request)
    found = () if has_control_characters(typed) else await offer_colleagues(request.user, typed, lead_id)
    return page(request, "mentions/colleagues.html.jinja2", offered=found, lead_id=lead_id)


def _lead(request: Asking) -> UUID | None:
    try:
        return UUID(request.query_params.get("lead", ""))
    except ValueError:
        return None


routes: Final = [offer]
