"""The board's filter in the URL: read leniently, said again exactly; what makes no sense is ignored with a notice."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl, urlencode

from litestar import Request

from app.domain.board import BANDS, DUE, BoardFilter
from app.domain.characters import has_control_characters
from app.domain.sale import MOST
from app.web.respond import zone

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from app.domain.viewer import Viewer

Asking = Request[Any, Any, Any]
LONGEST: Final = 255  # as long as an id in the SSO may be
LONGEST_QUERY: Final = 4_000
SHOWN: Final = 40
FILTERS: Final = ("due", "max", "min", "owner", "q", "rot", "score", "source")
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


class Reading:
    """Reads one value after the other and notes what was not understood."""

    def __init__(self, wanted: Mapping[str, str]) -> None:
        self._wanted = wanted
        self.notices = [
            f"“{name[:SHOWN]}” is no filter of the board and was ignored."
            for name in sorted(set(wanted) - set(FILTERS) - OTHERS)
        ][:3]

    def text(self, name: str, label: str) -> str:
        """Return free text without what nobody types."""
        value = self._wanted.get(name, "").strip()
        if has_control_characters(value):
            self.notices.append(f"The {label} could not be read and was ignored.")
            return ""
        if len(value) > LONGEST:
            self.notices.append(f"The {label} was cut to {LONGEST} characters.")
        return value[:LONGEST]

    def choice(self, name: str, label: str, known: Sequence[str]) -> str:
        """Return one of the known words, else nothing."""
        value = self._wanted.get(name, "")
        if not value or value in known:
            return value
        self._ignored(label, value)
        return ""

    def amount(self, name: str, label: str) -> Decimal | None:
        """Return an amount, None for none."""
        value = self._wanted.get(name, "").replace(",", "").strip()
        try:
            amount = Decimal(value) if value else None
        except InvalidOperation:
            amount = Decimal("NaN")
        if amount is None or (amount.is_finite() and 0 <= amount <= MOST):
            return amount
        self._ignored(label, value)
        return None

    def _ignored(self, label: str, value: str) -> None:
        self.notices.append(f"“{value[:SHOWN]}” is no {label} and was ignored.")


def read_filter(request: Asking) -> BoardFilter:
    """Read the filter from the URL; what no filter knows is not looked at."""
    return read_query(request)[0]


def read_query(request: Asking) -> tuple[BoardFilter, list[str]]:
    """Read the filter from the URL, with a notice for each thing that was ignored."""
    viewer: Viewer = request.user
    reading = Reading({name: str(value) for name, value in request.query_params.items()})
    owner = reading.text("owner", "owner") if viewer.is_admin else ""
    narrowed = BoardFilter(
        q=reading.text("q", "search"),
        owner=owner,
        source=reading.text("source", "source"),
        score=reading.choice("score", "score band", tuple(BANDS)),
        least=reading.amount("min", "amount"),
        most=reading.amount("max", "amount"),
        due=reading.choice("due", "state of a follow-up", tuple(DUE)),
        rotting=reading.choice("rot", "choice for rotting", ("1",)) == "1",
        zone=zone(request),
    )
    return narrowed, reading.notices


def query_of(narrowed: BoardFilter) -> Query:
    """Return the query string that leads to this filter again."""
    values = {
        "due": narrowed.due,
        "max": "" if narrowed.most is None else str(narrowed.most),
        "min": "" if narrowed.least is None else str(narrowed.least),
        "owner": narrowed.owner,
        "q": narrowed.q,
        "rot": "1" if narrowed.rotting else "",
        "score": narrowed.score,
        "source": narrowed.source,
    }
    text = urlencode({name: value for name, value in values.items() if value})
    return Query(text, bool(text))


def clean_query(text: str) -> str:
    """Return only what is a filter of a query string somebody wants to save, keys sorted."""
    pairs = {name: value[:LONGEST] for name, value in parse_qsl(text[:LONGEST_QUERY]) if name in FILTERS}
    return urlencode(sorted(pairs.items()))
