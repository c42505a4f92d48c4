"""A lead beside the board: a drawer with what one needs between two calls, at an address of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from litestar import Request, Response, get

from app.domain.calls import ENTRIES
from app.domain.permissions import check_see_board
from app.domain.viewer import Viewer
from app.services.board import read_board_beside
from app.services.timeline import MOST_TICKETS, read_lead_story
from app.web.board.filter import query_of, read_query
from app.web.board.page import shown
from app.web.guards import needs
from app.web.respond import inset, is_partial, page
from app.web.timeline.filter import NOT_FOLDED

if TYPE_CHECKING:
    from app.services.timeline import LeadStory

Asking = Request[Viewer, Any, Any]


@get("/board/leads/{lead_id:uuid}", name="board.lead", opt=needs(check_see_board))
async def show_beside(request: Asking, lead_id: UUID) -> Response[str]:
    """Show a lead beside the board: the board's script gets what is in the drawer, everybody else both."""
    viewer, (narrowed, notices) = request.user, read_query(request)
    if is_partial(request):
        story = await read_lead_story(viewer, lead_id, NOT_FOLDED, None, ENTRIES)
        return inset(request, "board/drawer.html.jinja2", query=query_of(narrowed), **_of(story))
    board, story = await read_board_beside(viewer, narrowed, lead_id, NOT_FOLDED)
    context = shown(board, viewer) | _of(story)
    return page(request, "board/page.html.jinja2", notices=notices, **context)


def _of(story: LeadStory) -> dict[str, Any]:
    """Return what the drawer shows; acts that begin in it end on the board."""
    customer, tickets, history = story.beside.value
    return {
        "lead": story.lead,
        "customer": customer,
        "tickets": tickets,
        "most_tickets": MOST_TICKETS,
        "entries": history.page.items,
        "view": "board",
    }


routes = [show_beside]
