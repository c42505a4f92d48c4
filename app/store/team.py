"""The team's figures; row policies keep them an admin's."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from app.domain.pipeline import OPEN_STAGES, STAGE_WEIGHT, Stage
from app.domain.team import Month, Pulse, Rep, RepLine, Step
from app.store.transaction import connection
from app.store.where import containing

if TYPE_CHECKING:
    from app.domain.my_day import Today
    from app.domain.viewer import Viewer

MONTHS: Final = 6
FUNNEL_DAYS: Final = 90
_WEIGHT: Final = (
    "CASE lead.stage " + " ".join(f"WHEN '{s.value}' THEN {STAGE_WEIGHT[s]}" for s in OPEN_STAGES) + " END"
)
_FORECAST: Final = f"""
    WITH months AS (
        SELECT month::date AS first
        FROM generate_series($1::date, $1::date + interval '{MONTHS - 1} months', interval '1 month') AS month
    ), open AS (
        SELECT date_trunc('month', expected_close_on)::date AS first, sum(expected_value) AS value,
            sum(expected_value * {_WEIGHT}) AS weighted
        FROM lead WHERE closed_at IS NULL AND expected_close_on >= $1
            AND expected_close_on < $1 + interval '{MONTHS} months' GROUP BY 1
    ), won AS (
        SELECT date_trunc('month', closed_at)::date AS first, sum(amount) AS won
        FROM sale WHERE closed_at >= $1 GROUP BY 1
    )
    SELECT first, coalesce(value, 0) AS value, coalesce(weighted, 0) AS weighted, coalesce(won, 0) AS won
    FROM months LEFT JOIN open USING (first) LEFT JOIN won USING (first) ORDER BY first"""
# Whoever was won passed every stage; of a lost one the timeline knows how far it got.
_FUNNEL: Final = """
    SELECT count(*) AS came,
        count(*) FILTER (WHERE reached >= 2) AS qualified,
        count(*) FILTER (WHERE reached >= 3) AS proposal_sent,
        count(*) FILTER (WHERE reached >= 4) AS negotiation,
        count(*) FILTER (WHERE reached >= 5) AS closed_won
    FROM (
        SELECT greatest(
            CASE lead.stage WHEN 'closed_lost' THEN 1 ELSE array_position($2::text[], lead.stage) END,
            (SELECT max(array_position($2::text[], activity.data->>'to')) FROM activity
                WHERE activity.lead_id = lead.id AND activity.kind = 'stage_changed')) AS reached
        FROM lead WHERE lead.created_at >= $1::timestamptz - make_interval(days => $3::int)
    ) AS leads"""
_REPS: Final = """
    SELECT staff.id, staff.name, coalesce(kept.leads, 0)::bigint AS leads, coalesce(kept.value, 0) AS value,
        (SELECT count(*) FROM lead WHERE lead.assigned_to_id = staff.id AND closed_at IS NULL
            AND follow_up_at <= $1) AS overdue,
        coalesce((SELECT sum(sale.amount) FROM sale
            WHERE sale.sales_rep_id = staff.rep_id AND closed_at >= $2), 0) AS won
    FROM staff LEFT JOIN (
        SELECT owner_id, sum(leads) AS leads, sum(value) AS value FROM lead_total
        WHERE stage = ANY($3) GROUP BY owner_id
    ) AS kept ON kept.owner_id = staff.id
    WHERE staff.active AND staff.rep_id IS NOT NULL ORDER BY value DESC, staff.name LIMIT 50"""
_PULSE: Final = """
    SELECT
        (SELECT count(*) FROM capture_submission WHERE received_at >= $1) AS captured_today,
        (SELECT count(*) FROM capture_submission
            WHERE received_at >= $2::timestamptz - interval '7 days') AS captured_week,
        (SELECT coalesce(sum(leads), 0)::bigint FROM lead_total WHERE owner_id = '' AND stage = ANY($3)) AS unassigned,
        (SELECT count(*) FROM outbox WHERE published_at IS NULL) AS unsent,
        (SELECT count(*) FROM outbox WHERE published_at IS NULL AND attempts > 0) AS failing,
        (SELECT count(*) FROM capture_submission WHERE outcome = 'held') AS held"""


async def read_forecast(_viewer: Viewer, today: Today) -> tuple[Month, ...]:
    """Return this month and the next five: open deals by closing date, and what was won already."""
    cent = Decimal("0.01")
    rows = await connection().fetch(_FORECAST, today.month_begins.date())
    return tuple(
        Month(row["first"], row["value"], row["weighted"].quantize(cent), row["won"]) for row in rows
    )


async def read_funnel(_viewer: Viewer, today: Today) -> tuple[Step, ...]:
    """Return how far the leads of the last ninety days got."""
    stages = [stage.value for stage in Stage if stage is not Stage.CLOSED_LOST]
    row = await connection().fetchrow(_FUNNEL, today.now, stages, FUNNEL_DAYS)
    names = ("came", *stages[1:])
    return tuple(Step(Stage(stage).label, row[name]) for stage, name in zip(stages, names, strict=True))


async def read_reps(_viewer: Viewer, today: Today) -> tuple[RepLine, ...]:
    """Return every rep's open pipeline, what is overdue with them, and what they won this month."""
    rows = await connection().fetch(_REPS, today.now, today.month_begins, [s.value for s in OPEN_STAGES])
    return tuple(RepLine(**dict(row)) for row in rows)


async def read_pulse(_viewer: Viewer, today: Today) -> Pulse:
    """Return what came in lately, and what waits for an admin."""
    row: Any = await connection().fetchrow(_PULSE, today.begins, today.now, [s.value for s in OPEN_STAGES])
    return Pulse(**dict(row))


async def read_rep(_viewer: Viewer, staff_id: str) -> tuple[Rep, ...]:
    """Return the active rep with that id; nobody when there is none."""
    rows = await connection().fetch(
        "SELECT id, name, email FROM staff WHERE active AND rep_id IS NOT NULL AND id = $1", staff_id
    )
    return tuple(Rep(**dict(row)) for row in rows)


async def find_reps(_viewer: Viewer, words: str, most: int) -> tuple[Rep, ...]:
    """Return the first active reps by name that have all the words in name or e-mail."""
    patterns = [containing(word) for word in words.lower().split()]
    rows = await connection().fetch(
        "SELECT id, name, email FROM staff WHERE active AND rep_id IS NOT NULL"
        " AND lower(name || ' ' || email) LIKE ALL ($1::text[]) ORDER BY lower(name), id LIMIT $2",
        patterns,
        most,
    )
    return tuple(Rep(**dict(row)) for row in rows)
