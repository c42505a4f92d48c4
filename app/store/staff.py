"""The staff directory, kept from what tokens and the SSO's events say."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from app.core.clock import now
from app.store.transaction import connection

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.domain.viewer import Viewer

_KEEP = """
    INSERT INTO staff AS s (id, rep_id, name, email, roles, accepts_leads, last_login_at,
        created_at, updated_at, zone)
    VALUES ($1, $2::text, coalesce(nullif($3, ''), nullif($4, ''), $1), $4, $5, $2::text IS NOT NULL,
        CASE WHEN $6::boolean THEN $7::timestamptz END, $7, $7, $8)
    ON CONFLICT (id) DO UPDATE SET
        rep_id = excluded.rep_id,
        name = CASE WHEN $3 = '' THEN s.name ELSE $3 END,
        email = CASE WHEN $4 = '' OR s.email_version > 0 OR s.email_synced_at IS NOT NULL THEN s.email ELSE $4 END,
        roles = excluded.roles,
        active = s.active OR $6,
        last_login_at = coalesce(excluded.last_login_at, s.last_login_at),
        zone = coalesce(excluded.zone, s.zone),
        updated_at = $7
    RETURNING name, email, active"""


@dataclass(frozen=True, slots=True)
class StaffMember:
    """Somebody of the staff as the directory knows them."""

    viewer: Viewer
    active: bool


async def insert_or_update_staff(
    person: Viewer, roles: Sequence[str], *, signs_in: bool, zone: str | None = None
) -> StaffMember:
    """Keep what the SSO says about somebody, and where they are, and return what the directory knows now.

    Only a sign-in makes somebody active again: a token made before they were deactivated must not.
    An e-mail that came by an event stays, because a token may be older. Missing names change nothing.
    """
    row = await connection().fetchrow(
        _KEEP,
        person.id,
        person.rep_id,
        person.name,
        person.email,
        sorted(roles),
        signs_in,
        now(),
        zone,
    )
    return StaffMember(replace(person, name=row["name"], email=row["email"]), row["active"])


async def is_active_rep(_viewer: Viewer, staff_id: str) -> bool:
    """True for somebody active who has a rep id, and so can own leads."""
    sql = "SELECT EXISTS (SELECT FROM staff WHERE id = $1 AND active AND rep_id IS NOT NULL)"
    return bool(await connection().fetchval(sql, staff_id))


async def is_known(_viewer: Viewer, staff_id: str) -> bool:
    """True for somebody of the staff, also one who has left."""
    return bool(await connection().fetchval("SELECT EXISTS (SELECT FROM staff WHERE id = $1)", staff_id))
