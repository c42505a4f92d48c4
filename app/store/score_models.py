"""Versions of the scoring, and the closed leads that a new one learns from."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

import msgspec

from app.core.errors import NotFound
from app.domain.scoring.engagement import DAY, HALF_LIFE_DAYS
from app.domain.scoring.features import after_silence
from app.domain.scoring.learning import Example
from app.domain.scoring.model import Model, read_model
from app.domain.scoring.versions import Version, VersionTaken
from app.store.rows import changed, to_json
from app.store.transaction import connection

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.domain.scoring.features import Features
    from app.domain.scoring.learning import Candidate
    from app.domain.scoring.rules import Rules
    from app.domain.viewer import Viewer

AGES: Final = [timedelta(hours=1), timedelta(days=7), timedelta(days=30)]
# What was known at a fixed age: at its end, a won lead has more history than a lost one, and tells the outcome.
# A snapshot is written when a score changes; `silent` is the time from the last one to the age, or to the end.
_EXAMPLES = """
    SELECT lead.stage = 'closed_won' AS won, array_agg(known.features ORDER BY age) AS ages,
        array_agg(least(lead.created_at + age, lead.closed_at) - known.at ORDER BY age) AS silent
    FROM (
        SELECT id, stage, created_at, closed_at FROM lead
        WHERE $1::text IS NOT NULL AND closed_at IS NOT NULL AND reopened_from_id IS NULL
            AND created_at >= coalesce($4::timestamptz, '-infinity')
            AND created_at < coalesce($5::timestamptz, 'infinity')
        ORDER BY created_at DESC, id DESC LIMIT $3
    ) AS lead
    CROSS JOIN unnest($2::interval[]) AS age
    CROSS JOIN LATERAL (
        SELECT at, features::text FROM score_snapshot
        WHERE lead_id = lead.id AND at <= lead.created_at + age ORDER BY at DESC LIMIT 1
    ) AS known
    WHERE lead.closed_at > lead.created_at + age OR age = $2[1]
    GROUP BY lead.id, lead.stage, lead.created_at ORDER BY lead.created_at, lead.id"""
_NEWLY_CLOSED = """
    SELECT count(*) FROM lead WHERE $1::text IS NOT NULL
        AND closed_at > coalesce((SELECT max(created_at) FROM score_model WHERE kind = 'points'), '-infinity')"""


_VERSIONS = """
    SELECT version, kind, body, score_model.active, metrics, decision, note, score_model.created_at,
        coalesce(staff.name, created_by_id) AS created_by, activated_at
    FROM score_model LEFT JOIN staff ON staff.id = created_by_id
    WHERE $1::text IS NOT NULL AND {which} ORDER BY score_model.created_at DESC, version DESC LIMIT 200"""


async def read_examples(
    viewer: Viewer, limit: int, *, since: datetime | None = None, before: datetime | None = None
) -> list[Example]:
    """Return the newest closed leads with their features at the fixed ages, oldest first; reopened ones are left out.

    `since` and `before` narrow by when the leads came.
    """
    rows = await connection().fetch(_EXAMPLES, viewer.id, AGES, limit, since, before)
    return [Example(row["won"], tuple(map(_known, row["ages"], row["silent"]))) for row in rows]


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


async def insert_rules(viewer: Viewer, version: str, body: Rules, note: str, at: datetime) -> None:
    """Keep an edited version of the rules; raises VersionTaken when somebody else was quicker."""
    done = await connection().execute(
        "INSERT INTO score_model (version, kind, body, decision, active, created_by_id, created_at, note)"
        " VALUES ($1, 'rules', $2, 'written by an admin', false, $3, $4, $5) ON CONFLICT DO NOTHING",
        version,
        to_json(body),
        viewer.id,
        at,
        note,
    )
    if not changed(done):
        raise VersionTaken


async def read_activated_at(viewer: Viewer) -> datetime | None:
    """Return when the active version became it; None for the cold start."""
    sql = "SELECT activated_at FROM score_model WHERE $1::text IS NOT NULL AND active"
    return await connection().fetchval(sql, viewer.id)


async def activate(viewer: Viewer, version: str) -> None:
    """Make one version the active one; scores given before are outdated by that alone. Raises NotFound."""
    # One at a time: of two promotions at once, the second waits, and one version is active. Batches under way go first,
    # so whatever another version scored was scored before.
    await connection().execute("SELECT 1 FROM score_model ORDER BY version FOR UPDATE")
    await connection().execute(
        "UPDATE score_model SET active = false WHERE active AND version <> $1", version
    )
    done = await connection().execute(
        "UPDATE score_model SET active = true, activated_at = clock_timestamp(), activated_by_id = $2"
        " WHERE version = $1",
        version,
        viewer.id,
    )
    if not changed(done):
        raise NotFound


async def list_models(viewer: Viewer) -> list[Version]:
    """Return every version, the newest first."""
    rows = await connection().fetch(_VERSIONS.format(which="true"), viewer.id)
    return [_to_version(row) for row in rows]


async def read_version(viewer: Viewer, version: str) -> tuple[Version, Model]:
    """Return one version and what it says; raises NotFound."""
    row = await connection().fetchrow(_VERSIONS.format(which="version = $2"), viewer.id, version)
    if row is None:
        raise NotFound
    return _to_version(row), read_model(row["version"], row["kind"], row["body"])


async def read_active(viewer: Viewer) -> tuple[Version, Model] | None:
    """Return the active version, None before the first score was given."""
    row = await connection().fetchrow(_VERSIONS.format(which="score_model.active"), viewer.id)
    return None if row is None else (_to_version(row), read_model(row["version"], row["kind"], row["body"]))


def _known(features: str, silent: timedelta) -> Features:
    known = msgspec.json.decode(features, type=dict[str, str | float | None])
    return after_silence(known, max(silent / DAY, 0.0), HALF_LIFE_DAYS)


def _to_version(row: Mapping[str, Any]) -> Version:
    return Version(
        version=row["version"],
        kind=row["kind"],
        active=row["active"],
        metrics=msgspec.json.decode(row["metrics"]),
        decision=row["decision"],
        note=row["note"],
        created_at=row["created_at"],
        created_by=row["created_by"],
        activated_at=row["activated_at"],
    )
