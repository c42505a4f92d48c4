"""The log of submissions: kept whatever became of them, found again, decided on when held."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

import msgspec

from app.core.errors import NotFound, Problem
from app.core.ids import uuid7
from app.domain.capture_log import AlreadyDecided, Capture, CapturePage, Held
from app.store import cursor as cursors
from app.store.rows import optional_json, to_json
from app.store.transaction import connection
from app.store.where import Where, containing

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from app.domain.capture_log import CaptureFilter
    from app.domain.viewer import Viewer
    from app.store.capture import Received

_COLUMNS = """capture_submission.id, received_at, client, idempotency_key, outcome, problems, raw, lead_id,
    customer_id, coalesce(staff.name, decided_by_id) AS decided_by, decided_at"""
_FROM = "FROM capture_submission LEFT JOIN staff ON staff.id = decided_by_id"
_KEEP = """
    INSERT INTO capture_submission (id, client, idempotency_key, body_hash, raw, outcome, problems, answered_lead_id,
        answered_customer_id, received_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"""
# An id that was promised is used where nobody has it: meanwhile the person may have come by another way.
_LOCK_HELD = """
    SELECT id, client, raw, outcome, received_at,
        CASE WHEN NOT EXISTS (SELECT FROM lead WHERE lead.id = answered_lead_id) THEN answered_lead_id END AS lead_id,
        CASE WHEN NOT EXISTS (SELECT FROM customer WHERE customer.id = answered_customer_id)
            THEN answered_customer_id END AS customer_id
    FROM capture_submission WHERE $1::text IS NOT NULL AND id = $2 FOR NO KEY UPDATE"""
_SETTLE = """
    UPDATE capture_submission
    SET outcome = $3, lead_id = $4, customer_id = $5, decided_by_id = $6, decided_at = $7
    WHERE $1::text IS NOT NULL AND id = $2"""


async def keep_held(
    viewer: Viewer,
    received: Received,
    suspicions: Sequence[Problem],
    answered: tuple[UUID, UUID],
    at: datetime,
) -> None:
    """Keep a suspicious submission with the ids of lead and customer that it was answered with."""
    del viewer
    await connection().execute(
        _KEEP, *_sent(received), received.body.decode(), "held", _problems(suspicions), *answered, at
    )


async def keep_refused(
    _viewer: Viewer, received: Received, text: str, problems: Sequence[Problem], at: datetime
) -> None:
    """Keep a refused submission as the text it was: it need not have been JSON at all."""
    await connection().execute(
        _KEEP, *_sent(received), to_json(text), "refused", _problems(problems), None, None, at
    )


def _sent(received: Received) -> tuple[Any, ...]:
    return uuid7(), received.client, received.key.value if received.key else None, received.body_hash


def _problems(problems: Sequence[Problem]) -> str:
    return msgspec.json.encode(problems).decode()


async def list_captures(
    viewer: Viewer, narrowed: CaptureFilter, *, limit: int, cursor: str | None
) -> CapturePage:
    """Return a page of the log, newest first."""
    where = Where(viewer, "$1::text IS NOT NULL")
    for column, value in (("outcome", narrowed.outcome), ("client", narrowed.client)):
        if value:
            where.add(f"{column} = {where.bind(value)}")
    if narrowed.q:
        pattern = where.bind(containing(narrowed.q))
        where.add(f"(raw->>'email' ILIKE {pattern} OR raw->>'name' ILIKE {pattern})")
    if cursor:
        at, last = cursors.decode(cursor, tuple[datetime, UUID])
        where.add(f"(received_at, capture_submission.id) < ({where.bind(at)}, {where.bind(last)})")
    rows = await connection().fetch(
        f"SELECT {_COLUMNS} {_FROM} WHERE {where}"
        f" ORDER BY received_at DESC, capture_submission.id DESC LIMIT {limit + 1}",
        *where.args,
    )
    items = tuple(_to_capture(row) for row in rows[:limit])
    more = len(rows) > limit
    return CapturePage(items, cursors.encode(items[-1].received_at, items[-1].id) if more else None)


async def read_capture(viewer: Viewer, capture_id: UUID) -> Capture:
    """Return one submission; raises NotFound."""
    row = await connection().fetchrow(
        f"SELECT {_COLUMNS} {_FROM} WHERE $1::text IS NOT NULL AND capture_submission.id = $2",
        viewer.id,
        capture_id,
    )
    if row is None:
        raise NotFound
    return _to_capture(row)


async def count_held(viewer: Viewer) -> int:
    """Return how many submissions wait for a decision."""
    sql = "SELECT count(*) FROM capture_submission WHERE $1::text IS NOT NULL AND outcome = 'held'"
    return int(await connection().fetchval(sql, viewer.id) or 0)


async def clients_seen(viewer: Viewer) -> list[str]:
    """Return every client that ever sent something, found by jumping from one to the next in the index."""
    rows = await connection().fetch(
        """
        WITH RECURSIVE seen AS (
            (SELECT client FROM capture_submission WHERE $1::text IS NOT NULL ORDER BY client LIMIT 1)
            UNION ALL
            SELECT (SELECT next.client FROM capture_submission next WHERE next.client > seen.client
                ORDER BY next.client LIMIT 1)
            FROM seen WHERE seen.client IS NOT NULL
        )
        SELECT client FROM seen WHERE client IS NOT NULL""",
        viewer.id,
    )
    return [row["client"] for row in rows]


async def lock_held(viewer: Viewer, capture_id: UUID) -> Held:
    """Lock a held submission; raises NotFound, or AlreadyDecided when it no longer waits."""
    row = await connection().fetchrow(_LOCK_HELD, viewer.id, capture_id)
    if row is None:
        raise NotFound
    if row["outcome"] != "held" or row["raw"] is None:
        raise AlreadyDecided
    return Held(
        row["id"],
        row["client"],
        row["raw"],
        row["lead_id"],
        row["customer_id"],
        row["received_at"],
    )


async def settle(
    viewer: Viewer,
    held: Held,
    outcome: str,
    became: tuple[UUID, UUID] | None,
    decided: tuple[str, datetime],
) -> None:
    """Write what was decided on a held submission: the lead and customer it became, by whom and when."""
    await connection().execute(_SETTLE, viewer.id, held.id, outcome, *(became or (None, None)), *decided)


def _to_capture(row: Mapping[str, Any]) -> Capture:
    return Capture(
        id=row["id"],
        received_at=row["received_at"],
        client=row["client"],
        key=row["idempotency_key"],
        outcome=row["outcome"],
        problems=msgspec.json.decode(row["problems"], type=tuple[Problem, ...]),
        raw=optional_json(row["raw"]),
        lead_id=row["lead_id"],
        customer_id=row["customer_id"],
        decided_by=row["decided_by"],
        decided_at=row["decided_at"],
    )
