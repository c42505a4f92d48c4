"""What an address asks a list for: words, numbers, and the next page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

if TYPE_CHECKING:
    from collections.abc import Mapping

    from litestar import Request

LONGEST_WORDS: Final = 200


@dataclass(frozen=True, slots=True)
class Link:
    """A way to the same list or report, narrowed or sorted otherwise."""

    label: str
    query: str
    is_current: bool
    order: str = ""  # for the head of a column: how it is sorted by it now


def words(request: Request[Any, Any, Any], name: str, longest: int = LONGEST_WORDS) -> str:
    """Return what stands in the address under a name, as far as the database can be asked for it."""
    return request.query_params.get(name, "").replace("\0", "").strip()[:longest]


def number(text: str, digits: int) -> int:
    """Return a whole number of so many digits at most; 0 for what is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= digits else 0


def next_page(path: str, query: Mapping[str, str], cursor: str | None) -> str:
    """Return the address of the page that begins at `cursor`, empty for none; what is empty needs no words."""
    if not cursor:
        return ""
    said = {name: value for name, value in query.items() if value}
    return f"{path}?{urlencode(said | {'cursor': cursor})}"
