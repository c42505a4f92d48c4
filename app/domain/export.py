"""Tables for spreadsheets: a cell is text, and never a formula."""

from __future__ import annotations

import csv
from io import StringIO
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

# What makes a spreadsheet calculate, also behind spaces it would drop (OWASP ASVS 5.0, 1.2.10).
DANGEROUS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "|", "%", "＝", "＋", "－", "＠")  # noqa: RUF001
BYTE_ORDER_MARK: Final = "\ufeff"


def defused(value: str) -> str:
    """Return the cell so that no spreadsheet runs it: an apostrophe in front says that it is text."""
    return f"'{value}" if value.startswith(DANGEROUS) or value.lstrip().startswith(DANGEROUS) else value


def csv_lines(rows: Iterable[Iterable[str]]) -> str:
    """Return rows as CSV (RFC 4180), every cell defused."""
    text = StringIO()
    csv.writer(text).writerows([defused(cell) for cell in row] for row in rows)
    return text.getvalue()
