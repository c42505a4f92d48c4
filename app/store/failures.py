"""What the database's own errors mean to a caller."""

from __future__ import annotations

from typing import Final

import asyncpg

from app.core.errors import CrmError, InFlight, Malformed, StoreBusy, StoreDown, Unstorable

Deadlock = asyncpg.DeadlockDetectedError  # the transaction that met it was ended, and nothing of it is left
_UNSTORABLE: Final = (asyncpg.CheckViolationError, asyncpg.NotNullViolationError)
_BUSY: Final = (
    asyncpg.LockNotAvailableError,
    Deadlock,
    asyncpg.SerializationError,
    asyncpg.UniqueViolationError,
)
_AWAY: Final = (
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.TooManyConnectionsError,
    asyncpg.InsufficientResourcesError,
    asyncpg.PostgresSystemError,  # its disk
    asyncpg.ReadOnlySQLTransactionError,  # a standby, or a server that was told to take no writes
    asyncpg.InvalidAuthorizationSpecificationError,  # a login that was changed there, and not here yet
    asyncpg.InvalidCatalogNameError,
    asyncpg.IdleInTransactionSessionTimeoutError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # what a query meets between the server's goodbye and the end of the connection
    ConnectionError,
    TimeoutError,
)


def known_failure(error: BaseException) -> CrmError | None:
    """Return the expected error a driver's error stands for, or None when it is a fault of ours."""
    if isinstance(error, asyncpg.DataError):
        return Malformed("A value cannot be stored")
    if isinstance(error, _BUSY):
        return InFlight()
    if isinstance(error, _UNSTORABLE):
        return Unstorable()
    if isinstance(error, asyncpg.QueryCanceledError):  # by its statement_timeout
        return StoreBusy()
    return StoreDown() if isinstance(error, _AWAY) else None
