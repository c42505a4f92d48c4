"""The board's filter in the URL: read leniently, said again exactly; what makes no sense is ignored with a notice."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl, urlencode

from litestar import Request

from app.core.settings import settings
from app.domain.amounts import read_amount
from app.domain.board import BANDS, DUE, ORDERS, BoardFilter
from app.domain.characters import has_control_characters
from app.domain.identity import LONGEST_SUBJECT
from app.domain.report import FIRST_DAY
from app.domain.sale import MOST
from app.web.respond import zone

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from decimal import Decimal

    from app.domain.viewer import Viewer

Asking = Request[Any, Any, Any]
LONGEST_QUERY: Final = 4_000
SHOWN: Final = 40
FILTERS: Final = ("due", "max", "min", "owner", "q", "rot", "score", "sort", "source")
LAST_DAY: Final = date(9000, 1, 1)
OTHERS: Final = frozenset({"cursor", "ids", "from", "view"})
NAMED_OWNERS: Final = {"": "Every owner", "none": "Nobody yet"}


@dataclass(frozen=True, slots=True)
class Query:
    """The board's filter as it stands in the URL: keys sorted, nothing that narrows nothing."""

    text: str
    is_filtered: bool

    def after(self, cursor: str) -> str:
        """Return the query of the next page of a column: the whole filter, and where to go on."""
        return "&".join(part for part in (self.text, urlencode({"cursor": cursor})) if part)

    def with_stage(self, stage: str) -> str:
        """Return the query of the list of leads that has just those of one column."""
        return said({**dict(parse_qsl(self.text)), "sort": "", "stage": stage})


class Reading:
    """Reads one value after the other and notes what was not understood."""

    def __init__(self, request: Asking, of: str = "the board", more: Collection[str] = ()) -> None:
        """Read the query of `request`; the filters are the board's, and more of what is filtered."""
        self._wanted = {name: str(value) for name, value in request.query_params.items()}
        self.notices = [
            f"“{name[:SHOWN]}” is no filter of {of} and was ignored."
            for name in sorted(set(self._wanted) - {*FILTERS, *OTHERS, *more})
        ][:3]

    def text(self, name: str, label: str) -> str:
        """Return free text without what nobody types."""
        value = self._wanted.get(name, "").strip()
        if has_control_characters(value):
            self.notices.append(f"The {label} could not be read and was ignored.")
            return ""
        if len(value) > LONGEST_SUBJECT:
            self.notices.append(f"The {label} was cut to {LONGEST_SUBJECT} characters.")
        return value[:LONGEST_SUBJECT]

    def choice(self, name: str, label: str, known: Sequence[str]) -> str:
        """Return one of the known words, else nothing."""
        value = self._wanted.get(name, "")
        if not value or value in known:
            return value
        self.ignored(label, value)
        return ""

    def amount(self, name: str, label: str) -> Decimal | None:
        """Return an amount, None for none."""
        value = self._wanted.get(name, "").strip()
        if not value:
            return None
        with suppress(ValueError):
            if 0 <= (amount := read_amount(value, settings().currency)) <= MOST:
                return amount
        self.ignored(label, value)
        return None

    def day(self, name: str) -> date | None:
        """Return a day, None for none."""
        value = self._wanted.get(name, "").strip()
        if not value:
            return None
        with suppress(ValueError):
            if FIRST_DAY <= (day := date.fromisoformat(value)) <= LAST_DAY:
                return day
        self.ignored("date", value)
        return None

    def ignored(self, label: str, value: str) -> None:
        """Note that a value made no sense."""
        self.notices.append(f"“{value[:SHOWN]}” is no {label} and was ignored.")


def read_filter(request: Asking) -> BoardFilter:
    """Read the filter from the URL; what no filter knows is not looked at."""
    return read_query(request)[0]


def read_query(request: Asking) -> tuple[BoardFilter, list[str]]:
    """Read the filter from the URL, with a notice for each thing that was ignored."""
    reading = Reading(request)
    sort = reading.choice("sort", "order of the board", tuple(ORDERS))
    return replace(read_board_filter(request, reading), sort=sort), reading.notices


def read_board_filter(request: Asking, reading: Reading) -> BoardFilter:
    """Return what of a query the board is filtered by."""
    viewer: Viewer = request.user
    return BoardFilter(
        q=reading.text("q", "search"),
        owner=reading.text("owner", "owner") if viewer.is_admin else "",
        source=reading.text("source", "source"),
        score=reading.choice("score", "score band", tuple(BANDS)),
        least=reading.amount("min", "amount"),
        most=reading.amount("max", "amount"),
        due=reading.choice("due", "state of a follow-up", tuple(DUE)),
        rotting=reading.choice("rot", "choice for rotting", ("1",)) == "1",
        zone=zone(request),
    )


def query_of(narrowed: BoardFilter) -> Query:
    """Return the query string that leads to this filter again."""
    text = said(values_of(narrowed))
    return Query(text, bool(text))


def said(values: Mapping[str, str]) -> str:
    """Return the query string of these values: keys sorted, nothing that narrows nothing."""
    return urlencode({name: value for name, value in sorted(values.items()) if value})


def values_of(narrowed: BoardFilter) -> dict[str, str]:
    """Return the filter as it is said in a query."""
    return {
        "due": narrowed.due,
        "max": "" if narrowed.most is None else str(narrowed.most),
        "min": "" if narrowed.least is None else str(narrowed.least),
        "owner": narrowed.owner,
        "q": narrowed.q,
        "rot": "1" if narrowed.rotting else "",
        "score": narrowed.score,
        "sort": narrowed.sort,
        "source": narrowed.source,
    }


def clean_query(text: str) -> str:
    """Return only what is a filter of a query string somebody wants to save, keys sorted."""
    pairs = {
        name: value[:LONGEST_SUBJECT] for name, value in parse_qsl(text[:LONGEST_QUERY]) if name in FILTERS
    }
    return urlencode(sorted(pairs.items()))


def without_owner(text: str) -> str:
    """Return a query string without whose leads it means."""
    return said({**dict(parse_qsl(text)), "owner": ""})
