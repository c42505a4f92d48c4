"""Whom a text names, and what somebody finds of it: each is looked up in the reader's scope, for it opens no row."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Final
from uuid import UUID

import msgspec

from app.core.errors import NotFound
from app.domain.identity import role_of
from app.domain.mentions import MENTIONS, MOST_UNREAD, Colleague, Mention, MentionPage, Place, words_around
from app.store import cursor as cursors
from app.store.scope import own_entries, own_leads
from app.store.together import Write
from app.store.transaction import connection

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from app.domain.timeline import NewEntry
    from app.domain.viewer import Viewer

_Moment = Annotated[datetime, msgspec.Meta(tz=True)]
# An address, and what stands before its @ where no active colleague shares that (docs/adr/0116).
_SPELLED: Final = """
    WITH spelled AS (
        SELECT way AS handle, min(id) AS id
        FROM staff CROSS JOIN unnest(ARRAY[split_part(lower(email), '@', 1), lower(email)]) AS way
        WHERE active AND email <> '' GROUP BY way HAVING count(DISTINCT id) = 1
    )"""
_NAMED: Final = f"""{_SPELLED}
    SELECT handle, id, name, roles, rep_id FROM spelled JOIN staff USING (id) WHERE id <> $1 AND handle = ANY ($2)"""
_OFFERED: Final = f"""{_SPELLED}
    SELECT * FROM (
        SELECT DISTINCT ON (id) handle, id, name, roles, rep_id FROM spelled JOIN staff USING (id)
        WHERE id <> $1 ORDER BY id, length(handle)
    ) shortest
    WHERE starts_with(handle, $2) OR starts_with(lower(name), $2) OR strpos(lower(name), ' ' || $2) > 0
    ORDER BY lower(name), id LIMIT $3"""
_WRITE: Final = """
    INSERT INTO mention (activity_id, staff_id, by_id)
    SELECT first.id, named.id, $2 FROM first, unnest($1::text[]) AS named (id)"""
# What was merged is looked up where it stands now; by CASE, not coalesce, as in tables/sql/70_merge.sql.
_READ: Final = """
    SELECT mention.activity_id, coalesce(writer.name, mention.by_id) AS by_name, mention.at, mention.read_at, place.*
    FROM (
        SELECT activity_id, by_id, at, read_at FROM mention WHERE staff_id = $1 AND {which}
        ORDER BY at DESC, activity_id DESC LIMIT {limit}
    ) mention
    LEFT JOIN staff writer ON writer.id = mention.by_id
    LEFT JOIN LATERAL (
        SELECT customer.id AS customer_id, customer.name AS customer_name, activity.kind, said.body
        FROM activity JOIN customer chain ON chain.id = activity.customer_id
        JOIN customer ON customer.id
            = CASE WHEN chain.merged_into_id IS NULL THEN chain.id ELSE chain.merged_into_id END
        LEFT JOIN activity_text said ON said.activity_id = activity.id
        WHERE activity.id = mention.activity_id AND {own}
    ) place ON true
    ORDER BY mention.at DESC, mention.activity_id DESC"""


async def find_named(viewer: Viewer, handles: Sequence[str]) -> tuple[Colleague, ...]:
    """Return the colleagues whom these handles name; nobody for one that could be two, or is the viewer's own."""
    rows = await connection().fetch(_NAMED, viewer.id, list(handles))
    return tuple(_to_colleague(row) for row in rows)


async def find_offered(viewer: Viewer, words: str, most: int) -> tuple[Colleague, ...]:
    """Return the first colleagues whose handle, or a name of theirs, begins like that."""
    rows = await connection().fetch(_OFFERED, viewer.id, words.lower(), most)
    return tuple(_to_colleague(row) for row in rows)


async def owner_of(viewer: Viewer, lead_id: UUID) -> str | None:
    """Return whose lead it is; None for nobody's, and for one that is not the viewer's to see."""
    sql = f"SELECT assigned_to_id FROM lead WHERE {own_leads(viewer)} AND id = $2"
    return await connection().fetchval(sql, viewer.id, lead_id)


def written_with(entry: NewEntry) -> Write | None:
    """Return what writes the mentions of an entry beside it, as its author's; None for one without."""
    named = entry.text.get(MENTIONS)
    return Write(_WRITE, (sorted(set(named.values())), entry.actor_id)) if named else None


async def read_mentions(viewer: Viewer, *, limit: int, cursor: str | None) -> MentionPage:
    """Return a page of the viewer's mentions, newest first; raises Invalid for a bad cursor."""
    args: tuple[Any, ...] = ()
    which = "true"
    if cursor:
        args = cursors.decode(cursor, tuple[_Moment, UUID])
        which = "(at, activity_id) < ($2, $3)"
    found = await _read(viewer, which, *args, limit=limit + 1)
    more = cursors.encode(found[limit - 1].at, found[limit - 1].activity_id) if len(found) > limit else None
    return MentionPage(found[:limit], more, await count_unread(viewer))


async def read_mention(viewer: Viewer, activity_id: UUID) -> Mention:
    """Return one of the viewer's mentions; raises NotFound where there is none."""
    found = await _read(viewer, "activity_id = $2", activity_id, limit=1)
    if not found:
        raise NotFound
    return found[0]


async def set_read(viewer: Viewer, activity_id: UUID | None, at: datetime | None) -> None:
    """Note that one of the viewer's mentions, or each, was read, or is not; one read before keeps its time."""
    await connection().execute(
        "UPDATE mention SET read_at = $3 WHERE staff_id = $1 AND ($2::uuid IS NULL OR activity_id = $2)"
        " AND (read_at IS NULL) <> ($3::timestamptz IS NULL)",
        viewer.id,
        activity_id,
        at,
    )


async def count_unread(viewer: Viewer) -> int:
    """Return how many of the viewer's mentions are unread, as far as that is counted."""
    sql = "SELECT count(*) FROM (SELECT FROM mention WHERE staff_id = $1 AND read_at IS NULL LIMIT $2) AS unread"
    return int(await connection().fetchval(sql, viewer.id, MOST_UNREAD) or 0)


async def _read(viewer: Viewer, which: str, *args: Any, limit: int) -> tuple[Mention, ...]:
    sql = _READ.format(own=own_entries(viewer, "customer.id"), which=which, limit=limit)
    return tuple(_to_mention(viewer, row) for row in await connection().fetch(sql, viewer.id, *args))


def _to_colleague(row: Mapping[str, Any]) -> Colleague:
    return Colleague(row["id"], row["name"], row["handle"], role_of(frozenset(row["roles"]), row["rep_id"]))


def _to_mention(viewer: Viewer, row: Mapping[str, Any]) -> Mention:
    place = None
    if row["customer_id"] is not None:
        said = msgspec.json.decode(row["body"]) if row["body"] else {}
        words = words_around(said, viewer.id)
        place = Place(row["customer_id"], row["customer_name"], row["kind"], words)
    return Mention(row["activity_id"], row["by_name"], row["at"], row["read_at"] is not None, place)
