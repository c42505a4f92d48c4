"""The page one begins with: a rep's day, an admin's pipeline, support's way to a customer."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from litestar import Request, Response, get

from app.core import clock
from app.domain.board import Board, BoardFilter
from app.domain.permissions import can_see_board
from app.domain.viewer import Viewer
from app.services.board import read_board
from app.web.respond import page, zone

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from app.domain.lead import Lead

Asking = Request[Viewer, Any, Any]
Section = tuple[str, str, list["Lead"]]
LONGEST_SECTION = 10


@get("/", name="home.show")
async def show_home(request: Asking) -> Response[str]:
    """Show what is due, and the pipeline it belongs to."""
    viewer, now = request.user, clock.now().astimezone(zone(request))
    board = await read_board(viewer, BoardFilter()) if can_see_board(viewer) else None
    return page(
        request,
        "home/page.html.jinja2",
        heading="My day" if viewer.is_rep else "Home",
        today=f"{now:%A} {now.day} {now:%B}",
        board=board,
        sections=_sections(board, now) if board else [],
    )


def _sections(board: Board, now: datetime) -> list[Section]:
    """Sort the first cards of every open column, which are the most urgent, into what to do about them."""
    leads = [lead for column in board.columns if column.stage.is_open for lead in column.cards]
    tomorrow = (now + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    wanted: list[tuple[str, str, Callable[[Lead], bool]]] = [
        ("Overdue", "The time of the follow-up has passed", lambda lead: _is_due(lead, now)),
        ("Today", "Planned for today", lambda lead: _is_due(lead, tomorrow) and not _is_due(lead, now)),
        ("No next step", "Plan one, or close the lead", lambda lead: lead.follow_up_at is None),
    ]
    found = [(title, why, [lead for lead in leads if fits(lead)]) for title, why, fits in wanted]
    return [(title, why, some[:LONGEST_SECTION]) for title, why, some in found if some]


def _is_due(lead: Lead, by: datetime) -> bool:
    return lead.follow_up_at is not None and lead.follow_up_at < by


routes = [show_home]
