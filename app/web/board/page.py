"""The board: the page, more of a column, and cards that changed meanwhile."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from litestar import Request, Response, get

from app.core.errors import Malformed, NotFound
from app.core.settings import settings
from app.domain.board import BUILT_IN, Board, SavedView
from app.domain.permissions import check_see_board
from app.domain.pipeline import Stage
from app.domain.viewer import Viewer
from app.services.board import read_board, read_changed, read_column
from app.web.board.filter import NAMED_OWNERS, query_of, read_filter, read_query, without_owner
from app.web.guards import needs
from app.web.respond import is_partial, page, redirect

Asking = Request[Viewer, Any, Any]
MOST_CHANGED: Final = 100


@dataclass(frozen=True, slots=True)
class Totals:
    """What the open columns add up to."""

    count: int
    value: Decimal
    weighted: Decimal
    any: bool


@dataclass(frozen=True, slots=True)
class Tab:
    """A view as a link of the board; `saved` unless it is built in."""

    name: str
    query: str
    saved: SavedView | None = None


@get("/board", name="board.show", opt=needs(check_see_board))
async def show_board(request: Asking) -> Response[str]:
    """Show the six columns."""
    narrowed, notices = read_query(request)
    board = await read_board(request.user, narrowed)
    return page(request, "board/page.html.jinja2", **shown(board, request.user), notices=notices)


@get("/board/{stage:str}", name="board.column", opt=needs(check_see_board))
async def show_column(request: Asking, stage: str) -> Response[str]:
    """Show the cards of a column after the cursor: a fragment for htmx, else a page of their own."""
    if stage not in set(Stage):
        raise NotFound
    narrowed, cursor = read_filter(request), request.query_params.get("cursor")
    column = await read_column(request.user, narrowed, Stage(stage), cursor)
    template = "board/more.html.jinja2" if is_partial(request) else "board/column.html.jinja2"
    return page(request, template, column=column, query=query_of(narrowed), show_owner=request.user.is_admin)


@get("/board/cards", name="board.changed", opt=needs(check_see_board))
async def show_changed(request: Asking) -> Response[str]:
    """Show the named cards as they are now, and every head; who is not in the answer is not on this board."""
    if not is_partial(request):
        return redirect(request, "/board")
    ids = _ids(request.query_params.get("ids", ""))
    cards, columns = await read_changed(request.user, read_filter(request), ids)
    return page(
        request,
        "board/changed.html.jinja2",
        cards=cards,
        columns=columns,
        currency=settings().currency,
        show_owner=request.user.is_admin,
    )


def shown(board: Board, viewer: Viewer) -> dict[str, Any]:
    """Return what the board's template shows."""
    return {
        "board": board,
        "totals": totals(board),
        "query": query_of(board.filter),
        "since": int(board.as_of.timestamp() * 1_000),
        "show_owner": viewer.is_admin,
        "owner": NAMED_OWNERS.get(board.filter.owner) or board.around.owner or "Unknown owner",
        "tabs": _tabs(board, viewer),
        "sources": sorted({c.source for column in board.columns for c in column.cards if c.source}),
    }


def totals(board: Board) -> Totals:
    """Add up the open columns."""
    columns = [column for column in board.columns if column.stage.is_open]
    return Totals(
        count=sum(column.count for column in columns),
        value=sum((column.value for column in columns), Decimal(0)),
        weighted=sum((column.weighted for column in columns), Decimal(0)),
        any=any(column.count for column in board.columns),
    )


def _tabs(board: Board, viewer: Viewer) -> list[Tab]:
    """Return the views that everybody has, then the viewer's own, then what admins share."""
    tabs = [Tab(name, query) for name, query in BUILT_IN]
    for view in board.around.views:
        query = view.query if viewer.is_admin else without_owner(view.query)
        if query:  # a rep's board is of one owner
            tabs.append(Tab(view.name, query, view))
    return tabs


def _ids(text: str) -> list[UUID]:
    try:
        return [UUID(one) for one in text.split(",") if one][:MOST_CHANGED]
    except ValueError as error:
        raise Malformed("`ids` must be the ids of leads") from error


routes = [show_board, show_changed, show_column]
