"""The only door to a connection: one service call, one transaction, one role."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Final, cast

from app.core.settings import settings
from app.store.engine import SafeTransaction, engine, reaching, settle

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable
    from uuid import UUID

    import asyncpg

    from app.domain.viewer import Viewer

    Teller = Callable[[Iterable[UUID]], Awaitable[None]]

COMMAND_TIMEOUT: Final = 30.0  # seconds the driver waits for a statement that is given no others
_tellers: Final[list[Teller]] = []
# A statement is planned once a connection. Policies make plans dear, 3 ms for a board and 7 for a customer's page, and
# PostgreSQL cannot see that the next plan will be the same one. Nothing here is worth compiling, whatever it estimates.
_PLANS: Final = "SET LOCAL plan_cache_mode = force_generic_plan; SET LOCAL jit = off"
# A plan for any range is one for a small range. The login's limit is for pages; the driver's own is 30 s.
_MUCH: Final = "SET LOCAL plan_cache_mode = force_custom_plan; SET LOCAL statement_timeout = '25s'"


async def open_pool(dsn: str, size: int) -> None:
    """Open this process's pool of `size` connections to the application's login `dsn`."""
    engine.config["dsn"] = dsn
    await engine.start_connection_pool(
        min_size=1,
        max_size=size,
        timeout=5,
        command_timeout=COMMAND_TIMEOUT,
        reset=_nothing,
        statement_cache_size=settings().statement_cache,
    )


async def close_pool() -> None:
    """Close the pool; the process can open another."""
    await settle()
    await engine.close_connection_pool()


@asynccontextmanager
async def transaction(viewer: Viewer) -> AsyncGenerator[None]:
    """Open the one transaction of a service call, in the viewer's database role.

    Role and identity are set LOCAL, so they end with the transaction. Begin and the settings travel
    in one round trip, as literals: the role comes from an enum, the identity is quoted here.
    """
    async with engine.transaction_as(f"BEGIN; {_as(viewer)}") as opened:
        yield
    for tell in opened.to_tell:
        tell()
    if opened.written:
        for announce in _tellers:
            await announce(opened.written)


@asynccontextmanager
async def reading(viewer: Viewer, *, much: bool = False) -> AsyncGenerator[None]:
    """Open the one transaction of a service call that only reads, which the database holds it to.

    Nothing depends on how it ends, so nobody waits for that. Who reads `much` may take longer than others.
    """
    more = f"; {_MUCH}" if much else ""
    async with engine.transaction_as(f"BEGIN READ ONLY; {_as(viewer)}{more}", ends_behind=True):
        yield


def tell_of_entries(*tellers: Teller) -> None:
    """Have these told, after each commit, on whose timelines this process has just written."""
    _tellers[:] = tellers


def note_entry(customer_id: UUID) -> None:
    """Note that the open transaction writes on this customer's timeline; it is told once that is committed."""
    current = engine.current_transaction.get()
    if isinstance(current, SafeTransaction):
        current.written |= {customer_id}


def after_commit(tell: Callable[[], None]) -> None:
    """Have this told once the open transaction is committed, and never where it is not."""
    current = engine.current_transaction.get()
    if isinstance(current, SafeTransaction):
        current.to_tell += (tell,)


def connection() -> asyncpg.Connection:
    """Return the connection of the transaction that is open here; raises when none is."""
    current = engine.current_transaction.get()
    if current is None:
        message = "no transaction is open: wrap the service's work in `async with transaction(viewer)`"
        raise RuntimeError(message)
    return cast("asyncpg.Connection", current.connection)


async def call_function(sql: str, *args: Any) -> list[asyncpg.Record]:
    """Run one statement as the login itself, which may call a few definer functions and nothing else."""
    pool = engine.pool
    if pool is None:
        message = "the pool is not open"
        raise RuntimeError(message)
    with reaching():
        async with pool.acquire() as free:
            if settings().statement_cache:
                return await free.fetch(sql, *args)
            async with free.transaction():  # a pooler could send the two halves of a statement to two servers
                return await free.fetch(sql, *args)


async def _nothing(_connection: asyncpg.Connection) -> None:
    """Replace asyncpg's reset on release: nothing is ever set for a whole session (docs/adr/0005)."""


def _as(viewer: Viewer) -> str:
    identity = viewer.id.replace("'", "''").replace("\\", "\\\\")
    return f"{_PLANS}; SET LOCAL ROLE {viewer.role.value}; SET LOCAL app.user_id = E'{identity}'"
