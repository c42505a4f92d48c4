"""Rows as the text that COPY reads: made where they are drawn, so that nobody has to read them twice."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

import msgspec

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

NULL: Final = "\\N"


def lines(rows: Sequence[Mapping[str, Any]]) -> bytes:
    """Return the rows, a line each; all have the same columns in the same order."""
    return "".join([f"{_line(row)}\n" for row in rows]).encode()


def _line(row: Mapping[str, Any]) -> str:
    return "\t".join([FORMS[type(value)](value) for value in row.values()])


def _escaped(text: str) -> str:
    text = text.replace("\\", "\\\\").replace("\t", "\\t")
    return text.replace("\n", "\\n").replace("\r", "\\r")


def _json(value: Any) -> str:
    return _escaped(msgspec.json.encode(value).decode())


def _null(_: None) -> str:
    return NULL


def _bytes(value: bytes) -> str:
    return f"\\\\x{value.hex()}"


FORMS: Final[dict[type, Callable[[Any], str]]] = {
    type(None): _null,
    str: _escaped,
    bool: str,
    int: str,
    float: repr,
    Decimal: str,
    bytes: _bytes,
    date: date.isoformat,
    datetime: datetime.isoformat,
    dict: _json,
    list: _json,
    tuple: _json,
}
