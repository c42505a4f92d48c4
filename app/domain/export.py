"""Tables for spreadsheets: a cell is text, and never a formula."""

from __future__ import annotations

import csv
import re
from io import StringIO
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

# What makes a spreadsheet calculate (OWASP ASVS 5.0, 1.2.10), also behind what it would drop.
_DANGEROUS: Final = r"=+\-@|%\0＝＋－＠"  # noqa: RUF001
_FIRST: Final = re.compile(rf"""[\s"']*[\t\r\n{_DANGEROUS}]""")
# Where another spreadsheet's cells are parted by semicolons, or one pastes them, a cell begins here, quoted or not.
_LATER: Final = rf"""(?=(?:[^\S\t\r\n]|["'])*[{_DANGEROUS}])"""
_TO_DEFUSE: Final = re.compile(rf"([;\t\r\n]){_LATER}")
_DEFUSED: Final = re.compile(rf"([;\t\r\n])'{_LATER}")
BYTE_ORDER_MARK: Final = "\ufeff"


def defused(value: str) -> str:
    """Return the cell so that no spreadsheet runs it: an apostrophe in front of what it would run makes it text."""
    value = _TO_DEFUSE.sub(r"\1'", value)
    return f"'{value}" if _FIRST.match(value) else value


def restored(value: str) -> str:
    """Return a cell as it was before it was defused."""
    if "'" not in value:
        return value
    value = _DEFUSED.sub(r"\1", value)
    return value[1:] if value[0] == "'" and _FIRST.match(value, 1) else value


def csv_lines(rows: Iterable[Iterable[str]]) -> str:
    """Return rows as CSV (RFC 4180), every cell defused."""
    text = StringIO()
    csv.writer(text).writerows([defused(cell) for cell in row] for row in rows)
    return text.getvalue()
