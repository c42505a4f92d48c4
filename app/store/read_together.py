"""Several reads in one round trip: what a page shows of one thing comes as one statement's rows."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache, partial
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

from app.store.together import moved_by
from app.store.transaction import connection

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

T = TypeVar("T")
MOST_KNOWN: Final = 256
_names: Final[dict[str, tuple[str, ...]]] = {}


@dataclass(frozen=True, slots=True)
class Read(Generic[T]):
    """A SELECT, the arguments it binds, and what becomes of its rows."""

    sql: str
    args: Sequence[Any]
    build: Callable[[Sequence[Mapping[str, Any]]], T]


class Found(Generic[T]):
    """The rows of several reads, the longest first; what they mean is built when somebody asks."""

    def __init__(
        self, rows: tuple[Sequence[Any], ...], build: Callable[[tuple[Sequence[Any], ...]], T]
    ) -> None:
        self.rows, self._build = rows, build

    @cached_property
    def value(self) -> T:
        """Return what all the reads build, put together; raises what their builders raise."""
        return self._build(self.rows)


async def read_alone(read: Read[T]) -> T:
    """Run one read and return what it builds."""
    return read.build(await connection().fetch(read.sql, *read.args))


async def read_together(put_together: Callable[..., T], longest: Read[Any], *beside: Read[Any]) -> Found[T]:
    """Run the reads as one statement; `put_together` takes what builds the longest, and what the others are, in order.

    The longest comes as rows, in its order, which cost less than an array of them; the others in its first row.
    """
    reads = (*beside, longest)
    sql = _combined(*((read.sql, len(read.args)) for read in reads))
    rows = await connection().fetch(sql, *(value for read in reads for value in read.args))
    names = [await _columns(read.sql) for read in beside]

    def build(found: tuple[Sequence[Any], ...]) -> T:
        named = zip(beside, names, found[1:], strict=True)
        others = [
            read.build([dict(zip(keys, row, strict=True)) for row in rows]) for read, keys, rows in named
        ]
        return put_together(partial(longest.build, found[0]), *others)

    arrays = [rows[0][f"beside_{number}"] for number in range(len(beside))]
    return Found((() if rows[0]["place"] is None else tuple(rows), *arrays), build)


@lru_cache(maxsize=MOST_KNOWN)
def _combined(*statements: tuple[str, int]) -> str:
    """Return one SELECT of the last statement's rows; the first, there even if it has none, holds the others' arrays.

    Each statement takes so many arguments, which follow one another.
    """
    moved: list[str] = []
    bound = 0
    for sql, arguments in statements:
        moved.append(moved_by(bound, sql))
        bound += arguments
    arrays = (
        f"CASE WHEN place IS NULL OR place = 1 THEN ARRAY(SELECT found FROM ({sql}) found) END AS beside_{number}"
        for number, sql in enumerate(moved[:-1])
    )
    longest = f"SELECT row_number() OVER () AS place, found.* FROM ({moved[-1]}) found"
    return f"SELECT {', '.join(arrays)}, last.* FROM (SELECT) one LEFT JOIN ({longest}) last ON true ORDER BY place"


async def _columns(sql: str) -> tuple[str, ...]:
    """Return a SELECT's columns: a row in an array does not bring its names along. Asked once, then known."""
    if sql not in _names:
        if len(_names) >= MOST_KNOWN:
            _names.clear()
        prepared = await connection().prepare(sql, name="")  # nameless: nothing is left behind in a pooler
        _names[sql] = tuple(attribute.name for attribute in prepared.get_attributes())
    return _names[sql]
