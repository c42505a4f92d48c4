"""The list of leads: narrowed, sorted, and paged by keyset whatever it is sorted by."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from app.domain.lead import LeadPage
from app.store import cursor as cursors
from app.store.rows import lead_columns, lead_joins, to_lead
from app.store.scope import own_leads
from app.store.transaction import connection
from app.store.where import Where, containing

if TYPE_CHECKING:
    from app.domain.lead import LeadFilter
    from app.domain.viewer import Viewer


@dataclass(frozen=True, slots=True)
class Sort:
    """What the list is ordered by; the id decides between equals."""

    by: str
    kind: type[Any]
    descending: bool


_NEVER: Final = "coalesce(lead.follow_up_at, '9999-01-01 00:00Z'::timestamptz)"
SORTS: Final = {
    "-created_at": Sort("lead.created_at", datetime, descending=True),
    "created_at": Sort("lead.created_at", datetime, descending=False),
    "-score": Sort("coalesce(lead.score, -1)::int", int, descending=True),
    "score": Sort("coalesce(lead.score, -1)::int", int, descending=False),
    "follow_up_at": Sort(_NEVER, datetime, descending=False),
    "-expected_value": Sort("coalesce(lead.expected_value, -1)", Decimal, descending=True),
    "stage_entered_at": Sort("lead.stage_entered_at", datetime, descending=False),
}


async def list_leads(viewer: Viewer, narrowed: LeadFilter, limit: int, cursor: str | None) -> LeadPage:
    """Return a page of the viewer's leads; raises Invalid for a cursor of another list."""
    sort = SORTS[narrowed.sort]
    rows = await _fetch(viewer, narrowed, sort, limit, cursor)
    more = len(rows) > limit
    last = rows[:limit][-1] if rows else None
    next_cursor = cursors.encode(last["sort_key"], last["id"]) if more and last else None
    return LeadPage(tuple(to_lead(row) for row in rows[:limit]), next_cursor)


async def _fetch(
    viewer: Viewer, narrowed: LeadFilter, sort: Sort, limit: int, cursor: str | None
) -> list[Any]:
    where = Where(viewer, own_leads(viewer))
    if narrowed.stage is not None:
        where.add(f"lead.stage = {where.bind(narrowed.stage.value)}")
    if narrowed.q:
        where.add(f"customer.words LIKE lower({where.bind(containing(narrowed.q))})")
    if cursor:
        key, lead_id = cursors.decode(cursor, tuple[sort.kind, UUID])
        side = "<" if sort.descending else ">"
        where.add(f"({sort.by}, lead.id) {side} ({where.bind(key)}, {where.bind(lead_id)})")
    way = "DESC" if sort.descending else "ASC"
    return await connection().fetch(
        f"SELECT {lead_columns(viewer)}, {sort.by} AS sort_key FROM lead {lead_joins(viewer)}"
        f" WHERE {where} ORDER BY {sort.by} {way}, lead.id {way} LIMIT {limit + 1}",
        *where.args,
    )
