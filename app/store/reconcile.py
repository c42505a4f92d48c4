"""Walks through the SSO's user list: how far each is, and which accounts differ from ours."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from uuid import UUID

from app.store.transaction import connection

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from app.domain.sso_events import UserNews
    from app.domain.viewer import Viewer

RECENT: Final = 10

_DRIFTED = """
    SELECT wanted.id FROM unnest($1::text[], $2::text[], $3::text[], $4::boolean[]) AS wanted (id, email, norm, active)
    LEFT JOIN staff ON staff.id = wanted.id
    LEFT JOIN customer ON customer.sso_user_id = wanted.id AND customer.erased_at IS NULL
    WHERE staff.email <> wanted.email OR staff.active <> wanted.active
        OR (customer.email IS DISTINCT FROM wanted.email AND customer.id IS NOT NULL AND wanted.email IS NOT NULL
            AND customer.email_conflict IS DISTINCT FROM wanted.email)
        OR (customer.id IS NULL AND NOT EXISTS (SELECT FROM customer linked WHERE linked.sso_user_id = wanted.id)
            AND EXISTS (SELECT FROM customer found
                JOIN customer person ON person.id = coalesce(found.merged_into_id, found.id)
                WHERE person.sso_user_id IS NULL AND found.email_norm = wanted.norm))"""


@dataclass(frozen=True, slots=True)
class Run:
    """A walk that this worker goes on with."""

    id: UUID
    cursor: str | None
    attempts: int


@dataclass(frozen=True, slots=True)
class RunLine:
    """A walk as an admin reads it."""

    state: str
    seen: int
    drifted: int
    last_error: str | None
    started_at: datetime
    finished_at: datetime | None


async def insert_run(viewer: Viewer, run_id: UUID, now: datetime) -> bool:
    """Owe a walk; False while one is under way."""
    return bool(
        await connection().fetchval(
            "INSERT INTO reconcile_run (id, asked_by_id, state, next_try_at, started_at)"
            " VALUES ($1, $2, 'running', $3, $3) ON CONFLICT DO NOTHING RETURNING true",
            run_id,
            viewer.id,
            now,
        )
    )


async def claim_run(_viewer: Viewer, now: datetime, until: datetime) -> Run | None:
    """Take the walk that is due, for nobody else before `until`; None when none is."""
    row = await connection().fetchrow(
        "UPDATE reconcile_run SET next_try_at = $2 WHERE id = (SELECT id FROM reconcile_run"
        " WHERE state = 'running' AND next_try_at <= $1 FOR UPDATE SKIP LOCKED)"
        " RETURNING id, cursor, attempts",
        now,
        until,
    )
    return None if row is None else Run(**row)


async def find_drifted(_viewer: Viewer, news: Sequence[UserNews]) -> set[str]:
    """Return which of these accounts are not here as the SSO has them."""
    rows = await connection().fetch(
        _DRIFTED,
        [each.user_id for each in news],
        [each.email and each.email.written for each in news],
        [each.email and each.email.norm for each in news],
        [each.active for each in news],
    )
    return {row["id"] for row in rows}


async def advance_run(run: Run, cursor: str | None, counts: tuple[int, int], now: datetime) -> None:
    """Write down a page: how many were seen and had drifted, and where the next begins (None: the end)."""
    await connection().execute(
        "UPDATE reconcile_run SET cursor = $2, seen = seen + $3, drifted = drifted + $4, attempts = 0,"
        " last_error = NULL, next_try_at = $5::timestamptz,"
        " state = CASE WHEN $2::text IS NULL THEN 'done' ELSE 'running' END,"
        " finished_at = CASE WHEN $2::text IS NULL THEN $5::timestamptz END WHERE id = $1",
        run.id,
        cursor,
        *counts,
        now,
    )


async def bear_failure(run: Run, reason: str, next_try_at: datetime | None, now: datetime) -> None:
    """Write down that a page could not be read; without a next try the walk has failed."""
    await connection().execute(
        "UPDATE reconcile_run SET attempts = attempts + 1, last_error = $2, next_try_at = coalesce($3, next_try_at),"
        " state = CASE WHEN $3::timestamptz IS NULL THEN 'failed' ELSE state END,"
        " finished_at = CASE WHEN $3::timestamptz IS NULL THEN $4::timestamptz END WHERE id = $1",
        run.id,
        reason,
        next_try_at,
        now,
    )


async def recent_runs(_viewer: Viewer) -> list[RunLine]:
    """Return the newest walks."""
    rows = await connection().fetch(
        "SELECT state, seen, drifted, last_error, started_at, finished_at FROM reconcile_run"
        f" ORDER BY started_at DESC LIMIT {RECENT}"
    )
    return [RunLine(**row) for row in rows]
