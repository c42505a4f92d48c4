"""Piccolo's engine with a transaction that cannot leak its connection.

Piccolo 1.38 neither releases the connection nor resets its context variable when COMMIT or ROLLBACK fails:
a pool of three is dead after three such failures (docs/adr/0005).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from piccolo.engine.postgres import PostgresEngine, PostgresTransaction
from typing_extensions import override

if TYPE_CHECKING:
    from contextvars import Token
    from types import TracebackType
    from uuid import UUID


class SafeTransaction(PostgresTransaction):
    """A transaction that begins with `opening` in one round trip and always gives its connection back."""

    opening = "BEGIN"
    context: Token[PostgresTransaction | None] | None = None
    written: frozenset[UUID] = frozenset()  # the customers whose timelines it wrote on

    @override
    async def __aenter__(self) -> Self:
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
            if exception is None:
                await self.commit()
            elif not self.connection.is_closed():
                await self.rollback()
        finally:
            if self.context is not None:
                self.engine.current_transaction.reset(self.context)
            await self._give_back()
        return False

    async def _give_back(self) -> None:
        """Release the connection; one still inside a transaction is closed, not shared."""
        if not self.connection.is_closed() and self.connection.is_in_transaction():
            self.connection.terminate()
        if self.engine.pool is None:
            await self.connection.close()
        else:
            await self.engine.pool.release(self.connection)


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

    def transaction_as(self, opening: str) -> SafeTransaction:
        """Return a transaction that begins with the SQL `opening` (it must contain BEGIN)."""
        opened = self.transaction()
        opened.opening = opening
        return opened

    @override
    async def _run_in_new_connection(self, query: str, args: Any = None) -> Any:
        message = "no transaction is open: every query goes through app.store.transaction"
        raise RuntimeError(message)

    @override
    async def _run_in_pool(self, query: str, args: Any = None) -> Any:
        return await self._run_in_new_connection(query, args)


engine = SafeEngine(config={})
