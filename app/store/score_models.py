"""Versions of the scoring, and the closed leads that a new one learns from."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

import msgspec

from app.domain.scoring.learning import Example
from app.store.rows import to_json
from app.store.transaction import connection

if TYPE_CHECKING:
    from datetime import datetime

    from app.domain.scoring.learning import Candidate
    from app.domain.viewer import Viewer

AGES: Final = [timedelta(hours=1), timedelta(days=7), timedelta(days=30)]
# What was known at a fixed age: at its end, a won lead has more history than a lost one, and tells the outcome.
_EXAMPLES = """
    SELECT lead.stage = 'closed_won' AS won, array_agg(known.features ORDER BY age) AS ages
    FROM lead
    CROSS JOIN unnest($2::interval[]) AS age
    CROSS JOIN LATERAL (
        SELECT features::text FROM score_snapshot
        WHERE lead_id = lead.id AND at <= lead.created_at + age ORDER BY at DESC LIMIT 1
    ) AS known
    WHERE $1::text IS NOT NULL AND lead.closed_at IS NOT NULL AND lead.reopened_from_id IS NULL
        AND (lead.closed_at > lead.created_at + age OR age = $2[1])
    GROUP BY lead.id ORDER BY lead.created_at, lead.id"""
_NEWLY_CLOSED = """
    SELECT count(*) FROM lead WHERE $1::text IS NOT NULL
        AND closed_at > coalesce((SELECT max(created_at) FROM score_model WHERE kind = 'points'), '-infinity')"""


async def read_examples(viewer: Viewer) -> list[Example]:
    """Return the closed leads with their features at the fixed ages, oldest first; reopened ones are left out."""
    rows = await connection().fetch(_EXAMPLES, viewer.id, AGES)
    kind = dict[str, str | float | None]
    return [
        Example(row["won"], tuple(msgspec.json.decode(features, type=kind) for features in row["ages"]))
        for row in rows
    ]


async def count_newly_closed(viewer: Viewer) -> int:
    """Return how many leads closed since a model was last learned."""
    return int(await connection().fetchval(_NEWLY_CLOSED, viewer.id) or 0)


async def insert_candidate(viewer: Viewer, version: str, candidate: Candidate, at: datetime) -> None:
    """Keep a learned version with its measures and the verdict, promoted or not."""
    metrics = {"candidate": candidate.metrics.rounded(), "incumbent": candidate.incumbent.rounded()}
    await connection().execute(
        "INSERT INTO score_model (version, kind, body, metrics, decision, active, created_by_id, created_at)"
        " VALUES ($1, 'points', $2, $3, $4, false, $5, $6)",
        version,
        to_json(candidate.body),
        to_json(metrics),
        candidate.decision.reason,
        viewer.id,
        at,
    )


async def activate(_viewer: Viewer, version: str, at: datetime) -> None:
    """Make one version the active one; every open lead is owed a score by it."""
    await connection().execute(
        "UPDATE score_model SET active = false WHERE active AND version <> $1", version
    )
    await connection().execute("UPDATE score_model SET active = true WHERE version = $1", version)
    await connection().execute("UPDATE lead SET score_due_at = $1 WHERE closed_at IS NULL", at)
