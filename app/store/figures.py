"""What waits, what is stuck and since when, counted in one round trip."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.domain.figures import Owed
from app.store.transaction import connection

if TYPE_CHECKING:
    from datetime import datetime

    from app.domain.viewer import Viewer

_OWED = """
    WITH events AS (
        SELECT count(*) AS unsent, min(created_at) AS oldest,
            count(*) FILTER (WHERE last_error IS NOT NULL) AS failing,
            count(*) FILTER (WHERE last_error IS NOT NULL AND created_at < $2) AS stuck
        FROM outbox WHERE published_at IS NULL
    ), arrivals AS (
        SELECT count(*) AS waiting, min(received_at) AS oldest FROM inbox WHERE status IN ('received', 'waiting')
    ), scores AS (SELECT count(*) AS due, min(score_due_at) AS oldest FROM lead
        WHERE closed_at IS NULL AND score_due_at <= $1)
    SELECT events.unsent, events.failing, events.stuck, arrivals.waiting, scores.due,
        coalesce(extract(epoch FROM $1 - events.oldest), 0)::float8 AS unsent_age,
        coalesce(extract(epoch FROM $1 - arrivals.oldest), 0)::float8 AS waiting_age,
        coalesce(extract(epoch FROM $1 - scores.oldest), 0)::float8 AS due_age,
        (SELECT count(*) FROM inbox WHERE status = 'dead') AS dead,
        (SELECT count(*) FROM digest WHERE state = 'owed' AND last_error IS NOT NULL) AS digests,
        (SELECT coalesce(sum(leads), 0)::bigint FROM lead_total WHERE stage = 'closed_won') AS sales
    FROM events, arrivals, scores"""


async def count_owed(_viewer: Viewer, now: datetime, stuck_before: datetime) -> Owed:
    """Return what the tables say is owed."""
    row = await connection().fetchrow(_OWED, now, stuck_before)
    return Owed(
        unsent=row["unsent"],
        failing=row["failing"],
        stuck=row["stuck"],
        unsent_age=row["unsent_age"],
        waiting=row["waiting"],
        waiting_age=row["waiting_age"],
        dead=row["dead"],
        scores_due=row["due"],
        scores_age=row["due_age"],
        sales=row["sales"],
        digests_failing=row["digests"],
    )
