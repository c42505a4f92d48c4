"""The outbox: events owed to other systems, and the ledger of every attempt to hand them over."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from app.domain.handoff import EventLine, NewEvent, OwedEvent
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
# The lock is on the event for this one sink: another sink that takes its time must not hold it up.
_CLAIM = """
    WITH due AS MATERIALIZED (
        SELECT outbox.id FROM outbox
        LEFT JOIN LATERAL (
            SELECT ok, at, retry_at FROM delivery
            WHERE event_id = outbox.id AND sink = $1 ORDER BY attempt DESC LIMIT 1
        ) last ON true
        LEFT JOIN sink ON name = $1
        WHERE published_at IS NULL AND outbox.id <> ALL($2) AND paused_at IS NULL
            AND (last.ok IS NULL OR (NOT last.ok
                AND (coalesce(last.retry_at, last.at) <= $3 OR last.at < resumed_at)))
        ORDER BY outbox.created_at, outbox.id LIMIT 50
    )
    SELECT id FROM due WHERE pg_try_advisory_xact_lock(hashtextextended($1 || id::text, 0)) LIMIT 1"""
# A second look, because the first one's snapshot may be older than the lock it got.
_OWED = """
    WITH tried AS (SELECT attempt, ok, answer FROM delivery WHERE event_id = $1 AND sink = $2)
    SELECT id, type, aggregateid, payload, created_at,
        coalesce((SELECT max(attempt) FROM tried), 0) AS attempts,
        (SELECT count(*) FROM tried WHERE attempt >
            coalesce((SELECT max(attempt) FROM tried WHERE ok OR starts_with(answer, $3)), 0)) AS failures
    FROM outbox
    WHERE id = $1 AND published_at IS NULL
        AND NOT coalesce((SELECT ok FROM tried ORDER BY attempt DESC LIMIT 1), false)"""
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
_SETTLE_ALL = """
    UPDATE outbox SET published_at = $2 WHERE published_at IS NULL AND NOT EXISTS (
        SELECT FROM unnest($1::text[]) wanted WHERE NOT coalesce((
            SELECT ok FROM delivery WHERE event_id = outbox.id AND sink = wanted ORDER BY attempt DESC LIMIT 1
        ), false))"""
_NUMBER = """
    UPDATE outbox SET position = numbered.position FROM (
        SELECT id, (SELECT coalesce(max(position), 0) FROM outbox)
            + row_number() OVER (ORDER BY created_at, id) AS position
        FROM (SELECT id, created_at FROM outbox WHERE position IS NULL ORDER BY created_at, id LIMIT 1000) unnumbered
    ) numbered WHERE outbox.id = numbered.id"""
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


_HAS = """
    SELECT outbox.id FROM outbox CROSS JOIN LATERAL (
        SELECT ok FROM delivery WHERE event_id = outbox.id AND sink = $1 ORDER BY attempt DESC LIMIT 1
    ) last
    WHERE created_at >= $2 AND last.ok ORDER BY created_at, id"""


async def claim_owed(
    _viewer: Viewer, sink: str, now: datetime, passed_over: Sequence[UUID]
) -> OwedEvent | None:
    """Lock the oldest event that is due for the sink and that nobody else holds; None when there is none."""
    # The sink may take its fifteen seconds while the transaction is open.
    await connection().execute("SET LOCAL idle_in_transaction_session_timeout = '30s'")
    event_id = await connection().fetchval(_CLAIM, sink, passed_over, now)
    row = event_id and await connection().fetchrow(_OWED, event_id, sink, ASKED_AGAIN)
    if not row:
        return None
    return _to_event(row)


async def is_alone(_viewer: Viewer, sink: str) -> bool:
    """Take the sink for this transaction; False when another one has it."""
    sql = "SELECT pg_try_advisory_xact_lock(hashtextextended('sink.' || $1, 0))"
    return bool(await connection().fetchval(sql, sink))


async def record_attempt(_viewer: Viewer, attempt: Attempt, sinks: Sequence[str]) -> bool:
    """Write the attempt into the ledger; returns True when now every sink has the event."""
    await connection().execute(
        "INSERT INTO delivery (event_id, sink, attempt, at, ok, answer, latency_ms, retry_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        attempt.event_id,
        attempt.sink,
        attempt.number,
        attempt.at,
        attempt.ok,
        attempt.answer,
        attempt.latency_ms,
        attempt.retry_at,
    )
    # Two sinks may end at once: the second must look after the first is written.
    await connection().execute("SELECT 1 FROM outbox WHERE id = $1 FOR NO KEY UPDATE", attempt.event_id)
    return bool(
        await connection().fetchval(_SETTLE, attempt.event_id, list(sinks), attempt.at, attempt.retry_at)
    )


async def settle_all(_viewer: Viewer, sinks: Sequence[str], now: datetime) -> None:
    """Count as sent what each of these sinks has: one may have been taken out of the settings."""
    await connection().execute(_SETTLE_ALL, list(sinks), now)


async def insert_event(_viewer: Viewer, event: NewEvent, now: datetime) -> None:
    """Write an event that stands for no sale."""
    await connection().execute(
        "INSERT INTO outbox (id, aggregatetype, aggregateid, type, payload, dedupe, created_at, next_try_at)"
        " VALUES ($1, 'test', $2, $3, $4, $5, $6, $6)",
        event.id,
        event.aggregate_id,
        event.type,
        event.payload,
        f"{event.type}:{event.id}",
        now,
    )


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
    return [to_line(row) for row in rows]


async def number_events(_viewer: Viewer) -> None:
    """Give every event that has none its position: one transaction at a time, and only what is committed.

    An order by time or id would hide an event that is committed late from whoever has read past it.
    """
    if await connection().fetchval("SELECT true FROM outbox WHERE position IS NULL LIMIT 1"):
        await connection().execute("SELECT pg_advisory_xact_lock(hashtextextended('outbox.position', 0))")
        await connection().execute(_NUMBER)


async def position_of(_viewer: Viewer, event_id: UUID) -> int | None:
    """Return the place of an event in the order of all, None when there is no such event."""
    return await connection().fetchval("SELECT position FROM outbox WHERE id = $1", event_id)


async def events_after(_viewer: Viewer, position: int, event_type: str, limit: int) -> list[OwedEvent]:
    """Return the events behind a position, in their order."""
    rows = await connection().fetch(
        "SELECT id, type, aggregateid, payload, created_at, 0 AS attempts, 0 AS failures FROM outbox"
        " WHERE position > $1 AND ($2 = '' OR type = $2) ORDER BY position LIMIT $3",
        position,
        event_type,
        limit,
    )
    return [_to_event(row) for row in rows]


async def handed_over(_viewer: Viewer, sink: str, since: datetime) -> list[UUID]:
    """Return the events made since then that the sink took, oldest first."""
    return [row["id"] for row in await connection().fetch(_HAS, sink, since)]


async def ask_again(
    _viewer: Viewer, event_ids: Sequence[UUID], sinks: Sequence[str], now: datetime, why: str
) -> None:
    """Make these events due for the sinks, whatever became of them before; the ledger says why."""
    # Somebody else may be asking for the same events: the numbers of attempts are read behind the lock.
    await connection().execute(
        "SELECT FROM outbox WHERE id = ANY($1) ORDER BY id FOR UPDATE", list(event_ids)
    )
    await connection().execute(_REPLAY, list(event_ids), now, list(sinks), f"{ASKED_AGAIN} {why}")


def to_line(row: Any, latest: Sequence[Attempt] = ()) -> EventLine:
    """Return a row of the outbox, with the last attempt of each sink where they were asked for."""
    return EventLine(
        id=row["id"],
        type=row["type"],
        aggregate_id=row["aggregateid"],
        created_at=row["created_at"],
        attempts=row["attempts"],
        next_try_at=row["next_try_at"],
        published_at=row["published_at"],
        last_error=row["last_error"],
        latest=tuple(latest),
    )


def _to_event(row: Any) -> OwedEvent:
    return OwedEvent(
        id=row["id"],
        type=row["type"],
        aggregate_id=row["aggregateid"],
        payload=row["payload"],
        created_at=row["created_at"],
        attempts=row["attempts"],
        failures=row["failures"],
    )
