"""The inbox: events from other systems, kept before anything is done about them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from app.store.rows import changed
from app.store.transaction import connection

if TYPE_CHECKING:
    from datetime import datetime

    from app.domain.sso_events import Unwanted, Verdict
    from app.domain.viewer import Viewer

LIST_LIMIT: Final = 200


@dataclass(frozen=True, slots=True)
class Kept:
    """An event as it is put into the inbox; `raw` is what came over the wire."""

    source: str
    id: str
    type: str
    raw: str
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class DueEvent:
    """An event to be applied now."""

    source: str
    id: str
    type: str
    raw: str
    attempts: int
    received_at: datetime


@dataclass(frozen=True, slots=True)
class InboxLine:
    """An event as an operator reads it in a list; never with what it says, which is personal.

    `discarded_because` names who put it aside and why, `settled_at` when.
    """

    source: str
    id: str
    type: str
    status: str
    attempts: int
    last_error: str | None
    received_at: datetime
    settled_at: datetime | None = None
    discarded_by: str | None = None
    discarded_because: str | None = None

    @property
    def can_be_discarded(self) -> bool:
        """True while it is dead, or failed before and is tried again."""
        return self.status == "dead" or (self.status in {"received", "waiting"} and self.attempts > 0)


async def insert_event(_viewer: Viewer, kept: Kept, now: datetime) -> bool:
    """Keep an event; False when it was kept before."""
    verdict = kept.verdict
    return bool(
        await connection().fetchval(
            "INSERT INTO inbox"
            " (source, id, type, raw, status, next_try_at, last_error, received_at, settled_at) VALUES"
            " ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING RETURNING true",
            kept.source,
            kept.id,
            kept.type,
            kept.raw,
            verdict.status,
            verdict.next_try_at,
            verdict.reason,
            now,
            None if verdict.next_try_at else now,
        )
    )


async def claim_due(_viewer: Viewer, now: datetime) -> DueEvent | None:
    """Lock the event that has been due the longest and that nobody else holds; None when there is none."""
    row = await connection().fetchrow(
        "SELECT source, id, type, raw, attempts, received_at FROM inbox"
        " WHERE status IN ('received', 'waiting') AND next_try_at <= $1"
        " ORDER BY next_try_at LIMIT 1 FOR UPDATE SKIP LOCKED",
        now,
    )
    return None if row is None else DueEvent(**row)


async def lock_event(_viewer: Viewer, event: DueEvent) -> bool:
    """Lock an event that is still to be settled; False when another worker holds it or was faster."""
    return bool(
        await connection().fetchval(
            "SELECT true FROM inbox WHERE source = $1 AND id = $2 AND status IN ('received', 'waiting')"
            " FOR UPDATE SKIP LOCKED",
            event.source,
            event.id,
        )
    )


async def settle(
    _viewer: Viewer, event: DueEvent, verdict: Verdict, now: datetime, about: str | None = None
) -> None:
    """Write down what became of an event; nothing is kept of one `about` the account of somebody who was erased."""
    await connection().execute(
        """UPDATE inbox SET attempts = attempts + 1,
            status = CASE WHEN erased AND $3 IN ('received', 'waiting', 'dead') THEN 'ignored' ELSE $3 END,
            last_error = CASE WHEN erased THEN 'the customer was erased' ELSE $4 END,
            next_try_at = CASE WHEN erased THEN NULL ELSE $5::timestamptz END,
            settled_at = CASE WHEN erased OR $5 IS NULL THEN $6::timestamptz END,
            raw = CASE WHEN erased THEN '{}' ELSE raw END
        FROM (SELECT EXISTS (SELECT FROM customer WHERE sso_user_id = $7 AND erased_at IS NOT NULL)) found (erased)
        WHERE source = $1 AND id = $2 AND status IN ('received', 'waiting')""",
        event.source,
        event.id,
        verdict.status,
        verdict.reason,
        verdict.next_try_at,
        now,
        about,
    )


async def list_inbox(_viewer: Viewer, status: str | None) -> list[InboxLine]:
    """Return the newest events, all or those of one status."""
    rows: Any = await connection().fetch(
        "SELECT source, inbox.id, type, status, attempts, last_error, received_at, settled_at, discarded_because,"
        " coalesce(staff.name, discarded_by_id) AS discarded_by"
        " FROM inbox LEFT JOIN staff ON staff.id = discarded_by_id"
        " WHERE $1::text IS NULL OR status = $1 ORDER BY received_at DESC, inbox.id LIMIT $2",
        status,
        LIST_LIMIT,
    )
    return [InboxLine(**row) for row in rows]


async def count_by_status(_viewer: Viewer) -> dict[str, int]:
    """Return how many events there are of each status."""
    rows = await connection().fetch("SELECT status, count(*) AS number FROM inbox GROUP BY status")
    return {row["status"]: row["number"] for row in rows}


async def make_due(_viewer: Viewer, event_id: str | None, now: datetime) -> int:
    """Take dead events, or the one named, also a discarded one, up again as if just come; returns how many."""
    tag = await connection().execute(
        "UPDATE inbox SET status = 'received', attempts = 0, next_try_at = $2, settled_at = NULL,"
        " last_error = NULL, discarded_by_id = NULL, discarded_because = NULL"
        " WHERE raw <> '' AND (status = 'dead' AND $1::text IS NULL OR status IN ('dead', 'discarded') AND id = $1)",
        event_id,
        now,
    )
    return changed(tag)


async def discard(viewer: Viewer, event: Unwanted, now: datetime) -> int:
    """Put aside a dead or failing event and note who and why; returns how many there were of that id."""
    tag = await connection().execute(
        """UPDATE inbox SET status = 'discarded', discarded_by_id = $1, discarded_because = $4, next_try_at = NULL,
            settled_at = $5
        WHERE id = $2 AND ($3::text IS NULL OR source = $3)
            AND (status = 'dead' OR status IN ('received', 'waiting') AND attempts > 0)""",
        viewer.id,
        event.id,
        event.source,
        event.because,
        now,
    )
    return changed(tag)
