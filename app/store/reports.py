"""What happened to leads: how far they got, how long they stayed, why they were lost (docs/adr/0102)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from app.domain.pipeline import OPEN_STAGES, Stage
from app.domain.report import months_between
from app.domain.report_figures import Cohort, Funnel, Loss, Rival, Stay, Velocity
from app.store.read_together import Read
from app.store.scope import own_leads
from app.store.where import Where

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from app.domain.report import Asked
    from app.domain.viewer import Viewer

    Rows = Sequence[Mapping[str, Any]]

CLOSED: Final = "lead.closed_at IS NOT NULL AND lead.stage IN ('closed_won', 'closed_lost')"
_STEPS: Final = [stage.value for stage in Stage if stage is not Stage.CLOSED_LOST]
# Whoever was won passed every stage, and who was never moved none. Of the others the timeline knows how far they got.
# It is asked once for each of them, which the CTE sees to: a subquery would be asked again for each count.
_FUNNEL: Final = """
    WITH leads AS MATERIALIZED (
        SELECT lead.created_at, lead.stage, CASE
            WHEN lead.stage IN ('negotiation', 'closed_won') THEN array_position({steps}::text[], lead.stage)
            WHEN lead.stage = 'lead' AND lead.stage_entered_at = lead.created_at THEN 1
            ELSE greatest(coalesce(array_position({steps}::text[], lead.stage), 1),
                (SELECT max(array_position({steps}::text[], activity.data->>'to')) FROM activity
                    WHERE activity.lead_id = lead.id AND activity.kind = 'stage_changed')) END AS reached
        FROM lead WHERE {where}
    )
    SELECT {month} AS month, count(*) AS came,
        count(*) FILTER (WHERE reached >= 2) AS qualified,
        count(*) FILTER (WHERE reached >= 3) AS proposal_sent,
        count(*) FILTER (WHERE reached >= 4) AS negotiation,
        count(*) FILTER (WHERE reached >= 5) AS won,
        count(*) FILTER (WHERE stage = 'closed_lost') AS lost
    FROM leads GROUP BY 1 ORDER BY 1"""
# A lead begins in the first stage. One that came back to a stage was there for the sum of its stays; one that was
# closed for a day before its last move was nowhere for less than no time.
_VELOCITY: Final = """
    WITH closed AS (SELECT lead.id, lead.stage, lead.created_at, lead.closed_at FROM lead WHERE {where}),
    moves AS (
        SELECT id, created_at AS at, 0 AS seq, 'lead' AS stage, closed_at FROM closed
        UNION ALL SELECT closed.id, activity.occurred_at, activity.seq, activity.data->>'to', closed.closed_at
        FROM closed JOIN activity ON activity.lead_id = closed.id AND activity.kind = 'stage_changed'
    ), stays AS (
        SELECT id, stage, greatest({days}, 0) AS days FROM (
            SELECT id, stage, at, least(lead(at) OVER (PARTITION BY id ORDER BY at, seq), closed_at) AS until
            FROM moves
        ) AS spans
    ), together AS (SELECT id, stage, sum(days) AS days FROM stays GROUP BY id, stage)
    SELECT stage, count(*) AS leads, percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY days) AS days
    FROM together WHERE stage = ANY({open}::text[]) GROUP BY stage
    UNION ALL SELECT stage, count(*), percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY {cycle})
    FROM closed GROUP BY stage"""
CYCLE: Final = "greatest(extract(epoch FROM closed_at - created_at)::float8 / 86400, 0)"
MOST_RIVALS: Final = 20  # people spell them as they like
# A competitor is the same in any case, and written as it is most often.
_LOST: Final = """
    WITH lost AS MATERIALIZED (
        SELECT lead.lost_reason AS reason, lead.lost_to AS name,
            CASE WHEN lead.currency = {currency} THEN lead.expected_value END AS value
        FROM lead WHERE {where}
    )
    SELECT reason, NULL AS name, count(*) AS leads, coalesce(sum(value), 0) AS value FROM lost GROUP BY reason
    UNION ALL (
        SELECT reason, mode() WITHIN GROUP (ORDER BY name), count(*) AS leads, coalesce(sum(value), 0)
        FROM lost WHERE name IS NOT NULL GROUP BY reason, lower(name) ORDER BY leads DESC, 2 LIMIT {most})
    ORDER BY leads DESC, value DESC, reason, name"""


def asked_where(viewer: Viewer, asked: Asked) -> Where:
    """Return the viewer's leads, or of all of them one rep's."""
    where = Where(viewer, own_leads(viewer))
    if asked.owner == "none":
        where.add("lead.assigned_to_id IS NULL")
    elif asked.owner:
        where.add(f"lead.assigned_to_id = {where.bind(viewer.id if asked.owner == 'me' else asked.owner)}")
    return where


def within(where: Where, asked: Asked, column: str) -> str:
    """Return the condition for what happened in the range."""
    since, before = where.bind(asked.period.since), where.bind(asked.period.before)
    return f"{column} >= {since} AND {column} < {before}"


def month_of(where: Where, asked: Asked, moment: str, months: Sequence[date]) -> str:
    """Return the SQL for the first day of the month a moment lies in where the reader is, one of these.

    PostgreSQL need not know the reader's zone: its own list may be another one.
    """
    begins = where.bind([asked.midnight(first) for first in months])
    return f"({where.bind(months)}::date[])[width_bucket({moment}, {begins}::timestamptz[])]"


def funnel(viewer: Viewer, asked: Asked) -> Read[Funnel]:
    """Return what reads how far the leads got that arrived in the range."""
    where = asked_where(viewer, asked)
    where.add(within(where, asked, "lead.created_at"))
    month = month_of(where, asked, "created_at", months_between(asked.period.first, asked.period.last))
    sql = _FUNNEL.format(month=month, steps=where.bind(_STEPS), where=where)
    return Read(sql, where.args, lambda rows: Funnel(tuple(Cohort(**_named(row, Cohort)) for row in rows)))


def velocity(viewer: Viewer, asked: Asked) -> Read[Velocity]:
    """Return what reads how long the leads were where that were closed in the range."""
    where = asked_where(viewer, asked)
    where.add(CLOSED)
    where.add(within(where, asked, "lead.closed_at"))
    sql = _VELOCITY.format(
        where=where,
        days="extract(epoch FROM until - at)::float8 / 86400",
        open=where.bind([stage.value for stage in OPEN_STAGES]),
        cycle=CYCLE,
    )
    return Read(sql, where.args, _to_velocity)


def lost(viewer: Viewer, asked: Asked) -> Read[tuple[Loss, ...]]:
    """Return what reads why leads were lost in the range."""
    where = asked_where(viewer, asked)
    where.add("lead.closed_at IS NOT NULL AND lead.stage = 'closed_lost'")
    where.add(within(where, asked, "lead.closed_at"))
    sql = _LOST.format(where=where, currency=where.bind(asked.currency), most=MOST_RIVALS)
    return Read(sql, where.args, _to_losses)


def _to_losses(rows: Rows) -> tuple[Loss, ...]:
    def rivals(reason: str) -> tuple[Rival, ...]:
        named = (row for row in rows if row["reason"] == reason and row["name"] is not None)
        return tuple(Rival(**_named(row, Rival)) for row in named)

    return tuple(
        Loss(row["reason"], row["leads"], row["value"], rivals(row["reason"]))
        for row in rows
        if row["name"] is None
    )


def _to_velocity(rows: Rows) -> Velocity:
    found = {Stage(row["stage"]): Stay(row["leads"], *row["days"]) for row in rows}
    won = found.get(Stage.CLOSED_WON, Stay())
    return Velocity(
        {stage: found.get(stage, Stay()) for stage in OPEN_STAGES},
        won,
        won.leads + found.get(Stage.CLOSED_LOST, Stay()).leads,
    )


def _named(row: Mapping[str, Any], kind: type[Any]) -> dict[str, Any]:
    """Return a row's values by the names of the fields; what was read beside them stays out."""
    return {name: row[name] for name in kind.__dataclass_fields__}
