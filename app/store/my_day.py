"""A rep's day in two statements: what wants doing, and what was won lately. All of a section is one more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from app.domain.board import HOT
from app.domain.my_day import LONGEST_SECTION, PER_PAGE, TO_DO, Section, WonMonth
from app.store.board_filter import OPEN, rotten
from app.store.goals import IN_FORCE
from app.store.rows import lead_columns, lead_joins, to_lead
from app.store.scope import own_leads
from app.store.transaction import connection
from app.store.where import Where

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.domain.my_day import Today
    from app.domain.viewer import Viewer

DUE: Final = "lead.follow_up_at IS NOT NULL AND lead.stage <> 'closed_won'"
_UNTOUCHED: Final = "lead.stage = 'lead' AND lead.status = 'new' AND lead.follow_up_at IS NULL"
UNWORKED: Final = f"{OPEN} AND {_UNTOUCHED} AND lead.score >= {HOT}"
# Won is what a report counts as won (docs/adr/0102), found along `lead_closed`.
_WON_SINCE: Final = "lead.stage = 'closed_won' AND lead.closed_at >= {}"
_LATER: Final = "(lead.follow_up_at IS NULL OR lead.follow_up_at >= {ends})"
# What rots, or has no next step, and is in no section above.
_IDLE: Final = (
    f"{OPEN} AND ({rotten('{now}')} OR lead.follow_up_at IS NULL) AND {_LATER} AND ({UNWORKED}) IS NOT TRUE"
)
# What a section holds, in which order.
_WANTED: Final = {
    "overdue": (f"{DUE} AND lead.follow_up_at <= {{now}}", "lead.follow_up_at, lead.id"),
    "today": (
        f"{DUE} AND lead.follow_up_at > {{now}} AND lead.follow_up_at < {{ends}}",
        "lead.follow_up_at, lead.id",
    ),
    "hot": (UNWORKED, "lead.created_at DESC, lead.id"),
    "rotting": (_IDLE, "coalesce(lead.expected_value, 0) DESC, lead.stage_entered_at, lead.id"),
    "trouble": ("outbox.published_at IS NULL AND outbox.attempts > 0", "outbox.created_at, lead.id"),
    "won": (_WON_SINCE.format("{month_begins}"), "lead.closed_at DESC, lead.id"),
}
_SECTION: Final = """
    (SELECT '{name}' AS section, {place} AS place, count(*) OVER () AS total,
        row_number() OVER (ORDER BY {order}) AS number, {columns}, customer.phone
    FROM lead {joins} WHERE {where} AND {fits} ORDER BY {order} LIMIT {limit} OFFSET {first})"""
_WON: Final = """
    SELECT month.first, coalesce(won.count, 0) AS count, coalesce(won.value, 0) AS value, ({goal}) AS goal
    FROM unnest($5::date[]) WITH ORDINALITY AS month (first, number) LEFT JOIN (
        SELECT width_bucket(lead.closed_at, $3::timestamptz[]) AS number, count(*) AS count,
            sum(lead.expected_value) FILTER (WHERE lead.currency = $4) AS value
        FROM lead WHERE {where} AND {since} GROUP BY 1
    ) AS won USING (number) ORDER BY number"""
_GOAL: Final = IN_FORCE.format(who="$1", currency="$4", month="month.first")


class _Moments(dict[str, str]):
    """The moments of a day, each bound where a condition first names it."""

    def __init__(self, where: Where, today: Today) -> None:
        super().__init__()
        self._where, self._today = where, today

    def __missing__(self, name: str) -> str:
        self[name] = bound = self._where.bind(getattr(self._today, name))
        return bound


async def read_sections(viewer: Viewer, today: Today, names: Sequence[str] = TO_DO) -> tuple[Section, ...]:
    """Return those sections that have something in them, in the order in which they want doing."""
    found = await _read(viewer, today, names, LONGEST_SECTION)
    return tuple(section for section in found if section.leads)


async def read_section(viewer: Viewer, today: Today, name: str, first: int) -> Section:
    """Return a page of one section, which begins at `first`; one that begins behind the end knows no total."""
    (section,) = await _read(viewer, today, (name,), PER_PAGE, first)
    return section


async def _read(
    viewer: Viewer, today: Today, names: Sequence[str], limit: int, first: int = 0
) -> tuple[Section, ...]:
    where = Where(viewer, own_leads(viewer))
    moments = _Moments(where, today)
    sql = " UNION ALL ".join(
        _SECTION.format(
            name=name, place=place, order=_WANTED[name][1], columns=lead_columns(viewer), joins=lead_joins(viewer),
            where=where, fits=_WANTED[name][0].format_map(moments), limit=limit, first=first,
        )
        for place, name in enumerate(names)
    )  # fmt: skip
    rows = await connection().fetch(f"SELECT * FROM ({sql}) found ORDER BY place, number", *where.args)
    found = {name: [row for row in rows if row["section"] == name] for name in names}
    return tuple(
        Section(
            name,
            some[0]["total"] if some else 0,
            tuple(to_lead(row) for row in some),
            tuple(row["phone"] for row in some),
        )
        for name, some in found.items()
    )


async def read_won(viewer: Viewer, today: Today, currency: str) -> tuple[WonMonth, ...]:
    """Return what the viewer's leads brought in each of the last months, where the reader is, and its goal."""
    sql = _WON.format(where=own_leads(viewer), since=_WON_SINCE.format("$2"), goal=_GOAL)
    firsts = [begun.date() for begun in today.months]
    rows = await connection().fetch(sql, viewer.id, today.months[0], today.months, currency, firsts)
    return tuple(WonMonth(**dict(row)) for row in rows)
