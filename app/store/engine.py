"""Piccolo's engine with a transaction that cannot leak its connection.

Piccolo 1.38 neither releases the connection nor resets its context variable when COMMIT or ROLLBACK fails:
a pool of three is dead after three such failures (docs/adr/0005).
"""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from contextvars import Context
from typing import TYPE_CHECKING, Any, Final, Self

from piccolo.engine.postgres import PostgresEngine, PostgresTransaction
from typing_extensions import override

from app.core.log import logger

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from contextvars import Token
    from types import TracebackType
    from uuid import UUID


log: Final = logger("store")


@contextmanager
def reaching() -> Generator[None]:
    """Say one thing of whatever is between us and the database: no address, no route, no socket."""
    try:
        yield
    except (ConnectionError, TimeoutError):
        raise
    except OSError as error:
        raise ConnectionError("the database cannot be reached") from error


class SafeTransaction(PostgresTransaction):
    """A transaction that begins with `opening` in one round trip and always gives its connection back."""

    opening = "BEGIN"
    ends_behind = False  # True where nobody waits for its end
    context: Token[PostgresTransaction | None] | None = None
    written: frozenset[UUID] = frozenset()  # the customers whose timelines it wrote on
    to_tell: tuple[Callable[[], None], ...] = ()  # what is told once it is committed

    @override
    async def __aenter__(self) -> Self:
        with reaching():
            self.connection = await self.get_connection()
        try:
            await self.begin()
        except BaseException:
            await self._give_back()
            raise
        self.context = self.engine.current_transaction.set(self)
        return self

    @override
    async def begin(self) -> None:
        await self.connection.execute(self.opening)

    @override
    async def commit(self) -> None:
        await self.connection.execute("COMMIT")
        self._committed = True

    @override
    async def rollback(self) -> None:
        await self.connection.execute("ROLLBACK")
        self._rolled_back = True

    @override
    async def __aexit__(
        self,
        exception_type: type[BaseException] | None,
        exception: BaseException | None,
        traceback: TracebackType | None,
    ) -> bool:
        try:
            if self.ends_behind and exception is None:
                task = asyncio.create_task(self._end(None), context=Context())
                _ending.add(task)
                task.add_done_callback(_ended)
            else:
                await self._end(exception)
        finally:
            if self.context is not None:
                self.engine.current_transaction.reset(self.context)
        return False

    async def _end(self, exception: BaseException | None) -> None:
        try:
            if exception is None:
                await self.commit()
            elif not self.connection.is_closed():
                await self.rollback()
        finally:
            await self._give_back()

    async def _give_back(self) -> None:
        """Release the connection; one still inside a transaction is closed, not shared."""
        if not self.connection.is_closed() and self.connection.is_in_transaction():
            self.connection.terminate()
        if self.engine.pool is None:
            await self.connection.close()
        else:
            await self.engine.pool.release(self.connection)


_ending: Final[set[asyncio.Task[None]]] = set()


async def settle() -> None:
    """Wait until every transaction that ends behind its answer has ended."""
    here = asyncio.get_running_loop()
    await asyncio.gather(*(task for task in _ending if task.get_loop() is here), return_exceptions=True)


def _ended(task: asyncio.Task[None]) -> None:
    """Forget a transaction that ended behind its answer; one that only read has lost nothing where that failed."""
    _ending.discard(task)
    if not task.cancelled() and (error := task.exception()) is not None:
        log.warning("end_of_reading_failed", error=type(error).__name__)


class QuietEngine(PostgresEngine):
    """PostgresEngine that does not try to connect while its module is imported."""

    @override
    async def check_version(self) -> None:
        pass


class SafeEngine(QuietEngine):
    """The application's engine: every transaction is a SafeTransaction, and nothing runs outside one."""

    @override
    def transaction(self, allow_nested: bool = False) -> SafeTransaction:
        return SafeTransaction(engine=self, allow_nested=allow_nested)

    def transaction_as(self, opening: str, *, ends_behind: bool = False) -> SafeTransaction:
        """Return a transaction that begins with the SQL `opening` (it must contain BEGIN)."""
        opened = self.transaction()
        opened.opening, opened.ends_behind = opening, ends_behind
        return opened

    @override
    async def _run_in_new_connection(self, query: str, args: Any = None) -> Any:
        message = "no transaction is open: every query goes through app.store.transaction"
        raise RuntimeError(message)

    @override
    async def _run_in_pool(self, query: str, args: Any = None) -> Any:
        return await self._run_in_new_connection(query, args)


engine = SafeEngine(config={})
