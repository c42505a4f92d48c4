"""Deliveries as operators look at them: events by filter, each sink's ledger, and what is paused."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from app.domain.handoff import Attempt, EventDetail, EventPage, PausedSink
from app.store import cursor
from app.store.outbox import to_line
from app.store.transaction import connection

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.domain.handoff import EventFilter
    from app.domain.viewer import Viewer

_ROWS = """
    SELECT id, type, aggregateid, created_at, attempts, next_try_at, published_at, last_error FROM outbox
    WHERE ($1 = '' OR type = $1) AND ($2 = '' OR aggregateid = $2 OR id::text = $2)
        AND ($3 = '' OR ($3 = 'sent') = (published_at IS NOT NULL))
        AND ($3 <> 'failing' OR last_error IS NOT NULL) AND ($3 <> 'queued' OR last_error IS NULL)
        AND ($3 <> 'stuck' OR (last_error IS NOT NULL AND created_at < $4))
        AND ($5::timestamptz IS NULL OR (created_at, id) < ($5, $6::uuid))
    ORDER BY created_at DESC, id DESC LIMIT $7"""
_LATEST = """
    SELECT DISTINCT ON (event_id, sink) event_id, sink, attempt, at, ok, answer, latency_ms, retry_at
    FROM delivery WHERE event_id = ANY($1) ORDER BY event_id, sink, attempt DESC"""
_LEDGER = """
    SELECT event_id, sink, attempt, at, ok, answer, latency_ms, retry_at
    FROM delivery WHERE event_id = $1 ORDER BY at DESC, attempt DESC LIMIT $2"""
_WAITING = """
    SELECT sink, count(outbox.id) FILTER (WHERE NOT coalesce((
        SELECT ok FROM delivery WHERE event_id = outbox.id AND delivery.sink = wanted.sink
        ORDER BY attempt DESC LIMIT 1), false)) AS waiting
    FROM unnest($1::text[]) wanted(sink) LEFT JOIN outbox ON published_at IS NULL GROUP BY sink"""
LEDGER_LIMIT: Final = 200


async def list_deliveries(
    _viewer: Viewer, wanted: EventFilter, *, stuck_before: datetime, limit: int, after: str | None
) -> EventPage:
    """Return a page of events, newest first, with the last attempt of each sink."""
    at, last_id = cursor.decode(after, tuple[datetime, UUID]) if after else (None, None)
    found = await connection().fetch(
        _ROWS, wanted.type, wanted.subject, wanted.state, stuck_before, at, last_id, limit + 1
    )
    rows = found[:limit]
    attempts = await connection().fetch(_LATEST, [row["id"] for row in rows])
    by_event: dict[UUID, list[Attempt]] = {}
    for row in attempts:
        by_event.setdefault(row["event_id"], []).append(_attempt(row))
    last = rows[-1] if len(found) > limit else None
    return EventPage(
        items=tuple(to_line(row, by_event.get(row["id"], [])) for row in rows),
        next_cursor=cursor.encode(last["created_at"], last["id"]) if last else None,
    )


async def find_event(_viewer: Viewer, event_id: UUID) -> EventDetail | None:
    """Return an event with its data and its ledger, newest attempt first."""
    row = await connection().fetchrow(
        "SELECT id, type, aggregateid, created_at, attempts, next_try_at, published_at, last_error, payload"
        " FROM outbox WHERE id = $1",
        event_id,
    )
    if row is None:
        return None
    ledger = await connection().fetch(_LEDGER, event_id, LEDGER_LIMIT)
    latest = await connection().fetch(_LATEST, [event_id])
    return EventDetail(
        line=to_line(row, [_attempt(each) for each in latest]),
        payload=row["payload"],
        ledger=tuple(_attempt(each) for each in ledger),
    )


async def count_waiting(_viewer: Viewer, sinks: Sequence[str]) -> dict[str, int]:
    """Return for each sink how many events it does not have yet."""
    rows = await connection().fetch(_WAITING, list(sinks))
    found = {row["sink"]: row["waiting"] for row in rows}
    return {sink: found[sink] for sink in sinks}


async def paused_sinks(_viewer: Viewer) -> list[PausedSink]:
    """Return the sinks that are paused, and why."""
    rows = await connection().fetch(
        "SELECT name, paused_at, paused_by, reason FROM sink WHERE paused_at IS NOT NULL ORDER BY name"
    )
    return [PausedSink(row["name"], row["paused_at"], row["paused_by"], row["reason"]) for row in rows]


async def pause_sink(viewer: Viewer, name: str, reason: str, at: datetime) -> None:
    """Stop handing events to a sink; they wait for it."""
    await connection().execute(
        "INSERT INTO sink (name, paused_at, paused_by, reason) VALUES ($1, $2, $3, $4)"
        " ON CONFLICT (name) DO UPDATE SET paused_at = $2, paused_by = $3, reason = $4"
        " WHERE sink.paused_at IS NULL",
        name,
        at,
        viewer.id,
        reason,
    )


async def resume_sink(_viewer: Viewer, name: str, at: datetime) -> bool:
    """Hand events to the sink again, what failed before at once; says whether it was paused."""
    return bool(
        await connection().fetchval(
            "UPDATE sink SET paused_at = NULL, paused_by = NULL, reason = '', resumed_at = $2"
            " WHERE name = $1 AND paused_at IS NOT NULL RETURNING true",
            name,
            at,
        )
    )


def _attempt(row: Any) -> Attempt:
    return Attempt(
        event_id=row["event_id"],
        sink=row["sink"],
        number=row["attempt"],
        at=row["at"],
        ok=row["ok"],
        answer=row["answer"],
        latency_ms=row["latency_ms"],
        retry_at=row["retry_at"],
    )
