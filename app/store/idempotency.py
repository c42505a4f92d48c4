"""The first answer to each idempotency key."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import msgspec
from asyncpg import UniqueViolationError

from app.core import clock
from app.core.errors import KeyReused
from app.domain.idempotency import AlreadyAnswered
from app.store.transaction import connection

if TYPE_CHECKING:
    from app.domain.idempotency import Key
    from app.domain.viewer import Viewer

T = TypeVar("T")


async def remember(_viewer: Viewer, key: Key | None, answer: object) -> None:
    """Keep the answer in the transaction of its work; raises AlreadyAnswered when the key has one."""
    if key is None:
        return
    try:
        await connection().execute(
            "INSERT INTO idempotency (client, key, body_hash, status, answer, created_at)"
            " VALUES ($1, $2, $3, 200, $4, $5)",
            key.client,
            key.value,
            key.body_hash,
            msgspec.json.encode(answer).decode(),
            clock.now(),
        )
    except UniqueViolationError as error:
        raise AlreadyAnswered from error


async def find_answer(_viewer: Viewer, key: Key, kind: type[T]) -> T | None:
    """Return the kept answer; raises KeyReused when it answered another body."""
    row = await connection().fetchrow(
        "SELECT body_hash, answer FROM idempotency WHERE client = $1 AND key = $2", key.client, key.value
    )
    if row is None:
        return None
    if row["body_hash"] != key.body_hash:
        raise KeyReused
    return msgspec.json.decode(row["answer"], type=kind)
