"""Choosing whose leads the board shows: a dialog that finds a rep, or a page of its own for who has no script."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl

from litestar import Request, Response, get

from app.domain.permissions import check_administer
from app.domain.viewer import Viewer
from app.services.team import MOST_FOUND, find_reps
from app.web.board_filter import NAMED_OWNERS, query_of, read_filter
from app.web.guards import needs
from app.web.reps import words_of
from app.web.respond import is_partial, page, redirect

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.domain.board import BoardFilter
    from app.domain.team import Rep

Asking = Request[Viewer, Any, Any]
FOUND: Final = "board/_owners.html.jinja2"
PART: Final = "board/owners.html.jinja2"
PAGE: Final = "board/owners_page.html.jinja2"


@dataclass(frozen=True, slots=True)
class Choice:
    """One owner to choose, and the board's query with that owner in it."""

    name: str
    about: str
    query: str
    is_chosen: bool


@get("/board/owners", name="owners.choose", opt=needs(check_administer))
async def choose_owner(request: Asking) -> Response[str]:
    """Show the owners there are to choose; words that only one rep has are a choice once they are sent."""
    narrowed, who = read_filter(request), words_of(request.query_params.get("who", ""))
    reps, more = await find_reps(request.user, who)
    choices = _choices(narrowed, who, reps)
    if len(choices) == 1 and not is_partial(request):
        return redirect(request, f"/board?{choices[0].query}")
    return page(
        request,
        _template(request),
        choices=choices,
        who=who,
        most=MOST_FOUND if more else None,
        query=query_of(narrowed),
        kept=parse_qsl(query_of(narrowed).text),
    )


def _template(request: Asking) -> str:
    """What is typed into the dialog is answered by the list alone: a field is not replaced under somebody's hands."""
    if not is_partial(request):
        return PAGE
    return FOUND if "who" in request.query_params else PART


def _choices(narrowed: BoardFilter, who: str, reps: Sequence[Rep]) -> list[Choice]:
    named = () if who else tuple((id_, name, "") for id_, name in NAMED_OWNERS.items())
    return [
        Choice(name, about, query_of(replace(narrowed, owner=id_)).text, id_ == narrowed.owner)
        for id_, name, about in (*named, *((rep.id, rep.name, rep.email) for rep in reps))
    ]


routes = [choose_owner]
