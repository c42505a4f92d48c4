"""Signing in at the SSO: from the button to a session."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from app.core.clock import now
from app.core.errors import CrmError, TooMany, Unauthenticated
from app.core.log import logger
from app.core.remembered import Remembered
from app.core.settings import settings
from app.domain.audit import Act
from app.domain.identity import Claims, check_id_token, claim_at, roles_of, viewer_of
from app.domain.sealing import seal
from app.domain.viewer import system
from app.gateways.rate_limit import seconds_to_wait_for_login
from app.gateways.sso.company import sso
from app.services.tokens import claim_names, forget_known
from app.store import audit, sessions
from app.store.staff import insert_or_update_staff
from app.store.transaction import transaction

if TYPE_CHECKING:
    from app.gateways.sso.flow import Tokens

SESSION_HOURS: Final = 12
SSO: Final = system("sso")
# How long an ended session may live on in a process that did not end it (docs/adr/0008).
REMEMBERED_SECONDS: Final = 1.0
SEALED_FOR: Final = b"crm session refresh token"
LONGEST_PATH: Final = 2000
# As it stands in an address, where all but ASCII is written in percents: a header cannot hold more.
OWN_PATH: Final = re.compile(r"/(?!/)[!-\[\]-~]*")

log = logger("login")
# By cookie, and whether nobody asked but the page itself.
remembered_sessions: Final = Remembered[tuple[str, bool], sessions.FoundSession](REMEMBERED_SECONDS)


class BadLogin(CrmError):
    """The browser came back with something that is not the login it began."""

    status, code, title = 400, "bad-login", "This sign-in did not work; please try again"


@dataclass(frozen=True, slots=True)
class Callback:
    """What the browser brings back from the SSO, the state it was given for the way, and the time zone it is in."""

    code: str
    state: str
    issuer: str | None
    kept_state: str | None
    old_session: str | None
    zone: str | None


@dataclass(frozen=True, slots=True)
class StartedLogin:
    """Where to send the browser, and the state it must bring back in a cookie."""

    url: str
    state: str


@dataclass(frozen=True, slots=True)
class FinishedLogin:
    """The cookie of the new session, and where the person wanted to go."""

    token: str
    next: str


def own_path(path: str | None) -> str:
    """Return `path` when it leads to this very site, else the home page."""
    return path if path and len(path) <= LONGEST_PATH and OWN_PATH.fullmatch(path) else "/"


async def start_login(path: str | None) -> StartedLogin:
    """Begin a login that ends at `path`; raises TooMany while more are begun than any company's people would."""
    await _check_rate()
    state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
    url = await sso().authorize_url(state, nonce, verifier)
    async with transaction(SSO):
        await sessions.insert_login_attempt(state, sessions.LoginAttempt(nonce, verifier, own_path(path)))
    return StartedLogin(url, state)


async def _check_rate() -> None:
    seconds = await seconds_to_wait_for_login()
    if seconds:
        error = TooMany("Too many people are signing in right now; please try again in a moment")
        error.retry_after = seconds
        raise error


async def finish_login(callback: Callback) -> FinishedLogin:
    """Open a session for who comes back from the SSO; raises BadLogin, Forbidden or SsoDown."""
    attempt = await _take_attempt(callback)
    tokens = await sso().exchange_code(callback.code, attempt.verifier)
    id_claims = await _id_claims(tokens, attempt.nonce)
    claims = await all_claims(tokens, id_claims)
    sid = id_claims.get("sid")
    token = await _open_session(claims, sid if isinstance(sid, str) else None, tokens, callback)
    return FinishedLogin(token, attempt.next)


async def _take_attempt(callback: Callback) -> sessions.LoginAttempt:
    """Find the login this browser began: the state in the address must be the one in its cookie."""
    kept = callback.kept_state or ""
    if not kept or not secrets.compare_digest(callback.state.encode(), kept.encode()):
        raise BadLogin
    provider = await sso().provider()
    if callback.issuer not in ({provider.issuer} if provider.sends_issuer else {provider.issuer, None}):
        raise BadLogin
    async with transaction(SSO):
        attempt = await sessions.take_login_attempt_unscoped(callback.state)
    if attempt is None:
        raise BadLogin
    return attempt


async def _id_claims(tokens: Tokens, nonce: str) -> dict[str, Any]:
    try:
        verified = await sso().verify_id_token(tokens.id_token or "")
        check_id_token(verified.claims, settings().sso_client_id, nonce)
    except Unauthenticated as error:
        raise BadLogin from error
    return verified.claims


async def all_claims(tokens: Tokens, id_claims: dict[str, Any]) -> Claims:
    """Put together what the SSO says of somebody: providers keep roles in different places."""
    sub = id_claims["sub"]
    claims: dict[str, Any] = {**id_claims, **await _access_claims(tokens, sub)}
    if has_role(claims):
        return claims
    said = await sso().userinfo(tokens.access_token)
    return {**said, **claims} if said.get("sub") == sub else claims


def has_role(claims: Claims) -> bool:
    """Whether the claims say anything about what somebody may do here."""
    names = claim_names()
    return bool(roles_of(claims, names)) or claim_at(claims, names.rep_id) is not None


async def _access_claims(tokens: Tokens, sub: object) -> dict[str, Any]:
    """Return the claims of an access token that can be read and is of the same person, else none."""
    try:
        claims = (await sso().verify_own_token(tokens.access_token)).claims
    except Unauthenticated:
        return {}
    return claims if claims.get("sub") == sub else {}


async def _open_session(claims: Claims, sid: str | None, tokens: Tokens, callback: Callback) -> str:
    """Write the session under a new id, and end the one the browser had: no id survives a login."""
    names = claim_names()
    viewer, roles = viewer_of(claims, names), sorted(roles_of(claims, names))
    token = secrets.token_urlsafe(32)
    kept = sealed(tokens.refresh_token)
    if kept is None:
        missing = "refresh token" if settings().sso_client_secret else "SSO_CLIENT_SECRET"
        log.warning("session_cannot_be_confirmed", staff=viewer.id, missing=missing)
    async with transaction(SSO):
        member = await insert_or_update_staff(viewer, roles, signs_in=True, zone=callback.zone)
        if callback.old_session:
            await sessions.end_session_unscoped(callback.old_session)
        await sessions.forget_old_logins()
        await sessions.insert_session(
            sessions.NewSession(
                token=token,
                viewer=member.viewer,
                roles=roles,
                sid=sid,
                refresh_token=kept,
                expires_at=now() + timedelta(hours=SESSION_HOURS),
            )
        )
        await audit.append(SSO, Act("login", who=member.viewer.id))
    remembered_sessions.forget()
    forget_known()
    return token


def sealed(refresh_token: str | None) -> bytes | None:
    """Seal a refresh token under the client's secret; without a secret none is kept."""
    secret = settings().sso_client_secret
    return seal(secret, SEALED_FOR, refresh_token) if secret and refresh_token else None
