"""A rep's day in two statements: what wants doing, and what was won this month."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from app.domain.board import HOT
from app.domain.my_day import LONGEST_SECTION, Section
from app.store.board_filter import OPEN, rotten
from app.store.rows import lead_columns, lead_joins, to_lead
from app.store.scope import own_leads
from app.store.transaction import connection
from app.store.where import Where

if TYPE_CHECKING:
    from app.domain.my_day import Today
    from app.domain.viewer import Viewer

_DUE: Final = "lead.follow_up_at IS NOT NULL AND lead.stage <> 'closed_won'"
_UNTOUCHED: Final = "lead.stage = 'lead' AND lead.status = 'new' AND lead.follow_up_at IS NULL"
_HOT: Final = f"{OPEN} AND {_UNTOUCHED} AND lead.score >= {HOT}"
_SECTION: Final = """
    (SELECT '{name}' AS section, {place} AS place, count(*) OVER () AS total,
        row_number() OVER (ORDER BY {order}) AS number, {columns}
    FROM lead {joins} WHERE {where} AND {fits} ORDER BY {order} LIMIT {limit})"""
_WON: Final = """
    SELECT (sale.closed_at AT TIME ZONE $3)::date AS day, count(*) AS count, sum(sale.amount) AS value
    FROM sale JOIN lead ON lead.id = sale.lead_id
    WHERE {where} AND sale.closed_at >= $2 GROUP BY 1 ORDER BY 1"""


async def read_sections(viewer: Viewer, today: Today) -> tuple[Section, ...]:
    """Return the sections that have something in them, in the order in which they want doing."""
    where = Where(viewer, own_leads(viewer))
    now, ends = where.bind(today.now), where.bind(today.ends)
    wanted = {
        "overdue": (f"{_DUE} AND lead.follow_up_at <= {now}", "lead.follow_up_at, lead.id"),
        "today": (
            f"{_DUE} AND lead.follow_up_at > {now} AND lead.follow_up_at < {ends}",
            "lead.follow_up_at, lead.id",
        ),
        "hot": (_HOT, "lead.created_at DESC, lead.id"),
        "rotting": (
            _idle(now, ends),
            "coalesce(lead.expected_value, 0) DESC, lead.stage_entered_at, lead.id",
        ),
        "trouble": ("outbox.published_at IS NULL AND outbox.attempts > 0", "outbox.created_at, lead.id"),
    }
    sql = " UNION ALL ".join(
        _SECTION.format(
            name=name, place=place, order=order, columns=lead_columns(viewer), joins=lead_joins(viewer),
            where=where, fits=fits, limit=LONGEST_SECTION,
        )
        for place, (name, (fits, order)) in enumerate(wanted.items())
    )  # fmt: skip
    rows = await connection().fetch(f"SELECT * FROM ({sql}) found ORDER BY place, number", *where.args)
    found = {name: [row for row in rows if row["section"] == name] for name in wanted}
    return tuple(
        Section(name, some[0]["total"], tuple(to_lead(row) for row in some))
        for name, some in found.items()
        if some
    )


def _idle(now: str, ends: str) -> str:
    """Return the condition for what rots, or has no next step, and is in no section above."""
    later = f"(lead.follow_up_at IS NULL OR lead.follow_up_at >= {ends})"
    return f"{OPEN} AND ({rotten(now)} OR lead.follow_up_at IS NULL) AND {later} AND ({_HOT}) IS NOT TRUE"


async def read_won(viewer: Viewer, today: Today, zone: str) -> dict[date, tuple[int, Decimal]]:
    """Return how much the viewer's leads won on each day of this month, where the reader is."""
    rows = await connection().fetch(_WON.format(where=own_leads(viewer)), viewer.id, today.month_begins, zone)
    return {row["day"]: (row["count"], row["value"]) for row in rows}
