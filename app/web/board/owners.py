"""Choosing whose leads a page shows: a dialog that finds a rep, or a page of its own for who has no script."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl

from litestar import Request, Response, get

from app.domain.permissions import check_administer
from app.domain.viewer import Viewer
from app.services.team import MOST_FOUND, find_reps
from app.web.board.filter import NAMED_OWNERS, query_of, read_filter
from app.web.guards import needs
from app.web.reps import words_of
from app.web.respond import is_partial, page, redirect

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from app.domain.team import Rep

Asking = Request[Viewer, Any, Any]
FOUND: Final = "board/_owners.html.jinja2"
PART: Final = "board/owners.html.jinja2"
PAGE: Final = "board/owners_page.html.jinja2"


@dataclass(frozen=True, slots=True)
class Choice:
    """One owner to choose, and the page's query with that owner in it."""

    name: str
    about: str
    query: str
    is_chosen: bool


@get("/board/owners", name="owners.choose", opt=needs(check_administer))
async def choose_owner(request: Asking) -> Response[str]:
    """Show the owners the board can be narrowed to."""
    narrowed = read_filter(request)
    return await offer(
        request, "/board", narrowed.owner, lambda owner: query_of(replace(narrowed, owner=owner)).text
    )


async def offer(
    request: Asking, goal: str, chosen: str, query_with: Callable[[str], str], **kept: str
) -> Response[str]:
    """Show the owners there are to choose; words that only one rep has are a choice once they are sent.

    Each leads to the page `goal` with the query that has this owner in it; `kept` is asked for again with other words.
    """
    who = words_of(request.query_params.get("who", ""))
    reps, more = await find_reps(request.user, who)
    choices = _choices(chosen, query_with, who, reps)
    if len(choices) == 1 and not is_partial(request):
        return redirect(request, f"{goal}?{choices[0].query}")
    query = query_with(chosen)
    return page(
        request,
        _template(request),
        choices=choices,
        who=who,
        most=MOST_FOUND if more else None,
        goal=goal,
        finder=request.scope["path"],
        query=query,
        kept=[*kept.items(), *parse_qsl(query)],
    )


def _template(request: Asking) -> str:
    """What is typed into the dialog is answered by the list alone: a field is not replaced under somebody's hands."""
    if not is_partial(request):
        return PAGE
    return FOUND if "who" in request.query_params else PART


def _choices(chosen: str, query_with: Callable[[str], str], who: str, reps: Sequence[Rep]) -> list[Choice]:
    named = () if who else tuple((id_, name, "") for id_, name in NAMED_OWNERS.items())
    return [
        Choice(name, about, query_with(id_), id_ == chosen)
        for id_, name, about in (*named, *((rep.id, rep.name, rep.email) for rep in reps))
    ]


routes = [choose_owner]
