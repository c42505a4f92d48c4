"""Logging an activity from where a lead is only listed: the board and My day, in a dialog or on a page of its own."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from litestar import Request, Response, get

from app.domain.permissions import check_see_board
from app.domain.viewer import Viewer
from app.services.leads import read_lead
from app.web.dialogs import ask
from app.web.guards import needs
from app.web.timeline import composer

Asking = Request[Viewer, Any, Any]


@get("/leads/{lead_id:uuid}/activity", name="timeline.ask_log", opt=needs(check_see_board))
async def ask_log(request: Asking, lead_id: UUID) -> Response[str]:
    """Ask what happened with a lead; it is sent to where the form on the customer's page is sent."""
    lead = await read_lead(request.user, lead_id)
    about = composer.of_form(request, lead, lead)
    return ask(request, composer.DIALOG, lead, about.pop("form").values, **about)


routes = [ask_log]
