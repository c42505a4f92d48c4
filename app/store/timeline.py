"""The timeline: append and read. Sequence, time and hash are the database's (tables/sql/03_timeline.sql)."""

from __future__ import annotations

import hashlib
import os
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, cast
from uuid import UUID

import msgspec

from app.core.errors import NotFound
from app.core.ids import uuid7
from app.domain.timeline import Entry, Recorded, TimelineFilter, TimelinePage
from app.store import cursor as cursors
from app.store.read_together import Read, read_alone
from app.store.scope import own_entries
from app.store.together import Write, write_about, write_together
from app.store.transaction import connection, note_entry
from app.store.where import Where, containing

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from app.domain.timeline import NewEntry
    from app.domain.viewer import Viewer

PAGE = 30
SALT_BYTES = 16
_LAST = 2**62
_Moment = Annotated[datetime, msgspec.Meta(tz=True)]
_Seq = Annotated[int, msgspec.Meta(ge=0, le=_LAST)]
_INTO = """
    INSERT INTO activity (id, customer_id, kind, actor_id, on_behalf_of, occurred_at, data, commitment,
        corrects_id, lead_id)"""
_RECORDED = "RETURNING id, customer_id, lead_id, seq, recorded_at, hash, data"
_ENTRY = f"{_INTO} VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) {_RECORDED}"
_ABOUT = f"""{_INTO} SELECT $1, about.customer_id, $2, $3, $4, $5, $6::jsonb || about.facts, $7, $8, about.id FROM about
    {_RECORDED}"""
_BODY = "INSERT INTO activity_text (activity_id, customer_id, salt, body) SELECT id, customer_id, $1, $2 FROM first"


async def append(_viewer: Viewer, entry: NewEntry, *beside: Write | None) -> Recorded:
    """Append one entry inside the open transaction, with other writes beside it in the same round trip.

    Do it last: it holds the customer's row until the end. No write beside it may touch the customer.
    """
    (entry_id, *row), body = _columns(entry)
    columns = (entry_id, entry.customer_id, *row, entry.lead_id)
    made = await write_together(Write(_ENTRY, columns), body, *beside)
    note_entry(made["customer_id"])
    return Recorded(
        made["id"], made["customer_id"], made["lead_id"], made["seq"], made["recorded_at"], made["hash"].hex()
    )


async def append_about(
    _viewer: Viewer, about: Write, entry: NewEntry, *beside: Write | None
) -> tuple[Mapping[str, Any], Recorded] | None:
    """Append an entry about the lead that `about` locks or makes, in one round trip; None where there is none.

    `about` has `id` and `customer_id` of the lead, as `facts` what more the entry says of it, and what else shall come
    back, with the entry's `data`. Otherwise as `append`; each write beside it comes from `about` or `first`.
    """
    row, body = _columns(entry)
    returning = "about.*, first.seq, first.recorded_at, first.hash, first.data"
    made = await write_about(about, Write(_ABOUT, row), body, *beside, returning=returning)
    if made is None:
        return None
    note_entry(made["customer_id"])
    recorded = Recorded(
        row[0], made["customer_id"], made["id"], made["seq"], made["recorded_at"], made["hash"].hex()
    )
    return cast("Mapping[str, Any]", made), recorded


def _columns(entry: NewEntry) -> tuple[tuple[Any, ...], Write | None]:
    """Return the entry's row but for whose it is, and what inserts its text: the row commits to it by a salted hash."""
    entry_id, commitment, text = uuid7(), None, None
    if entry.text:
        salt = os.urandom(SALT_BYTES)
        body = msgspec.json.encode(entry.text).decode()
        commitment = hashlib.sha256(salt + body.encode()).digest()
        text = Write(_BODY, (salt, body))
    data = msgspec.json.encode(entry.data).decode()
    row = (
        entry_id, entry.kind, entry.actor_id, entry.on_behalf_of, entry.occurred_at, data,
        commitment, entry.corrects_id,
    )  # fmt: skip
    return row, text


async def read_timeline(
    viewer: Viewer, customer_id: UUID, narrowed: TimelineFilter, *, limit: int, cursor: str | None
) -> TimelinePage:
    """Return a page of the entries the viewer may see, the latest to happen first (docs/adr/0101)."""
    return await read_alone(timeline_read(viewer, customer_id, narrowed, limit=limit, cursor=cursor))


def timeline_read(
    viewer: Viewer, customer_id: UUID, narrowed: TimelineFilter, *, limit: int, cursor: str | None
) -> Read[TimelinePage]:
    """Return what reads a page of the timeline; raises Invalid for a bad cursor.

    Of more than fit, those written last are found where the filter asks for what was written `after` an entry.
    """
    where, who = entries_where(viewer, customer_id, narrowed)
    below = _below(where, cursor)
    order = _HAPPENED if narrowed.after is None else _WRITTEN

    def build(rows: Sequence[Mapping[str, Any]]) -> TimelinePage:
        items = tuple(_to_entry(row) for row in rows[:limit])
        more = len(rows) > limit
        return TimelinePage(items, cursors.encode(*_place(items[-1])) if more else None, len(items))

    return Read(
        _statement(who, below, order.format(where=where), limit + 1),
        tuple(where.args),
        build,
    )


def _statement(who: str, below: str, found: str, limit: int) -> str:
    return _READ.format(chains=chains_of(who), below=below, found=found, limit=limit)


def _place(entry: Entry) -> tuple[datetime, int, UUID]:
    """Return where an entry stands among those of all the chains."""
    return entry.occurred_at, entry.seq, entry.customer_id


def _below(where: Where, cursor: str | None) -> str:
    """Return the columns of `chain` that say where a page begins in each; raises Invalid for a bad cursor."""
    if cursor is None:
        return f"'infinity'::timestamptz AS below_at, {_LAST} AS below_seq"
    at, seq, last_id = cursors.decode(cursor, tuple[_Moment, _Seq, UUID])
    same_place = f"(theirs.id < {where.bind(last_id)}::uuid)::int"  # of two chains: the lower id comes later
    return f"{where.bind(at)}::timestamptz AS below_at, {where.bind(seq)}::bigint + {same_place} AS below_seq"


async def read_entry(viewer: Viewer, customer_id: UUID, entry_id: UUID) -> Entry:
    """Return one entry of a customer; raises NotFound when it is not the viewer's to see."""
    where, who = entries_where(viewer, customer_id, TimelineFilter())
    where.add(f"activity.id = {where.bind(entry_id)}")
    row = await connection().fetchrow(
        _statement(who, _below(where, None), _WRITTEN.format(where=where), 1), *where.args
    )
    if row is None:
        raise NotFound
    return _to_entry(row)


def entries_where(viewer: Viewer, customer_id: UUID, narrowed: TimelineFilter) -> tuple[Where, str]:
    """Return the condition for entries, and the placeholder of whose they are."""
    where, who = Where(viewer, own_entries(viewer, "$2")), "$2"
    where.bind(customer_id)
    if narrowed.kinds:
        where.add(f"activity.kind = ANY({where.bind(list(narrowed.kinds))})")
    if narrowed.without:
        where.add(f"activity.kind <> ALL({where.bind(list(narrowed.without))})")
    if narrowed.after is not None:
        where.add(f"activity.customer_id = {who} AND activity.seq > {where.bind(narrowed.after)}")
    narrow_by_person_and_day(where, narrowed)
    if narrowed.q:
        # First the whole JSON text, which is quick; then only what people wrote, not the names of its fields.
        written = where.bind(containing(msgspec.json.encode(narrowed.q).decode()[1:-1]))
        said = f"SELECT FROM jsonb_each_text(body.body::jsonb) WHERE value ILIKE {where.bind(containing(narrowed.q))}"
        texts = f"body.customer_id = chain.id AND body.body ILIKE {written} AND EXISTS ({said})"
        where.add(f"activity.id = ANY(ARRAY(SELECT activity_id FROM activity_text body WHERE {texts}))")
    if narrowed.ticket_id:
        where.add(
            "activity.kind IN ('ticket_opened', 'ticket_changed')"
            f" AND activity.data->>'ticket_id' = {where.bind(str(narrowed.ticket_id))}"
        )
    return where, who


def narrow_by_person_and_day(where: Where, narrowed: TimelineFilter) -> None:
    """Leave only who wrote it and when it happened, as the filter says."""
    if narrowed.by:
        where.add(f"activity.actor_id = {where.bind(narrowed.by)}")
    if narrowed.since:
        where.add(f"activity.occurred_at >= {where.bind(narrowed.since)}")
    if narrowed.before:
        where.add(f"activity.occurred_at < {where.bind(narrowed.before)}")


# So many entries of each chain, each by its index. Where each begins is reckoned first: inside the row policies' reach
# no index would be asked for it.
_HAPPENED = (
    "(activity.occurred_at, activity.seq) < (chain.below_at, chain.below_seq) AND {where}"
    " ORDER BY activity.occurred_at DESC, activity.seq DESC"
)
_WRITTEN = "activity.seq < chain.below_seq AND {where} ORDER BY activity.seq DESC"
_READ = """
    WITH chain AS MATERIALIZED (
        SELECT id, {below} FROM (
            {chains}
        ) theirs
    )
    SELECT entry.*, staff.name AS actor_name, body.body,
        CASE WHEN entry.kind IN ('lead_assigned', 'ticket_opened', 'ticket_changed') THEN (
            SELECT name FROM staff WHERE id = coalesce(
                entry.data->>'to', entry.data->>'assignee_id', entry.data#>>'{{changes,assignee_id,1}}')
        ) END AS given_to_name,
        (SELECT name FROM staff WHERE entry.kind = 'lead_assigned' AND id = entry.data->>'from') AS taken_from_name,
        (SELECT later.id FROM activity later WHERE later.corrects_id = entry.id
            ORDER BY later.recorded_at DESC LIMIT 1) AS corrected_by_id
    FROM chain CROSS JOIN LATERAL (
        SELECT activity.id, activity.customer_id, activity.lead_id, activity.seq, activity.kind, activity.actor_id,
            activity.on_behalf_of, activity.occurred_at, activity.recorded_at, activity.data, activity.hash,
            activity.commitment, activity.corrects_id
        FROM activity WHERE activity.customer_id = chain.id AND {found} LIMIT {limit}
    ) entry
    LEFT JOIN staff ON staff.id = entry.actor_id
    LEFT JOIN activity_text body ON body.activity_id = entry.id
    ORDER BY entry.occurred_at DESC, entry.seq DESC, entry.customer_id DESC"""


def chains_of(who: str) -> str:
    """Return the SELECT of a customer and of those who were merged into them: each has a chain (docs/adr/0054)."""
    return (
        f"SELECT id FROM customer WHERE id = {who} AND merged_into_id IS NULL"
        f" UNION ALL SELECT id FROM customer WHERE merged_into_id = {who}"
    )


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
        given_to_name=row["given_to_name"],
        taken_from_name=row["taken_from_name"],
    )
