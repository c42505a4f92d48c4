"""Several reads in one round trip: what a page shows of one thing comes as one statement's arrays of rows."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

from app.store.transaction import connection

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

T = TypeVar("T")
MOST_KNOWN: Final = 256
_PLACE: Final = re.compile(r"\$(\d+)")
_names: Final[dict[str, tuple[str, ...]]] = {}


@dataclass(frozen=True, slots=True)
class Read(Generic[T]):
    """A SELECT, the arguments it binds, and what becomes of its rows."""

    sql: str
    args: Sequence[Any]
    build: Callable[[Sequence[Mapping[str, Any]]], T]


async def read_alone(read: Read[T]) -> T:
    """Run one read and return what it builds."""
    return read.build(await connection().fetch(read.sql, *read.args))


async def read_together(*reads: Read[Any]) -> tuple[Any, ...]:
    """Run the reads as one statement and return what each builds, in order."""
    parts: list[str] = []
    args: list[Any] = []
    for read in reads:
        by = len(args)
        sql = _PLACE.sub(lambda place, by=by: f"${int(place[1]) + by}", read.sql)
        parts.append(f"ARRAY(SELECT found FROM ({sql}) found)")
        args += read.args
    (found,) = await connection().fetch(f"SELECT {', '.join(parts)}", *args)
    names = [await _columns(read.sql) for read in reads]
    return tuple(
        read.build([dict(zip(columns, row, strict=True)) for row in rows])
        for read, columns, rows in zip(reads, names, found, strict=True)
    )


async def _columns(sql: str) -> tuple[str, ...]:
    """Return a SELECT's columns: a row in an array does not bring its names along. Asked once, then known."""
    if sql not in _names:
        if len(_names) >= MOST_KNOWN:
            _names.clear()
        prepared = await connection().prepare(sql, name="")  # nameless: nothing is left behind in a pooler
        _names[sql] = tuple(attribute.name for attribute in prepared.get_attributes())
    return _names[sql]
