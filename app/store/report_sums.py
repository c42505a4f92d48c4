"""What leads bring: expected by month, won by where they came from, won by rep (docs/adr/0102)."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from app.domain.pipeline import COMMITTED, OPEN_STAGES, STAGE_WEIGHT
from app.domain.report import months_between
from app.domain.report_figures import NONE, Month, Origin, Outlook, Pile, RepFigures
from app.store.read_together import Read
from app.store.reports import CLOSED, CYCLE, asked_where, month_of, within

if TYPE_CHECKING:
    from app.domain.report import Asked
    from app.domain.viewer import Viewer
    from app.store.reports import Rows

MONTHS: Final = 6
MOST_NAMED: Final = 50
_CENT: Final = Decimal("0.01")
_WEIGHT: Final = (
    "CASE lead.stage " + " ".join(f"WHEN '{s.value}' THEN {STAGE_WEIGHT[s]}" for s in OPEN_STAGES) + " END"
)
_OPEN: Final = ", ".join(f"'{stage.value}'" for stage in OPEN_STAGES)
_COMMITTED: Final = ", ".join(f"'{stage.value}'" for stage in COMMITTED)
_FORECAST: Final = f"""
    SELECT CASE WHEN lead.expected_close_on IS NULL THEN 'undated'
            WHEN lead.expected_close_on < {{today}} THEN 'overdue' WHEN lead.expected_close_on >= {{end}} THEN 'later'
            ELSE to_char(lead.expected_close_on, 'YYYY-MM') END AS pile,
        count(*) AS leads, sum(lead.expected_value) FILTER (WHERE lead.currency = {{currency}}) AS best,
        sum(lead.expected_value * {_WEIGHT}) FILTER (WHERE lead.currency = {{currency}}) AS weighted,
        sum(lead.expected_value) FILTER (WHERE lead.currency = {{currency}} AND lead.stage IN ({_COMMITTED})) AS commit,
        NULL AS won
    FROM lead WHERE {{where}} AND lead.stage IN ({_OPEN}) GROUP BY 1
    UNION ALL SELECT to_char({{month}}, 'YYYY-MM'), NULL, NULL, NULL, NULL,
        sum(lead.expected_value)
    FROM lead WHERE {{where}} AND lead.closed_at IS NOT NULL AND lead.stage = 'closed_won'
        AND lead.closed_at >= {{since}} AND lead.currency = {{currency}} GROUP BY 1"""
# Whoever sends forms may make up names: the many that brought little are counted together.
_SOURCES: Final = f"""
    WITH found AS (
        SELECT {{name}} AS name, {{medium}} AS medium, count(*) AS came,
            count(*) FILTER (WHERE lead.stage = 'closed_won') AS won,
            coalesce(sum(lead.expected_value)
                FILTER (WHERE lead.stage = 'closed_won' AND lead.currency = {{currency}}), 0) AS value
        FROM lead WHERE {{where}} GROUP BY 1, 2
    ), placed AS (
        SELECT *, row_number() OVER (ORDER BY value DESC, came DESC, name, medium) <= {MOST_NAMED} AS named FROM found
    )
    SELECT CASE WHEN named THEN name END AS name, CASE WHEN named THEN medium ELSE '' END AS medium,
        sum(came)::bigint AS came, sum(won)::bigint AS won, sum(value) AS value
    FROM placed GROUP BY named, 1, 2 ORDER BY named DESC, value DESC, came DESC, name, medium"""
_REPS: Final = f"""
    WITH came AS (
        SELECT coalesce(lead.assigned_to_id, '') AS id, count(*) AS leads
        FROM lead WHERE {{where}} AND {{arrived}} GROUP BY 1
    ), closed AS (
        SELECT coalesce(lead.assigned_to_id, '') AS id, count(*) FILTER (WHERE stage = 'closed_won') AS won,
            count(*) FILTER (WHERE stage = 'closed_lost') AS lost,
            sum(expected_value) FILTER (WHERE stage = 'closed_won' AND currency = {{currency}}) AS value,
            percentile_cont(0.5) WITHIN GROUP (ORDER BY {CYCLE}) FILTER (WHERE stage = 'closed_won') AS cycle
        FROM lead WHERE {{where}} AND {CLOSED} AND {{ended}} GROUP BY 1
    ), people AS (
        SELECT id FROM staff WHERE active AND rep_id IS NOT NULL UNION SELECT id FROM came UNION SELECT id FROM closed
    )
    SELECT people.id, coalesce(staff.name, '') AS name, coalesce(came.leads, 0) AS came, coalesce(closed.won, 0) AS won,
        coalesce(closed.lost, 0) AS lost, coalesce(closed.value, 0) AS value, closed.cycle
    FROM people LEFT JOIN staff USING (id) LEFT JOIN came USING (id) LEFT JOIN closed USING (id)
    WHERE {{only}} ORDER BY value DESC, won DESC, came DESC, name, id"""


def forecast(viewer: Viewer, asked: Asked) -> Read[Outlook]:
    """Return what reads this month and the next five: open leads by closing date, and what was won already."""
    where = asked_where(viewer, asked)
    first, *_, end = months = months_between(asked.today, asked.today + timedelta(days=31 * MONTHS))[
        : MONTHS + 1
    ]
    scope = str(where)
    sql = _FORECAST.format(
        where=scope,
        today=f"{where.bind(asked.today)}::date",
        end=f"{where.bind(end)}::date",
        currency=where.bind(asked.currency),
        month=month_of(where, asked, "lead.closed_at", months),
        since=where.bind(asked.midnight(first)),
    )
    return Read(sql, where.args, lambda rows: _to_outlook(rows, months[:-1]))


def sources(viewer: Viewer, asked: Asked) -> Read[tuple[Origin, ...]]:
    """Return what reads where the leads came from that arrived in the range, and what was won of them."""
    where = asked_where(viewer, asked)
    where.add(within(where, asked, "lead.created_at"))
    names = ("lead.source", "''")
    if asked.by == "campaign":
        names = ("coalesce(lead.campaign->>'source', '')", "coalesce(lead.campaign->>'medium', '')")
    sql = _SOURCES.format(name=names[0], medium=names[1], where=where, currency=where.bind(asked.currency))
    return Read(
        sql,
        where.args,
        lambda rows: tuple(Origin(*(row[n] for n in Origin.__dataclass_fields__)) for row in rows),
    )


def reps(viewer: Viewer, asked: Asked) -> Read[tuple[RepFigures, ...]]:
    """Return what reads how each rep did in the range."""
    where = asked_where(viewer, asked)
    scope = str(where)
    owner = {"me": viewer.id, "none": ""}.get(asked.owner, asked.owner)
    sql = _REPS.format(
        where=scope,
        arrived=within(where, asked, "lead.created_at"),
        ended=within(where, asked, "lead.closed_at"),
        currency=where.bind(asked.currency),
        only=f"people.id = {where.bind(owner)}" if asked.owner else "true",
    )
    return Read(
        sql,
        where.args,
        lambda rows: tuple(RepFigures(*(row[n] for n in RepFigures.__dataclass_fields__)) for row in rows),
    )


def _to_outlook(rows: Rows, months: list[date]) -> Outlook:
    piles = {row["pile"]: _to_pile(row) for row in rows if row["won"] is None and row["leads"]}
    won = {row["pile"]: row["won"] for row in rows if row["won"] is not None}
    ahead = tuple(
        Month(first, piles.get(f"{first:%Y-%m}", Pile()), won.get(f"{first:%Y-%m}", NONE)) for first in months
    )
    return Outlook(ahead, *(piles.get(name, Pile()) for name in ("overdue", "later", "undated")))


def _to_pile(row: Any) -> Pile:
    weighted = (row["weighted"] or NONE).quantize(_CENT)
    return Pile(row["leads"], row["best"] or NONE, weighted, row["commit"] or NONE)
