"""Several reads in one round trip: what a page shows of one thing comes as one statement's arrays of rows."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

from typing_extensions import override

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


class Found(Generic[T]):
    """The rows of several reads: two of the same rows are equal, and what they mean is built when somebody asks."""

    def __init__(
        self,
        reads: Sequence[Read[Any]],
        names: Sequence[tuple[str, ...]],
        rows: Sequence[Sequence[Any]],
        put_together: Callable[..., T],
    ) -> None:
        self._reads, self._names, self.rows = reads, names, rows
        self._put_together = put_together

    @cached_property
    def value(self) -> T:
        """Return what all the reads build, put together; raises what their builders raise."""
        found = zip(self._reads, self._names, self.rows, strict=True)
        return self._put_together(
            *(read.build([dict(zip(names, row, strict=True)) for row in rows]) for read, names, rows in found)
        )

    @override
    def __eq__(self, other: object) -> bool:
        return isinstance(other, Found) and self.rows == other.rows

    __hash__ = None  # type: ignore[assignment]  # rows may hold JSON


async def read_alone(read: Read[T]) -> T:
    """Run one read and return what it builds."""
    return read.build(await connection().fetch(read.sql, *read.args))


async def read_together(put_together: Callable[..., T], *reads: Read[Any]) -> Found[T]:
    """Run the reads as one statement; `put_together` takes what each builds, in order."""
    sql = _combined(*((read.sql, len(read.args)) for read in reads))
    (rows,) = await connection().fetch(sql, *(value for read in reads for value in read.args))
    names = [await _columns(read.sql) for read in reads]
    return Found(reads, names, tuple(rows), put_together)


@lru_cache(maxsize=MOST_KNOWN)
def _combined(*statements: tuple[str, int]) -> str:
    """Return one SELECT of an array for each statement, whose so many arguments follow one another."""
    parts: list[str] = []
    bound = 0
    for sql, arguments in statements:
        moved = _PLACE.sub(lambda place, by=bound: f"${int(place[1]) + by}", sql)
        parts.append(f"ARRAY(SELECT found FROM ({moved}) found)")
        bound += arguments
    return f"SELECT {', '.join(parts)}"


async def _columns(sql: str) -> tuple[str, ...]:
    """Return a SELECT's columns: a row in an array does not bring its names along. Asked once, then known."""
    if sql not in _names:
        if len(_names) >= MOST_KNOWN:
            _names.clear()
        prepared = await connection().prepare(sql, name="")  # nameless: nothing is left behind in a pooler
        _names[sql] = tuple(attribute.name for attribute in prepared.get_attributes())
    return _names[sql]
