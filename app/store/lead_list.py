"""The list of leads: narrowed as the board is and further, sorted, and paged by keyset whatever it is sorted by."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from app.domain.lead_list import LAST_CLOSED, LeadPage
from app.domain.pipeline import Stage
from app.store import cursor as cursors
from app.store.board_filter import OPEN, board_where
from app.store.lead_text import with_text
from app.store.read_together import Read
from app.store.rows import lead_columns, lead_joins, to_lead

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from app.domain.lead_list import LeadFilter
    from app.domain.viewer import Viewer
    from app.store.where import Where


@dataclass(frozen=True, slots=True)
class Sort:
    """What the list is ordered by; the id decides between equals."""

    by: str
    kind: type[Any]
    descending: bool


# Each is an index of its own, also for everybody's leads (tables/sql/89_lead_list.sql).
_NEVER: Final = "coalesce(lead.follow_up_at, '9999-01-01 00:00Z'::timestamptz)"
_CLOSED: Final = "lead.closed_at IS NOT NULL"
SORTS: Final = {
    "-created_at": Sort("lead.created_at", datetime, descending=True),
    "created_at": Sort("lead.created_at", datetime, descending=False),
    "-score": Sort("coalesce(lead.score, -1)::int", int, descending=True),
    "score": Sort("coalesce(lead.score, -1)::int", int, descending=False),
    "follow_up_at": Sort(_NEVER, datetime, descending=False),
    "-expected_value": Sort("coalesce(lead.expected_value, -1)", Decimal, descending=True),
    "stage_entered_at": Sort("lead.stage_entered_at", datetime, descending=False),
    LAST_CLOSED: Sort("lead.closed_at", datetime, descending=True),
}


def lead_list_read(viewer: Viewer, narrowed: LeadFilter, limit: int, cursor: str | None) -> Read[LeadPage]:
    """Return what reads a page of the viewer's leads; raises Invalid for a cursor of another list."""
    sort = SORTS[narrowed.sort]
    where = list_where(viewer, narrowed)
    if cursor:
        key, lead_id = cursors.decode(cursor, tuple[sort.kind, UUID])
        side = "<" if sort.descending else ">"
        where.add(f"({sort.by}, lead.id) {side} ({where.bind(key)}, {where.bind(lead_id)})")
    way = "DESC" if sort.descending else "ASC"
    first = f"ORDER BY {sort.by} {way}, lead.id {way} LIMIT {limit + 1}"
    fitting = with_text(where, narrowed.on_board.q, f"lead.id, {sort.by} AS sort_key", first)
    return Read(
        f"SELECT {lead_columns(viewer)}, {sort.by} AS sort_key FROM lead {lead_joins(viewer)} WHERE {fitting} {first}",
        where.args,
        lambda rows: _to_page(rows, limit),
    )


def list_where(viewer: Viewer, narrowed: LeadFilter) -> Where:
    """Return the condition but for the text; it needs `customer` joined."""
    where = board_where(viewer, narrowed.on_board)
    if narrowed.stages:
        # Said in words, not bound: a general plan knows then how many there are, and which index has them.
        stages = ", ".join(f"'{Stage(stage).value}'" for stage in narrowed.stages)
        where.add(f"lead.stage IN ({stages})")
    if narrowed.is_closed:
        where.add(_CLOSED)
    elif narrowed.stages and all(stage.is_open for stage in narrowed.stages):
        where.add(OPEN)
    if narrowed.reason:
        where.add(f"lead.lost_reason = {where.bind(narrowed.reason)}")
    _add_days(where, narrowed)
    return where


def _add_days(where: Where, narrowed: LeadFilter) -> None:
    column = "lead.closed_at" if narrowed.happened == "closed" else "lead.created_at"
    if narrowed.since is not None:
        where.add(f"{column} >= {where.bind(narrowed.since)}")
    if narrowed.before is not None:
        where.add(f"{column} < {where.bind(narrowed.before)}")


def _to_page(rows: Sequence[Mapping[str, Any]], limit: int) -> LeadPage:
    shown = rows[:limit]
    more = len(rows) > limit
    next_cursor = cursors.encode(shown[-1]["sort_key"], shown[-1]["id"]) if more else None
    return LeadPage(tuple(to_lead(row) for row in shown), next_cursor)
