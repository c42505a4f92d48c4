"""The chains as they stand, read in one snapshot and in order; and the anchors over their ends."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any

from app.core.ids import uuid7
from app.domain.anchor import Recorded
from app.domain.chain import Head, Link
from app.store.transaction import connection

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from datetime import datetime
    from uuid import UUID

    from app.domain.anchor import Signed
    from app.domain.viewer import Viewer

ROWS_AT_ONCE = 5_000
_FORM = """'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'"""
_CHAINS = f"""
    DECLARE chains NO SCROLL CURSOR FOR
    SELECT customer.id::text AS owner, customer.log_seq, customer.log_head, customer.merged_into_id::text AS survivor,
        activity.id::text, activity.customer_id::text, activity.lead_id::text, activity.seq, activity.kind,
        activity.actor_id, activity.on_behalf_of,
        to_char(activity.occurred_at AT TIME ZONE 'UTC', {_FORM}),
        to_char(activity.recorded_at AT TIME ZONE 'UTC', {_FORM}),
        activity.data::text, activity.commitment, activity.corrects_id::text, activity.prev_hash, activity.hash,
        body.salt, body.body
    FROM customer LEFT JOIN activity ON activity.customer_id = customer.id
    LEFT JOIN activity_text body ON body.activity_id = activity.id
    WHERE (customer.log_seq > 0 OR activity.id IS NOT NULL)"""
_HEAD_COLUMNS = 4
_HEADS = """
    DECLARE heads NO SCROLL CURSOR FOR
    SELECT id::text, log_seq, log_head FROM customer WHERE log_seq > 0 ORDER BY id"""


async def open_snapshot(_viewer: Viewer) -> None:
    """Let the open transaction see one moment only, however long it reads.

    It must be the transaction's first statement.
    """
    # Whole chains in order by the indexes, from the first row on: no sort of a million entries beforehand.
    await connection().execute(
        "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ; SET LOCAL statement_timeout = 0;"
        " SET LOCAL cursor_tuple_fraction = 0.001; SET LOCAL jit = off"
    )


async def count_entries(_viewer: Viewer) -> int:
    """Return how many entries all chains have, as their heads say."""
    return int(await connection().fetchval("SELECT coalesce(sum(log_seq), 0)::bigint FROM customer") or 0)


async def read_chains(
    _viewer: Viewer, customer_ids: list[UUID] | None
) -> AsyncIterator[tuple[Head, list[Link]]]:
    """Yield each customer's head with a run of their entries in order; a long chain comes in several runs."""
    await connection().execute(f"{_CHAINS}{_only(customer_ids)} ORDER BY customer.id, activity.seq")
    while rows := await connection().fetch(f"FETCH {ROWS_AT_ONCE} FROM chains"):
        for head, run in groupby(rows, key=_head):
            yield head, [Link(*_values(row)) for row in run if row[_HEAD_COLUMNS] is not None]
    await connection().execute("CLOSE chains")


async def read_heads(_viewer: Viewer) -> AsyncIterator[list[Head]]:
    """Yield runs of where every chain ends that has begun, in the order of their customers' ids, of one moment."""
    await connection().execute(_HEADS)
    while rows := await connection().fetch(f"FETCH {ROWS_AT_ONCE} FROM heads"):
        yield [Head(*row) for row in rows]
    await connection().execute("CLOSE heads")


async def insert_anchor(_viewer: Viewer, signed: Signed, at: datetime) -> None:
    """Keep the signed root beside the log it speaks of."""
    await connection().execute(
        "INSERT INTO log_anchor (id, at, entries, root, signature, public_key) VALUES ($1, $2, $3, $4, $5, $6)",
        uuid7(),
        at,
        signed.entries,
        bytes.fromhex(signed.root),
        bytes.fromhex(signed.signature),
        bytes.fromhex(signed.public_key),
    )


async def recorded_anchors(_viewer: Viewer) -> list[Recorded]:
    """Return every anchor the database knows of, oldest first."""
    rows = await connection().fetch(
        """SELECT to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), encode(root, 'hex')
        FROM log_anchor ORDER BY at"""
    )
    return [Recorded(*row) for row in rows]


async def last_anchored_at(_viewer: Viewer) -> datetime | None:
    """Return when the last anchor was made, if ever."""
    return await connection().fetchval("SELECT max(at) FROM log_anchor")


def _head(row: Any) -> Head:
    return Head(row[0], row[1], row[2], row[3])


def _values(row: Any) -> tuple[Any, ...]:
    return tuple(row)[_HEAD_COLUMNS:]


def _only(customer_ids: list[UUID] | None) -> str:
    """Narrow to these customers. DECLARE takes no parameters; a UUID's own text cannot hold anything but itself."""
    if customer_ids is None:
        return ""
    return f" AND customer.id = ANY('{{{','.join(map(str, customer_ids))}}}'::uuid[])"
