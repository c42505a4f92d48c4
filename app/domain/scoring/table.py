"""A CSV file as somebody has it: any usual delimiter, gaps, ragged lines, dates in several spellings."""

from __future__ import annotations

import csv
import math
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from io import StringIO
from typing import TYPE_CHECKING, Final

from app.core.errors import Malformed

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

HEADER_AND_ONE: Final = 2
MOST_COLUMNS: Final = 1000
DELIMITERS: Final = (",", ";", "\t", "|")
SAID_DELIMITER: Final = re.compile(r'"?sep=([,;|\t])"?[\r\n]+', re.IGNORECASE)
# How spreadsheets, other documents, pictures and packed files begin.
NO_TEXT: Final = (
    b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF", b"{\\rtf", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"\x1f\x8b",
)  # fmt: skip
MISSING: Final = frozenset({"", "select", "na", "n/a", "nan", "null", "none", "-", "?"})
DECIMAL_COMMA: Final = re.compile(r"-?\d+,\d+")
DATES: Final = (
    "%d.%m.%Y",
    "%d/%m/%Y",
    "%m/%d/%Y",
    "%Y/%m/%d",
    "%d-%m-%Y",
    "%d-%b-%Y",
    "%d %b %Y",
    "%b %d, %Y",
)
TIMES: Final = ("", " %H:%M", " %H:%M:%S")


@dataclass(frozen=True, slots=True)
class Table:
    """Named columns, and the cells of each line in their order."""

    columns: tuple[str, ...]
    lines: list[list[str]]

    def column(self, name: str) -> list[str]:
        """Return the cells of one column; a line that is too short has an empty one."""
        place = self.columns.index(name)
        return [line[place].strip() if place < len(line) else "" for line in self.lines]


def decode(raw: bytes) -> str:
    """Return the text of a file in UTF-8, UTF-16 with its mark, or Windows-1252; raises Malformed for a workbook."""
    if raw.startswith(NO_TEXT):
        raise Malformed("The file is a workbook, a picture or another document; save the table as CSV first")
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return raw.decode("utf-16", errors="replace")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1252", errors="replace")


def find_delimiter(text: str) -> tuple[str, str]:
    """Return what parts the cells of a table, and the table without the line in which Excel says so."""
    text = text.lstrip("\r\n")
    if said := SAID_DELIMITER.match(text):
        return said[1], text[said.end() :]
    return max(DELIMITERS, key=text.partition("\n")[0].count), text


def read_table(text: str) -> Table:
    """Return the table in `text`; raises Malformed when there is none."""
    delimiter, text = find_delimiter(text)
    try:
        lines = [line for line in csv.reader(StringIO(text, newline=""), delimiter=delimiter) if any(line)]
    except csv.Error as error:
        raise Malformed(f"The file is not a CSV table: {error}") from error
    if len(lines) < HEADER_AND_ONE:
        raise Malformed("The file has no line of data below its header")
    if len(lines[0]) > MOST_COLUMNS:
        raise Malformed(f"The file has {len(lines[0])} columns; {MOST_COLUMNS} are the most")
    return Table(tuple(name.strip() for name in lines[0]), lines[1:])


def to_value(cell: str) -> str | float | None:
    """Return a number, a word, or None for a cell that says nothing."""
    if cell.casefold() in MISSING:
        return None
    try:
        number = float(cell.replace(",", ".") if DECIMAL_COMMA.fullmatch(cell) else cell)
    except ValueError:
        return cell
    return number if math.isfinite(number) else None


def to_moments(cells: Sequence[str], column: str) -> list[float]:
    """Return numbers that sort as the cells do in time; raises Malformed naming the first that is no time."""
    readers: list[Callable[[str], float]] = [
        float,
        _iso,
        *(_reader(day + time) for time in TIMES for day in DATES),
    ]
    stuck: list[tuple[int, str]] = []
    for reader in readers:
        moments: list[float] = []
        try:
            for cell in cells:
                moments.append(reader(cell))  # noqa: PERF401  how far it came is part of the message
        except (ValueError, OverflowError):
            stuck.append((len(moments), cells[len(moments)]))
        else:
            return moments
    raise Malformed(f"{max(stuck)[1]!r} in the column {column!r} is no time that can be read")


def _iso(cell: str) -> float:
    moment = datetime.fromisoformat(cell)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _reader(form: str) -> Callable[[str], float]:
    return lambda cell: datetime.strptime(cell, form).replace(tzinfo=UTC).timestamp()
