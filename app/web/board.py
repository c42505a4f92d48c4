"""The board: the page, more of a column, and a move."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from litestar import Request, Response, get, post

from app.core.errors import Conflict, NotFound
from app.core.settings import settings
from app.domain.board import Board, BoardFilter
from app.domain.lead import Lead
from app.domain.permissions import check_move_lead, check_see_board
from app.domain.pipeline import Stage, parse_stage
from app.domain.viewer import Viewer
from app.services.board import read_board, read_column, read_heads
from app.services.leads import read_lead
from app.services.pipeline import move_lead
from app.web.forms import read_form
from app.web.guards import needs
from app.web.respond import is_partial, page, redirect

Asking = Request[Viewer, Any, Any]
LONGEST_SEARCH = 200


@dataclass(frozen=True, slots=True)
class Query:
    """The board's filter as it stands in the URL."""

    text: str
    is_filtered: bool

    def after(self, cursor: str) -> str:
        """Return the query of the next page of a column: the whole filter, and where to go on."""
        return "&".join(part for part in (self.text, urlencode({"cursor": cursor})) if part)


@dataclass(frozen=True, slots=True)
class Totals:
    """What the open columns add up to."""

    count: int
    value: Decimal
    weighted: Decimal
    any: bool


@get("/board", name="board.show", guards=[needs(check_see_board)])
async def show_board(request: Asking) -> Response[str]:
    """Show the six columns."""
    board = await read_board(request.user, read_filter(request))
    return page(
        request,
        "board/page.html.jinja2",
        board=board,
        totals=totals(board),
        query=query_of(board.filter),
        show_owner=request.user.is_admin,
        owners=owners_on(board),
    )


@get("/board/{stage:str}", name="board.column", guards=[needs(check_see_board)])
async def show_column(request: Asking, stage: str) -> Response[str]:
    """Show the cards of a column after the cursor: a fragment for htmx, else a page of their own."""
    if stage not in set(Stage):
        raise NotFound
    narrowed, cursor = read_filter(request), request.query_params.get("cursor")
    column = await read_column(request.user, narrowed, Stage(stage), cursor)
    template = "board/more.html.jinja2" if is_partial(request) else "board/column.html.jinja2"
    return page(request, template, column=column, query=query_of(narrowed), show_owner=request.user.is_admin)


@get("/leads/{lead_id:uuid}/stage", name="board.ask_move", guards=[needs(check_move_lead)])
async def ask_move(request: Asking, lead_id: UUID) -> Response[str]:
    """Show "Move to…" as a page, for who has no script."""
    lead = await read_lead(request.user, lead_id)
    return page(request, "leads/act_page.html.jinja2", part="leads/move.html.jinja2", lead=lead, message="")


@post("/leads/{lead_id:uuid}/stage", name="board.move", guards=[needs(check_move_lead)], status_code=200)
async def move(request: Asking, lead_id: UUID) -> Response[str]:
    """Move a lead; the answer is its card and the two column heads, or the card as it is and why it stays."""
    form = await read_form(request)
    target = parse_stage(form.text("to"))
    came_from = form.text("from")
    try:
        lead = (await move_lead(request.user, lead_id, target, form.version(), form.key(request.user))).value
    except Conflict as error:
        return _refused(request, error)
    if not is_partial(request):
        return redirect(request, f"/leads/{lead_id}")
    stages = tuple(stage for stage in Stage if stage in {target, came_from})
    return await moved(request, lead, stages)


async def moved(request: Asking, lead: Lead, stages: tuple[Stage, ...]) -> Response[str]:
    """Answer with a lead's card and the heads of the columns it went between."""
    narrowed = read_filter(request)
    return page(
        request,
        "board/moved.html.jinja2",
        lead=lead,
        columns=await read_heads(request.user, narrowed, stages),
        currency=settings().currency,
        show_owner=request.user.is_admin,
    )


def read_filter(request: Asking) -> BoardFilter:
    """Read the filter from the URL; what no filter knows is not looked at."""
    wanted = request.query_params
    q = wanted.get("q", "").replace("\0", "").strip()[:LONGEST_SEARCH]
    owner = wanted.get("owner", "")[:255].replace("\0", "") if request.user.is_admin else ""
    return BoardFilter(q=q, owner=owner)


def query_of(narrowed: BoardFilter) -> Query:
    """Return the query string that leads to this filter again."""
    text = urlencode({name: value for name in ("owner", "q") if (value := getattr(narrowed, name))})
    return Query(text, bool(text))


def totals(board: Board) -> Totals:
    """Add up the open columns."""
    columns = [column for column in board.columns if column.stage.is_open]
    return Totals(
        count=sum(column.count for column in columns),
        value=sum((column.value for column in columns), Decimal(0)),
        weighted=sum((column.weighted for column in columns), Decimal(0)),
        any=any(column.count for column in board.columns),
    )


def owners_on(board: Board) -> list[tuple[str, str]]:
    """Return the owners of the cards shown, by name."""
    cards = [card for column in board.columns for card in column.cards]
    owners = {card.assigned_to_id: card.assigned_to_name or "" for card in cards if card.assigned_to_id}
    return sorted(owners.items(), key=lambda owner: owner[1])


def _refused(request: Asking, error: Conflict) -> Response[str]:
    lead = error.extra.get("lead")
    if lead is None:
        raise error
    if is_partial(request):
        show_owner = request.user.is_admin
        context: dict[str, Any] = {"lead": lead, "message": error.detail, "show_owner": show_owner}
        return page(request, "board/refused.html.jinja2", status=409, **context)
    context = {"lead": lead, "message": error.detail, "part": "leads/move.html.jinja2"}
    return page(request, "leads/act_page.html.jinja2", status=409, **context)


routes = [show_board, show_column, ask_move, move]
