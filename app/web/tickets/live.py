"""An open desk hears that a ticket of theirs was opened or changed, and looks what it shows by now."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from litestar import Request, Response, get
from litestar.response import Stream

from app.domain.permissions import check_work_tickets
from app.domain.viewer import Viewer
from app.gateways.live import TICKETS, Change, Heard, Hub
from app.services.tickets import sees_ticket
from app.web.guards import EVENTS, needs
from app.web.live import stream
from app.web.respond import redirect

Asking = Request[Viewer, str, Any]
LOOK: Final = "event: look\ndata: {}\n\n"


class Desk:
    """Every ticket that is the viewer's to work."""

    def join(self, hub: Hub) -> Heard:
        """Hear of every ticket."""
        return hub.join(TICKETS)

    async def begin(self, viewer: Viewer) -> str:  # noqa: ARG002  the same for everybody
        """Let the desk look at what changed since it was drawn."""
        return LOOK

    async def frame(self, viewer: Viewer, heard: Change | str | None) -> str:
        """Let the desk look, when the ticket is theirs: not even that there is one is said of another rep's."""
        is_theirs = not isinstance(heard, str) or await sees_ticket(viewer, UUID(heard))
        return LOOK if is_theirs else ""


@get("/tickets/live", name="live.follow_desk", opt=needs(check_work_tickets))
async def follow_desk(request: Asking) -> Stream | Response[str]:
    """Tell when a ticket is opened or changed; who wants no stream goes to the desk."""
    if EVENTS not in request.headers.get("accept", ""):
        return redirect(request, "/tickets")
    return stream(request, Desk())


routes = [follow_desk]
