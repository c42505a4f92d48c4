"""Erasures: asked for, decided, done by the one database function that may delete text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from app.core.errors import NotFound
from app.core.ids import uuid7
from app.domain.erasure import Erasure, Traces
from app.store.transaction import connection

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from uuid import UUID

    from app.domain.viewer import Viewer

# Seconds: nobody waits that long, and the driver's own patience is for ordinary statements.
AT_MOST: Final = 3600.0
# `stream` is a Redis, which we clear; from any other place nothing comes back.
# Only admins and the system have a policy on this table: the scope is everybody's requests, or none.
_SELECT = """
    SELECT erasure.id, erasure.customer_id, customer.name, erasure.requested_by_id,
        coalesce(asker.name, erasure.requested_by_id) AS requested_by_name, erasure.requested_at,
        coalesce(second.name, erasure.confirmed_by_id) AS confirmed_by_name, erasure.withdrawn_at, erasure.done_at,
        ARRAY(
            SELECT DISTINCT sink FROM sale JOIN delivery ON delivery.event_id = sale.event_id
            WHERE sale.customer_id = erasure.customer_id AND delivery.ok AND sink <> 'stream' ORDER BY sink
        ) AS kept_by
    FROM erasure JOIN customer ON customer.id = erasure.customer_id
    LEFT JOIN staff asker ON asker.id = erasure.requested_by_id
    LEFT JOIN staff second ON second.id = erasure.confirmed_by_id"""

# The customer first, as who asks for an erasure does: nobody can win or open a lead while it is confirmed.
_LOCK = "FOR NO KEY UPDATE OF customer FOR UPDATE OF erasure"


async def insert_erasure(_viewer: Viewer, customer_id: UUID, requested_by: str, at: datetime) -> UUID | None:
    """Ask for an erasure and return its id, or None when one is open already."""
    return await connection().fetchval(
        "INSERT INTO erasure (id, customer_id, requested_by_id, requested_at) VALUES ($1, $2, $3, $4)"
        " ON CONFLICT DO NOTHING RETURNING id",
        uuid7(),
        customer_id,
        requested_by,
        at,
    )


async def lock_erasure(_viewer: Viewer, erasure_id: UUID) -> Erasure:
    """Return a request, locked with its customer until the transaction ends; raises NotFound."""
    row = await connection().fetchrow(f"{_SELECT} WHERE erasure.id = $1 {_LOCK}", erasure_id)
    if row is None:
        raise NotFound
    return _to_erasure(row)


async def open_erasure(_viewer: Viewer, customer_id: UUID) -> Erasure | None:
    """Return the request for this customer that waits for a decision, if one does."""
    row = await connection().fetchrow(
        f"{_SELECT} WHERE erasure.customer_id = $1 AND done_at IS NULL AND withdrawn_at IS NULL", customer_id
    )
    return None if row is None else _to_erasure(row)


async def list_erasures(_viewer: Viewer, limit: int) -> tuple[Erasure, ...]:
    """Return the requests, those that wait for a decision first."""
    rows = await connection().fetch(
        f"{_SELECT} ORDER BY erasure.done_at IS NULL AND erasure.withdrawn_at IS NULL DESC,"
        f" erasure.requested_at DESC LIMIT {limit}"
    )
    return tuple(_to_erasure(row) for row in rows)


async def withdraw(_viewer: Viewer, erasure_id: UUID, at: datetime) -> None:
    """Take a locked request back."""
    await connection().execute("UPDATE erasure SET withdrawn_at = $2 WHERE id = $1", erasure_id, at)


async def erase(_viewer: Viewer, erasure_id: UUID, confirmed_by: str, at: datetime) -> None:
    """Confirm a locked request, and erase the person from every table."""
    # It reads whole tables of messages, once: there is no index on what outsiders wrote.
    await connection().execute("SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = '10s'")
    await connection().execute(
        "UPDATE erasure SET confirmed_by_id = $2, done_at = $3 WHERE id = $1", erasure_id, confirmed_by, at
    )
    await connection().execute("SELECT erase_person($1)", erasure_id, timeout=AT_MOST)


async def uncleared(_viewer: Viewer) -> tuple[Traces, ...]:
    """Return the erased customers, and who was merged into them, whose copies in the streams may still be there."""
    rows = await connection().fetch(
        "SELECT erasure.id, customer.id, customer.sso_user_id FROM erasure"
        " JOIN customer ON erasure.customer_id IN (customer.id, customer.merged_into_id)"
        " WHERE erasure.done_at IS NOT NULL AND erasure.streams_cleared_at IS NULL"
    )
    return tuple(Traces(*row) for row in rows)


async def mark_cleared(_viewer: Viewer, erasure_id: UUID, at: datetime) -> None:
    """Note that the streams in Redis hold nothing of the person any more."""
    await connection().execute("UPDATE erasure SET streams_cleared_at = $2 WHERE id = $1", erasure_id, at)


def _to_erasure(row: Mapping[str, Any]) -> Erasure:
    return Erasure(
        id=row["id"],
        customer_id=row["customer_id"],
        customer_name=row["name"],
        requested_by_id=row["requested_by_id"],
        requested_by_name=row["requested_by_name"],
        requested_at=row["requested_at"],
        confirmed_by_name=row["confirmed_by_name"],
        withdrawn_at=row["withdrawn_at"],
        done_at=row["done_at"],
        kept_by=tuple(row["kept_by"]),
    )
