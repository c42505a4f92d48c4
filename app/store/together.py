"""Several writes in one round trip: each becomes a part of one statement, so all happen or none."""

from __future__ import annotations

import re
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, cast

from asyncpg import UniqueViolationError

from app.domain.idempotency import AlreadyAnswered
from app.store.transaction import connection

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    import asyncpg

ANSWERS: Final = "idempotency_pkey"
_PLACE: Final = re.compile(r"\$(\d+)")


@dataclass(frozen=True, slots=True)
class Write:
    """One INSERT or UPDATE, or several as named parts of a WITH; and the arguments it binds."""

    sql: str
    args: tuple[Any, ...]
    named: bool = False


async def write_together(*writes: Write | None) -> asyncpg.Record:
    """Run the writes at once and return what the first returns, which the others may read as `first`.

    They see neither each other's rows nor, in the same table, each other's changes: that is the price.
    Raises AlreadyAnswered when an idempotency key among them has an answer.
    """
    return cast("asyncpg.Record", await _write(("first",), "SELECT * FROM first", writes))


async def write_about(about: Write, *writes: Write | None, returning: str) -> asyncpg.Record | None:
    """Run the writes about a row, which `about` finds or makes and they read as `about`; None where there is none.

    Each of them must come from `about`, or from `first`, the first of them. `returning` lists what comes back of both.
    """
    return await _write(("about", "first"), f"SELECT {returning} FROM about, first", (about, *writes))


async def read_beside(write: Write | None, sql: str, *args: Any) -> list[asyncpg.Record]:
    """Run a SELECT, and a write beside it in the same round trip, whose rows it does not see; raises alike."""
    if write is not None:
        sql = f"WITH beside AS ({moved_by(len(args), write.sql)}) {sql}"
        args = (*args, *write.args)
    with _answered():
        return await connection().fetch(sql, *args)


async def _write(names: tuple[str, ...], shown: str, writes: Sequence[Write | None]) -> asyncpg.Record | None:
    wanted = [write for write in writes if write is not None]
    sql = _combined(names, shown, *((write.sql, write.named) for write in wanted))
    with _answered():
        return await connection().fetchrow(sql, *(value for write in wanted for value in write.args))


@contextmanager
def _answered() -> Generator[None]:
    try:
        yield
    except UniqueViolationError as error:
        if error.as_dict().get("constraint_name") == ANSWERS:
            raise AlreadyAnswered from error
        raise


@lru_cache(maxsize=256)
def moved_by(places: int, sql: str) -> str:
    """Return a statement whose arguments follow so many others."""
    return _PLACE.sub(lambda place: f"${int(place[1]) + places}", sql)


@lru_cache(maxsize=64)
def _combined(names: tuple[str, ...], shown: str, *statements: tuple[str, bool]) -> str:
    parts: list[str] = []
    bound = 0
    for number, (sql, named) in enumerate(statements):
        name = names[number] if number < len(names) else f"part_{number}"
        parts.append(moved_by(bound, sql if named else f"{name} AS ({sql})"))
        bound += max((int(place) for place in _PLACE.findall(sql)), default=0)
    return f"WITH {', '.join(parts)} {shown}"
