"""The timeline: append and read. Sequence, time and hash are the database's (tables/sql/03_timeline.sql)."""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING, Any
from uuid import UUID

import msgspec

from app.core.ids import uuid7
from app.domain.timeline import Entry, Recorded, TimelinePage
from app.store import cursor as cursors
from app.store.scope import own_entries
from app.store.transaction import connection
from app.store.where import Where, containing

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.domain.timeline import NewEntry, TimelineFilter
    from app.domain.viewer import Viewer

PAGE = 30
SALT_BYTES = 16
_APPEND = """
    WITH entry AS (
        INSERT INTO activity (id, customer_id, lead_id, kind, actor_id, on_behalf_of, occurred_at, data,
            commitment, corrects_id)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
        RETURNING id, customer_id, lead_id, seq, recorded_at, hash
    ), body AS (
        INSERT INTO activity_text (activity_id, customer_id, salt, body)
        SELECT id, customer_id, $11, $12 FROM entry WHERE $12::text IS NOT NULL
    )
    SELECT * FROM entry"""


async def append(_viewer: Viewer, entry: NewEntry) -> Recorded:
    """Append one entry inside the open transaction. Do it last: it holds the customer's row until the end."""
    row = await connection().fetchrow(_APPEND, *append_args(entry))
    return Recorded(
        row["id"], row["customer_id"], row["lead_id"], row["seq"], row["recorded_at"], row["hash"].hex()
    )


def append_args(entry: NewEntry) -> tuple[Any, ...]:
    """Return the twelve arguments of the append statement; the text is committed to by a salted hash."""
    salt = body = commitment = None
    if entry.text:
        salt = os.urandom(SALT_BYTES)
        body = msgspec.json.encode(entry.text).decode()
        commitment = hashlib.sha256(salt + body.encode()).digest()
    return (
        uuid7(), entry.customer_id, entry.lead_id, entry.kind, entry.actor_id, entry.on_behalf_of,
        entry.occurred_at, msgspec.json.encode(entry.data).decode(), commitment, entry.corrects_id, salt, body,
    )  # fmt: skip


async def read_timeline(
    viewer: Viewer, customer_id: UUID, narrowed: TimelineFilter, *, limit: int, cursor: str | None
) -> TimelinePage:
    """Return a page of the entries the viewer may see, newest first."""
    where = Where(viewer, own_entries(viewer))
    where.add(f"activity.customer_id = {where.bind(customer_id)}")
    if narrowed.kinds:
        where.add(f"activity.kind = ANY({where.bind(list(narrowed.kinds))})")
    if narrowed.q:
        where.add(f"body.body ILIKE {where.bind(containing(narrowed.q))}")
    if narrowed.ticket_id:
        where.add(
            "activity.kind IN ('ticket_opened', 'ticket_changed') AND activity.data->>'ticket_id' = "
            + where.bind(str(narrowed.ticket_id))
        )
    if cursor:
        (seq,) = cursors.decode(cursor, tuple[int])
        where.add(f"activity.seq < {where.bind(seq)}")
    rows = await connection().fetch(_READ.format(where=where, limit=limit + 1), *where.args)
    items = tuple(_to_entry(row) for row in rows[:limit])
    more = len(rows) > limit
    return TimelinePage(items, cursors.encode(items[-1].seq) if more else None, len(items))


_READ = """
    SELECT activity.id, activity.customer_id, activity.lead_id, activity.seq, activity.kind, activity.actor_id,
        staff.name AS actor_name, activity.on_behalf_of, activity.occurred_at, activity.recorded_at, activity.data,
        activity.hash, activity.commitment, activity.corrects_id, correction.id AS corrected_by_id, body.body
    FROM activity
    LEFT JOIN staff ON staff.id = activity.actor_id
    LEFT JOIN activity_text body ON body.activity_id = activity.id
    LEFT JOIN activity correction ON correction.corrects_id = activity.id
    WHERE {where} ORDER BY activity.seq DESC LIMIT {limit}"""


def _to_entry(row: Mapping[str, Any]) -> Entry:
    return Entry(
        id=row["id"],
        customer_id=row["customer_id"],
        lead_id=row["lead_id"],
        seq=row["seq"],
        kind=row["kind"],
        actor_id=row["actor_id"],
        actor_name=row["actor_name"] or row["actor_id"],
        on_behalf_of=row["on_behalf_of"],
        occurred_at=row["occurred_at"],
        recorded_at=row["recorded_at"],
        data=msgspec.json.decode(row["data"]),
        hash=row["hash"].hex(),
        corrects_id=row["corrects_id"],
        corrected_by_id=row["corrected_by_id"],
        erased=row["commitment"] is not None and row["body"] is None,
        text=msgspec.json.decode(row["body"]) if row["body"] else {},
    )
