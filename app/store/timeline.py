"""The timeline: append and read. Sequence, time and hash are the database's (tables/sql/03_timeline.sql)."""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING, Any
from uuid import UUID

import msgspec

from app.core.errors import NotFound
from app.core.ids import uuid7
from app.domain.timeline import Entry, Recorded, TimelinePage
from app.store import cursor as cursors
from app.store.read_together import Read, read_alone
from app.store.scope import own_entries
from app.store.together import Write, write_together
from app.store.transaction import connection
from app.store.where import Where, containing

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from app.domain.timeline import NewEntry, TimelineFilter
    from app.domain.viewer import Viewer

PAGE = 30
SALT_BYTES = 16
_ENTRY = """
    INSERT INTO activity (id, customer_id, lead_id, kind, actor_id, on_behalf_of, occurred_at, data,
        commitment, corrects_id)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
    RETURNING id, customer_id, lead_id, seq, recorded_at, hash"""
_BODY = "INSERT INTO activity_text (activity_id, customer_id, salt, body) VALUES ($1, $2, $3, $4)"


async def append(_viewer: Viewer, entry: NewEntry, *beside: Write | None) -> Recorded:
    """Append one entry inside the open transaction, with other writes beside it in the same round trip.

    Do it last: it holds the customer's row until the end. No write beside it may touch the customer.
    """
    row = await write_together(*_writes(entry), *beside)
    return Recorded(
        row["id"], row["customer_id"], row["lead_id"], row["seq"], row["recorded_at"], row["hash"].hex()
    )


def _writes(entry: NewEntry) -> list[Write]:
    """Return what inserts the entry and its text, which the entry commits to by a salted hash."""
    entry_id, commitment = uuid7(), None
    texts: list[Write] = []
    if entry.text:
        salt = os.urandom(SALT_BYTES)
        body = msgspec.json.encode(entry.text).decode()
        commitment = hashlib.sha256(salt + body.encode()).digest()
        texts = [Write(_BODY, (entry_id, entry.customer_id, salt, body))]
    data = msgspec.json.encode(entry.data).decode()
    row = (
        entry_id, entry.customer_id, entry.lead_id, entry.kind, entry.actor_id, entry.on_behalf_of,
        entry.occurred_at, data, commitment, entry.corrects_id,
    )  # fmt: skip
    return [Write(_ENTRY, row), *texts]


async def read_timeline(
    viewer: Viewer, customer_id: UUID, narrowed: TimelineFilter, *, limit: int, cursor: str | None
) -> TimelinePage:
    """Return a page of the entries the viewer may see, newest first."""
    return await read_alone(timeline_read(viewer, customer_id, narrowed, limit=limit, cursor=cursor))


def timeline_read(
    viewer: Viewer, customer_id: UUID, narrowed: TimelineFilter, *, limit: int, cursor: str | None
) -> Read[TimelinePage]:
    """Return what reads a page of the timeline; raises Invalid for a bad cursor."""
    where = _narrowed(viewer, customer_id, narrowed)
    if cursor:
        (seq,) = cursors.decode(cursor, tuple[int])
        where.add(f"activity.seq < {where.bind(seq)}")

    def build(rows: Sequence[Mapping[str, Any]]) -> TimelinePage:
        items = tuple(_to_entry(row) for row in rows[:limit])
        more = len(rows) > limit
        return TimelinePage(items, cursors.encode(items[-1].seq) if more else None, len(items))

    return Read(_READ.format(where=where, limit=limit + 1), tuple(where.args), build)


async def read_entry(viewer: Viewer, customer_id: UUID, entry_id: UUID) -> Entry:
    """Return one entry of a customer; raises NotFound when it is not the viewer's to see."""
    where = Where(viewer, own_entries(viewer))
    where.add(f"activity.customer_id = {where.bind(customer_id)} AND activity.id = {where.bind(entry_id)}")
    row = await connection().fetchrow(_READ.format(where=where, limit=1), *where.args)
    if row is None:
        raise NotFound
    return _to_entry(row)


def _narrowed(viewer: Viewer, customer_id: UUID, narrowed: TimelineFilter) -> Where:
    where = Where(viewer, own_entries(viewer))
    where.add(f"activity.customer_id = {where.bind(customer_id)}")
    if narrowed.kinds:
        where.add(f"activity.kind = ANY({where.bind(list(narrowed.kinds))})")
    if narrowed.without:
        where.add(f"activity.kind <> ALL({where.bind(list(narrowed.without))})")
    if narrowed.q:
        # First the whole JSON text, which is quick; then only what people wrote, not the names of its fields.
        written = msgspec.json.encode(narrowed.q).decode()[1:-1]
        where.add(f"body.body ILIKE {where.bind(containing(written))}")
        pattern = where.bind(containing(narrowed.q))
        where.add(f"EXISTS (SELECT FROM jsonb_each_text(body.body::jsonb) WHERE value ILIKE {pattern})")
    if narrowed.ticket_id:
        where.add(
            "activity.kind IN ('ticket_opened', 'ticket_changed')"
            f" AND activity.data->>'ticket_id' = {where.bind(str(narrowed.ticket_id))}"
        )
    return where


_READ = """
    SELECT activity.id, activity.customer_id, activity.lead_id, activity.seq, activity.kind, activity.actor_id,
        staff.name AS actor_name, activity.on_behalf_of, activity.occurred_at, activity.recorded_at, activity.data,
        activity.hash, activity.commitment, activity.corrects_id, body.body,
        (SELECT later.id FROM activity later WHERE later.corrects_id = activity.id ORDER BY later.seq DESC LIMIT 1)
            AS corrected_by_id
    FROM activity
    LEFT JOIN staff ON staff.id = activity.actor_id
    LEFT JOIN activity_text body ON body.activity_id = activity.id
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
