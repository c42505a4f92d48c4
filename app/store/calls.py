"""Who is to be called next: what My day shows as overdue, for today, and new and hot, in its order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final
from uuid import UUID

import msgspec

from app.domain.calls import Turn
from app.store import cursor as cursors
from app.store.my_day import DUE, UNWORKED
from app.store.scope import own_leads
from app.store.transaction import connection
from app.store.where import Where

if TYPE_CHECKING:
    from app.domain.calls import Run
    from app.domain.my_day import Today
    from app.domain.viewer import Viewer

_LAST: Final = 2**62
# What was planned comes first, the earliest before the others; then who is new, the latest before the others. When time
# goes by, something planned for today is overdue, and keeps its place.
_Place = tuple[
    Annotated[int, msgspec.Meta(ge=0, le=1)], Annotated[int, msgspec.Meta(ge=-_LAST, le=_LAST)], UUID
]
_NEXT: Final = """
    SELECT part, place, id, count(*) OVER () AS left FROM (
        SELECT 0 AS part, {planned} AS place, lead.id FROM lead JOIN customer ON customer.id = lead.customer_id
        WHERE {where} AND {due} AND lead.follow_up_at < {ends} UNION ALL
        SELECT 1, -{arrived}, lead.id FROM lead JOIN customer ON customer.id = lead.customer_id
        WHERE {where} AND {hot}) waiting
    WHERE {behind} ORDER BY part, place, id LIMIT 1"""
_MICROSECONDS: Final = "(extract(epoch FROM {}) * 1000000)::bigint"


async def next_turn(viewer: Viewer, today: Today, run: Run) -> Turn | None:
    """Return whose turn it is, None when everybody had theirs; raises Invalid for a bad cursor."""
    where = Where(viewer, own_leads(viewer))
    where.add(f"(customer.last_contact_at IS NULL OR customer.last_contact_at < {where.bind(run.since)})")
    ends = where.bind(today.ends)
    behind = "true"
    if run.after is not None:
        behind = f"(part, place, id) > ({', '.join(map(where.bind, cursors.decode(run.after, _Place)))})"
    sql = _NEXT.format(
        planned=_MICROSECONDS.format("lead.follow_up_at"), arrived=_MICROSECONDS.format("lead.created_at"),
        where=where, due=DUE, hot=UNWORKED, ends=ends, behind=behind,
    )  # fmt: skip
    row = await connection().fetchrow(sql, *where.args)
    return row and Turn(row["id"], cursors.encode(row["part"], row["place"], row["id"]), row["left"])
