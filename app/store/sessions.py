"""Sessions and logins under way. Only hashes of what the browser holds are kept."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from app.core.clock import now
from app.domain.viewer import Role, Viewer
from app.store.rows import changed
from app.store.transaction import call_function, connection

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

LOGIN_MINUTES: Final = 15

_FIND = "SELECT found.*, unread_mentions(staff_id) AS unread FROM find_session($1) found"
_PEEK = _FIND.replace("find_session", "peek_session")

_OPEN = """
    INSERT INTO session (id_hash, staff_id, sid, roles, role, rep_id, refresh_token,
        created_at, last_seen_at, refreshed_at, expires_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8, $9, $10)"""

_TAKE = """
    WITH taken AS (
        SELECT id_hash, refresh_token FROM session
        WHERE id_hash = $1 AND refresh_token IS NOT NULL FOR UPDATE SKIP LOCKED
    )
    UPDATE session SET refresh_token = NULL FROM taken
    WHERE session.id_hash = taken.id_hash RETURNING taken.refresh_token"""

_CONFIRM = """
    UPDATE session SET refresh_token = $2, refreshed_at = $3, role = $4, rep_id = $5,
        roles = coalesce($6, roles)
    WHERE id_hash = $1"""

_BEGIN_LOGIN = """
    INSERT INTO login_attempt (state_hash, nonce, verifier, next, created_at)
    VALUES ($1, $2, $3, $4, $5)"""


@dataclass(frozen=True, slots=True)
class LoginAttempt:
    """What a login under way must bring back."""

    nonce: str
    verifier: str
    next: str


@dataclass(frozen=True, slots=True)
class NewSession:
    """A session to be written; without a refresh token it is never due for a refresh."""

    token: str
    viewer: Viewer
    roles: Sequence[str]
    sid: str | None
    refresh_token: bytes | None
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class FoundSession:
    """Whose session it is, and when the SSO last confirmed it."""

    viewer: Viewer
    refreshed_at: datetime


def hash_of(token: str) -> bytes:
    """Return what is stored of a token the browser holds."""
    return hashlib.sha256(token.encode()).digest()


async def find_session_unscoped(token: str, *, unattended: bool) -> FoundSession | None:
    """Return the living session of a cookie in one round trip: who it is, is what it answers.

    A person who asks keeps it from idling out; what a page asks by itself does not.
    """
    rows = await call_function(_PEEK if unattended else _FIND, hash_of(token))
    if not rows:
        return None
    row = rows[0]
    viewer = Viewer(
        row["staff_id"],
        Role(row["role"]),
        row["name"],
        row["email"],
        row["rep_id"],
        unread_mentions=row["unread"],
    )
    return FoundSession(viewer, row["refreshed_at"])


async def insert_session(session: NewSession) -> None:
    """Write a session that begins now."""
    at = now()
    await connection().execute(
        _OPEN,
        hash_of(session.token),
        session.viewer.id,
        session.sid,
        list(session.roles),
        session.viewer.role.value,
        session.viewer.rep_id,
        session.refresh_token,
        at,
        at if session.refresh_token else session.expires_at,
        session.expires_at,
    )


async def take_refresh_token_unscoped(token: str) -> bytes | None:
    """Take the refresh token out, so that nobody else uses it meanwhile; None when somebody does.

    Whoever dies with it in hand leaves a session that ends when the SSO's confirmation runs out.
    """
    return await connection().fetchval(
        _TAKE,
        hash_of(token),
    )


async def put_refresh_token(token: str, refresh_token: bytes) -> None:
    """Put a refresh token back that could not be used."""
    await connection().execute(
        "UPDATE session SET refresh_token = $2 WHERE id_hash = $1", hash_of(token), refresh_token
    )


async def confirm_session(
    token: str, viewer: Viewer, roles: Sequence[str] | None, refresh_token: bytes
) -> None:
    """Note that the SSO confirmed the session just now, and as what; None leaves the roles as they were."""
    await connection().execute(
        _CONFIRM,
        hash_of(token),
        refresh_token,
        now(),
        viewer.role.value,
        viewer.rep_id,
        None if roles is None else list(roles),
    )


async def end_session_unscoped(token: str) -> str | None:
    """End one session; says whose it was."""
    return await connection().fetchval(
        "DELETE FROM session WHERE id_hash = $1 RETURNING staff_id", hash_of(token)
    )


async def end_sessions_of(staff_id: str, keep: str | None = None) -> int:
    """End all sessions of somebody but the one of the cookie `keep`; says how many."""
    kept = hash_of(keep) if keep else b""
    tag = await connection().execute(
        "DELETE FROM session WHERE staff_id = $1 AND id_hash <> $2", staff_id, kept
    )
    return changed(tag)


async def end_sessions_of_sid_unscoped(sid: str) -> list[str]:
    """End the sessions that belong to one session of the SSO; says whose each was."""
    rows = await connection().fetch("DELETE FROM session WHERE sid = $1 RETURNING staff_id", sid)
    return [row["staff_id"] for row in rows]


async def insert_logout_token(token_id: str) -> bool:
    """Note a logout token's id; False when it was seen before."""
    return bool(
        await connection().fetchval(
            "INSERT INTO inbox (source, id, type, raw, status, received_at, settled_at)"
            " VALUES ('sso-logout', $1, 'BackChannelLogout', '{}', 'applied', $2, $2)"
            " ON CONFLICT DO NOTHING RETURNING true",
            hash_of(token_id).hex(),
            now(),
        )
    )


async def insert_login_attempt(state: str, attempt: LoginAttempt) -> None:
    """Remember a login that begins now."""
    await connection().execute(
        _BEGIN_LOGIN,
        hash_of(state),
        attempt.nonce,
        attempt.verifier,
        attempt.next,
        now(),
    )


async def take_login_attempt_unscoped(state: str) -> LoginAttempt | None:
    """Return a login under way and forget it, so that no code is tried twice; None for an old one."""
    row = await connection().fetchrow(
        "DELETE FROM login_attempt WHERE state_hash = $1"
        " RETURNING nonce, verifier, next, created_at > $2::timestamptz - make_interval(mins => $3) AS fresh",
        hash_of(state),
        now(),
        LOGIN_MINUTES,
    )
    return LoginAttempt(row["nonce"], row["verifier"], row["next"]) if row and row["fresh"] else None


async def forget_old_logins() -> None:
    """Delete sessions that are over and logins that were never finished."""
    at = now()
    await connection().execute(
        "DELETE FROM session WHERE expires_at < $1 OR last_seen_at < $1::timestamptz - interval '30 minutes'",
        at,
    )
    await connection().execute(
        "DELETE FROM login_attempt WHERE created_at < $1::timestamptz - make_interval(mins => $2)",
        at,
        LOGIN_MINUTES,
    )
