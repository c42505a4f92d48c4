"""Counts what travels between the application and PostgreSQL: one logged query is one round trip."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from app.store.engine import engine, settle

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable

    import asyncpg
    from asyncpg.connection import LoggedQuery


@dataclass(slots=True)
class Trips:
    """The statements sent while somebody counted, in order."""

    sent: list[str] = field(default_factory=list[str])

    def note(self, query: LoggedQuery) -> None:
        self.sent.append(" ".join(query.query.split()))


@asynccontextmanager
async def trips() -> AsyncGenerator[Trips]:
    """Count every statement of the application's pool, the transaction's BEGIN and COMMIT included."""
    counted = Trips()
    await settle()  # The connection that has learnt names and types must be free again.
    await _each(lambda connection: connection.add_query_logger(counted.note))
    try:
        yield counted
    finally:
        await _each(lambda connection: connection.remove_query_logger(counted.note))


async def _each(act: Callable[[asyncpg.Connection], None]) -> None:
    """Act on every connection of the pool, and leave them in the order in which they will be taken."""
    pool = engine.pool
    assert pool is not None
    held = [await pool.acquire() for _ in range(pool.get_max_size())]
    for connection in reversed(held):
        act(connection)
        await pool.release(connection)
