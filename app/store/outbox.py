"""The outbox: events owed to other systems, and the ledger of every attempt to hand them over."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from app.domain.handoff import EventLine, OwedEvent
from app.store.transaction import connection

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from app.domain.handoff import Attempt
    from app.domain.viewer import Viewer

ASKED_AGAIN: Final = "replay"
LIST_LIMIT: Final = 200

# Never by "id greater than the last seen": a transaction that commits late would be skipped for ever.
_CLAIM = """
    SELECT outbox.id FROM outbox
    LEFT JOIN LATERAL (
        SELECT attempt, ok, at, answer FROM delivery
        WHERE event_id = outbox.id AND sink = $1 ORDER BY attempt DESC LIMIT 1
    ) last ON true
    WHERE published_at IS NULL AND outbox.id <> ALL($2) AND (last.attempt IS NULL OR (NOT last.ok AND (
        last.answer = $3
        OR last.at + make_interval(secs => ($4::float8[])[least(last.attempt, cardinality($4))]) <= $5)))
    ORDER BY outbox.created_at, outbox.id
    LIMIT 1 FOR UPDATE OF outbox SKIP LOCKED"""
# A second look, because the first one's snapshot may be older than the lock it got.
_OWED = """
    SELECT id, type, aggregateid, payload, created_at,
        coalesce((SELECT max(attempt) FROM delivery WHERE event_id = outbox.id AND sink = $2), 0) AS attempts
    FROM outbox
    WHERE id = $1 AND published_at IS NULL AND NOT coalesce((
        SELECT ok FROM delivery WHERE event_id = outbox.id AND sink = $2 ORDER BY attempt DESC LIMIT 1
    ), false)"""
_SETTLE = """
    WITH latest AS (
        SELECT DISTINCT ON (sink) sink, attempt, ok, answer FROM delivery
        WHERE event_id = $1 AND sink = ANY($2) ORDER BY sink, attempt DESC
    )
    UPDATE outbox SET
        attempts = (SELECT max(attempt) FROM latest),
        last_error = (SELECT string_agg(sink || ': ' || answer, '; ' ORDER BY sink) FROM latest WHERE NOT ok),
        published_at = CASE WHEN (SELECT count(*) FROM latest WHERE ok) = cardinality($2)
            THEN $3::timestamptz END,
        next_try_at = coalesce($4, next_try_at)
    WHERE id = $1 RETURNING published_at IS NOT NULL"""
_REPLAY = """
    WITH wanted AS (
        UPDATE outbox SET published_at = NULL, next_try_at = $2 WHERE id = ANY($1) RETURNING id
    )
    INSERT INTO delivery (event_id, sink, attempt, at, ok, answer, latency_ms)
    SELECT wanted.id, sink, coalesce(last.attempt, 0) + 1, $2, false, $4, 0
    FROM wanted CROSS JOIN unnest($3::text[]) sink
    LEFT JOIN LATERAL (
        SELECT max(attempt) AS attempt FROM delivery WHERE event_id = wanted.id AND delivery.sink = sink
    ) last ON true"""


async def claim_owed(
    _viewer: Viewer, sink: str, retry_after: Sequence[float], now: datetime, passed_over: Sequence[UUID]
) -> OwedEvent | None:
    """Lock the oldest event that is due for the sink and that nobody else holds; None when there is none."""
    # The sink may take its fifteen seconds while the row is held.
    await connection().execute("SET LOCAL idle_in_transaction_session_timeout = '30s'")
    event_id = await connection().fetchval(_CLAIM, sink, passed_over, ASKED_AGAIN, list(retry_after), now)
    row = event_id and await connection().fetchrow(_OWED, event_id, sink)
    if not row:
        return None
    return OwedEvent(
        row["id"], row["type"], row["aggregateid"], row["payload"], row["created_at"], row["attempts"]
    )


async def record_attempt(
    _viewer: Viewer, attempt: Attempt, sinks: Sequence[str], next_try_at: datetime | None
) -> bool:
    """Write the attempt into the ledger; returns True when now every sink has the event."""
    await connection().execute(
        "INSERT INTO delivery (event_id, sink, attempt, at, ok, answer, latency_ms)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7)",
        attempt.event_id,
        attempt.sink,
        attempt.number,
        attempt.at,
        attempt.ok,
        attempt.answer,
        attempt.latency_ms,
    )
    return bool(await connection().fetchval(_SETTLE, attempt.event_id, list(sinks), attempt.at, next_try_at))


async def was_handed_over(_viewer: Viewer, lead_id: UUID) -> bool:
    """Say whether the lead's timeline tells of the handoff already."""
    return bool(
        await connection().fetchval(
            "SELECT true FROM activity WHERE lead_id = $1 AND kind = 'sale_handed_over' LIMIT 1", lead_id
        )
    )


async def find_events(
    _viewer: Viewer, *, since: datetime | None, event_id: UUID | None, unsent: bool, limit: int = LIST_LIMIT
) -> list[EventLine]:
    """Return events, newest first: one, or those made since then, or only those not sent yet."""
    rows = await connection().fetch(
        "SELECT id, type, aggregateid, created_at, attempts, next_try_at, published_at, last_error"
        " FROM outbox WHERE ($1::timestamptz IS NULL OR created_at >= $1) AND ($2::uuid IS NULL OR id = $2)"
        " AND (NOT $3 OR published_at IS NULL) ORDER BY created_at DESC, id DESC LIMIT $4",
        since,
        event_id,
        unsent,
        limit,
    )
    return [_line(row) for row in rows]


async def ask_again(_viewer: Viewer, event_ids: Sequence[UUID], sinks: Sequence[str], now: datetime) -> None:
    """Make these events due for the sinks, whatever became of them before; the ledger shows it."""
    await connection().execute(_REPLAY, list(event_ids), now, list(sinks), ASKED_AGAIN)


def _line(row: Any) -> EventLine:
    return EventLine(
        id=row["id"],
        type=row["type"],
        aggregate_id=row["aggregateid"],
        created_at=row["created_at"],
        attempts=row["attempts"],
        next_try_at=row["next_try_at"],
        published_at=row["published_at"],
        last_error=row["last_error"],
    )
