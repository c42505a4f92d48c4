"""The first answer to each idempotency key."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from app.core import clock
from app.core.errors import KeyReused
from app.store.together import Write, write_together
from app.store.transaction import connection

if TYPE_CHECKING:
    from app.domain.idempotency import Key
    from app.domain.viewer import Viewer

T = TypeVar("T")


_ANSWER = """
    INSERT INTO idempotency (client, key, body_hash, status, created_at, answer)
    SELECT $1, $2, $3, 200, $4, $5 {beside} RETURNING key"""
# What the database makes of a new entry is only known there.
_RECORDED = """
    INSERT INTO idempotency (client, key, body_hash, status, created_at, answer)
    SELECT $1, $2, $3, 200, $4, to_jsonb(first) - 'data' || jsonb_build_object('hash', encode(first.hash, 'hex'))
    FROM first"""


async def remember(_viewer: Viewer, key: Key | None, answer: object) -> None:
    """Keep the answer in the transaction of its work; raises AlreadyAnswered when the key has one."""
    if key is not None:
        await write_together(answer_write(key, answer))


def answer_write(key: Key | None, answer: object, beside: str = "") -> Write | None:
    """Return what keeps the answer, to be written beside other things; nothing without a key.

    With `FROM first` beside it, only where the first of them wrote something.
    """
    kept = msgspec.json.encode(answer).decode()
    return None if key is None else Write(_ANSWER.format(beside=beside), (*_key_columns(key), kept))


def recorded_write(key: Key | None) -> Write | None:
    """Return what keeps the entry that is appended in the same statement as the answer."""
    return None if key is None else Write(_RECORDED, _key_columns(key))


def _key_columns(key: Key) -> tuple[Any, ...]:
    return (key.client, key.value, key.body_hash, clock.now())


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
