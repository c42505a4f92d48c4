"""The daily and weekly e-mails: who is owed one, the attempts at it, and what became of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from app.core.ids import uuid7
from app.domain.digest import DigestLine, Kind, OwedDigest, OwnDigest
from app.domain.identity import ADMIN
from app.domain.viewer import Role, Viewer
from app.store.transaction import connection

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from app.domain.digest import LocalDay

SHOWN: Final = 7
LONGEST_ERROR: Final = 300

_KIND: Final = f"""CASE WHEN '{ADMIN}' = ANY(staff.roles) THEN '{Kind.WEEKLY}'
    WHEN staff.rep_id IS NOT NULL THEN '{Kind.DAILY}' END"""
_WANTS: Final = f"staff.active AND ({_KIND}) IS NOT NULL AND staff.wants_digest AND staff.email <> ''"
_OWE: Final = f"""
    INSERT INTO digest (id, staff_id, kind, day, zone, next_try_at, ends_at, created_at)
    SELECT gen_random_uuid(), staff.id, today.kind, today.day, today.zone, $5, today.ends_at, $5
    FROM unnest($1::text[], $2::text[], $3::date[], $4::timestamptz[]) AS today(kind, zone, day, ends_at)
    JOIN staff ON staff.zone = today.zone AND today.kind = ({_KIND})
    WHERE {_WANTS} AND NOT EXISTS (SELECT FROM digest WHERE staff_id = staff.id AND day = today.day)
    ON CONFLICT (staff_id, day) DO NOTHING"""
# One that is under way counts as tried; whoever dies over it leaves it to the next once its lease is over.
_CLAIM: Final = f"""
    WITH next AS MATERIALIZED (
        SELECT id FROM digest WHERE state = 'owed' AND next_try_at <= $1
        ORDER BY next_try_at, id LIMIT 1 FOR UPDATE SKIP LOCKED
    )
    UPDATE digest SET attempts = attempts + 1, next_try_at = $2, off_hashes = array_append(off_hashes, $3::bytea)
    FROM next, staff WHERE digest.id = next.id AND staff.id = digest.staff_id
    RETURNING digest.id, digest.kind, digest.day, digest.attempts, digest.edition, digest.zone,
        staff.id AS staff_id, staff.name, staff.email, staff.rep_id,
        {_WANTS} AND digest.kind = ({_KIND}) AS wanted"""
# Who is told only after the day ended that it was sent, was sent it.
_SETTLE: Final = """
    UPDATE digest SET state = $3, last_error = $4, settled_at = $5
    WHERE id = $1 AND attempts = $2 AND state IN ('owed', 'failed')"""
_ASK: Final = """
    INSERT INTO digest (id, staff_id, kind, day, zone, ends_at, next_try_at, created_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $7)
    ON CONFLICT (staff_id, day) DO UPDATE SET state = 'owed', kind = $3, ends_at = $6, settled_at = NULL,
        last_error = NULL, edition = digest.edition + 1, next_try_at = $7
    WHERE digest.state <> 'owed'"""


async def read_zones(_viewer: Viewer) -> list[str]:
    """Return the time zones of those who want one."""
    sql = f"SELECT DISTINCT zone FROM staff WHERE {_WANTS} AND zone IS NOT NULL"
    return [row["zone"] for row in await connection().fetch(sql)]


async def owe(_viewer: Viewer, days: Sequence[LocalDay], now: datetime) -> None:
    """Owe a digest to all who want one of its kind and have one of these days; who is owed one stays so."""
    columns = [[getattr(day, name) for day in days] for name in ("kind", "zone", "day", "ends_at")]
    await connection().execute(_OWE, *columns, now)


async def give_up(_viewer: Viewer, now: datetime) -> None:
    """End what could not be sent while it was of use."""
    await connection().execute(
        "UPDATE digest SET state = 'failed', settled_at = $1,"
        " last_error = coalesce(last_error, 'Nobody came to it in time')"
        " WHERE state = 'owed' AND ends_at <= $1",
        now,
    )


async def claim(_viewer: Viewer, now: datetime, until: datetime, off_hash: bytes) -> OwedDigest | None:
    """Take the digest that has waited longest, and nobody else before `until`; None when none is due."""
    row = await connection().fetchrow(_CLAIM, now, until, off_hash)
    if row is None:
        return None
    kind = Kind(row["kind"])
    role = Role.ADMIN if kind is Kind.WEEKLY else Role.REP
    viewer = Viewer(row["staff_id"], role, row["name"], row["email"], row["rep_id"])
    return OwedDigest(
        row["id"], kind, row["day"], row["attempts"], row["edition"], viewer, row["zone"], row["wanted"]
    )


async def settle(
    _viewer: Viewer, owed: OwedDigest, state: str, now: datetime, error: str | None = None
) -> None:
    """Note how it ended, unless somebody else has taken it over."""
    await connection().execute(_SETTLE, owed.id, owed.attempt, state, _short(error), now)


async def put_off(_viewer: Viewer, owed: OwedDigest, until: datetime, error: str) -> None:
    """Note why the attempt failed, and when the next one comes."""
    await connection().execute(
        "UPDATE digest SET next_try_at = $3, last_error = $4 WHERE id = $1 AND attempts = $2 AND state = 'owed'",
        owed.id,
        owed.attempt,
        until,
        _short(error),
    )


async def ask(_viewer: Viewer, staff_id: str, day: LocalDay, now: datetime) -> None:
    """Owe somebody the digest of this day or week, once more where it was sent already."""
    await connection().execute(_ASK, uuid7(), staff_id, day.kind, day.day, day.zone, day.ends_at, now)


async def set_wanted(_viewer: Viewer, staff_id: str, now: datetime, *, wanted: bool) -> None:
    """Note whether somebody wants it."""
    await connection().execute(
        "UPDATE staff SET wants_digest = $2, updated_at = $3 WHERE id = $1", staff_id, wanted, now
    )


async def switch_off(_viewer: Viewer, digest_id: UUID, off_hash: bytes, now: datetime) -> str | None:
    """Send no more to whom this digest went, if the hash is of one of its mails; says to whom."""
    return await connection().fetchval(
        "UPDATE staff SET wants_digest = false, updated_at = $3 FROM digest"
        " WHERE digest.id = $1 AND $2::bytea = ANY(off_hashes) AND staff.id = staff_id RETURNING staff.id",
        digest_id,
        off_hash,
        now,
    )


async def read_own(viewer: Viewer) -> OwnDigest:
    """Return whether the viewer gets one, and what became of the last ones."""
    person = await connection().fetchrow(
        "SELECT wants_digest, zone, email FROM staff WHERE id = $1", viewer.id
    )
    rows = await connection().fetch(
        "SELECT day, state, attempts, next_try_at, last_error, settled_at FROM digest"
        " WHERE staff_id = $1 ORDER BY day DESC LIMIT $2",
        viewer.id,
        SHOWN,
    )
    lines = tuple(DigestLine(**dict(row)) for row in rows)
    return OwnDigest(person["wants_digest"], person["zone"], person["email"], lines)


def _short(error: str | None) -> str | None:
    return error and error[:LONGEST_ERROR]
