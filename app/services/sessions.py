"""Sessions after the login: whose is it, does the SSO still say so, and all the ways one ends."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from app.core import security_log
from app.core.clock import now
from app.core.errors import CrmError, Forbidden, Malformed, Unauthenticated
from app.core.log import logger
from app.core.settings import settings
from app.domain.audit import Act, Refusal
from app.domain.identity import check_logout_token, roles_of, viewer_of
from app.domain.permissions import check_administer
from app.domain.sealing import unseal
from app.gateways.sso.company import sso
from app.gateways.sso.http import SsoDown, SsoRefused
from app.services.login import SEALED_FOR, SSO, all_claims, has_role, remembered_sessions, sealed
from app.services.tokens import claim_names, forget_known
from app.store import audit, sessions
from app.store.staff import insert_or_update_staff
from app.store.transaction import transaction

if TYPE_CHECKING:
    from app.domain.viewer import Viewer
    from app.gateways.sso.flow import Tokens
    from app.store.sessions import FoundSession

CONFIRMED_FOR: Final = timedelta(minutes=5)
GRACE: Final = timedelta(minutes=15)

log = logger("sessions")
_confirming: dict[str, asyncio.Task[None]] = {}


async def find_viewer(token: str, *, unattended: bool = False) -> Viewer | None:
    """Return whose session a cookie is, or None when it is over. What is unattended does not keep it alive.

    Every five minutes the SSO is asked in the background whether it still stands by it; while the SSO is
    away a session lives on for fifteen more, then waits for the answer.
    """
    session = await _find_session(token, unattended=unattended)
    if session is None:
        return None
    age = now() - session.refreshed_at
    if age < CONFIRMED_FOR:
        return session.viewer
    confirming = _confirm(token, session.viewer)
    if age < CONFIRMED_FOR + GRACE:
        return session.viewer
    await asyncio.shield(confirming)
    remembered_sessions.forget()
    session = await _find_session(token, unattended=unattended)
    return session.viewer if session and now() - session.refreshed_at < CONFIRMED_FOR else None


async def _find_session(token: str, *, unattended: bool) -> FoundSession | None:
    """Return the living session of a cookie, as it is or was a second ago: a page asks several times at once.

    What was found for a person will do for their page, but not the other way about: a person must be noticed.
    """
    known = remembered_sessions.get((token, False))
    if known is None and unattended:
        known = remembered_sessions.get((token, True))
    if known is not None:
        return known
    found = await sessions.find_session_unscoped(token, unattended=unattended)
    return found and remembered_sessions.keep((token, unattended), found)


async def log_out(token: str) -> str | None:
    """End the session; returns where to end the SSO's own, if it says where."""
    async with transaction(SSO):
        who = await sessions.end_session_unscoped(token)
        if who is not None:
            await audit.append(SSO, Act("logout", who=who))
    remembered_sessions.forget()
    try:
        endpoint = (await sso().provider()).end_session_endpoint
    except SsoDown:
        return None
    query = {
        "client_id": settings().sso_client_id,
        "post_logout_redirect_uri": f"{settings().public_url}/login",
    }
    return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(query)}" if endpoint else None


async def log_out_by_sso(logout_token: str) -> int:
    """End the sessions a back-channel logout token names; raises Malformed for any token that is not one."""
    try:
        verified = await sso().verify_logout_token(logout_token)
        check_logout_token(verified.header, verified.claims, time.time())
    except Unauthenticated as error:
        raise Malformed("This is not a logout token for this client") from error
    claims = verified.claims
    async with transaction(SSO):
        if not await sessions.insert_logout_token(str(claims["jti"])):
            raise Malformed("This logout token was used before")
        if claims.get("sid"):
            ended = await sessions.end_sessions_of_sid_unscoped(str(claims["sid"]))
        else:
            ended = [str(claims["sub"])] * await sessions.end_sessions_of(str(claims["sub"]))
        for who, number in Counter(ended).items():
            await audit.append(SSO, Act("logout_by_sso", who=who, number=number))
    if not ended:
        security_log.succeeded("logout_by_sso", claims.get("sub"), number=0)
    remembered_sessions.forget()
    return len(ended)


async def end_sessions(viewer: Viewer, staff_id: str) -> int:
    """End all sessions of somebody at an admin's word."""
    check_administer(viewer)
    async with transaction(SSO):
        ended = await sessions.end_sessions_of(staff_id)
        if ended:
            await audit.append(SSO, Act("sessions_ended", staff_id, number=ended, who=viewer.id))
    remembered_sessions.forget()
    forget_known()
    return ended


async def end_other_sessions(viewer: Viewer, token: str) -> int:
    """End the viewer's sessions on other devices."""
    async with transaction(SSO):
        ended = await sessions.end_sessions_of(viewer.id, keep=token)
        await audit.append(SSO, Act("sessions_ended", viewer.id, number=ended, who=viewer.id))
    remembered_sessions.forget()
    return ended


def _confirm(token: str, viewer: Viewer) -> asyncio.Task[None]:
    """Start asking the SSO about a session, once at a time."""
    if token not in _confirming:
        task = asyncio.create_task(_ask_sso(token, viewer))
        _confirming[token] = task
        task.add_done_callback(lambda _: _confirming.pop(token, None))
    return _confirming[token]


async def _ask_sso(token: str, viewer: Viewer) -> None:
    try:
        async with transaction(SSO):
            kept = await sessions.take_refresh_token_unscoped(token)
        if kept is not None:
            await _use(token, viewer, kept)
    except CrmError as error:
        log.warning("session_not_confirmed", staff=viewer.id, reason=error.code)
    except Exception as error:  # noqa: BLE001  nobody is above a background task; the grace ends the session
        log.error("session_not_confirmed", staff=viewer.id, reason=type(error).__name__)  # noqa: TRY400  values


async def _use(token: str, viewer: Viewer, kept: bytes) -> None:
    """Use the refresh token. Refused: the session ends. SSO away: it is put back and tried again later."""
    try:
        tokens = await _refresh(kept)
        # Many providers take a token once, and a session that comes with a spent one is ended there.
        kept = sealed(tokens.refresh_token) or kept
        confirmed, roles = await _confirmed(tokens, viewer)
    except (SsoRefused, Forbidden, Unauthenticated) as error:
        async with transaction(SSO):
            await sessions.end_session_unscoped(token)
            refusal = Refusal("session_ended_by_sso", viewer.id, reason=error.code)
            await audit.insert_refusals(SSO, {refusal: 1})
        remembered_sessions.forget()
        security_log.refused("session_ended_by_sso", viewer.id, reason=error.code)
    except SsoDown:
        async with transaction(SSO):
            await sessions.put_refresh_token(token, kept)
    else:
        async with transaction(SSO):
            if roles is not None:
                await insert_or_update_staff(confirmed, roles, signs_in=False)
            await sessions.confirm_session(token, confirmed, roles, kept)
        remembered_sessions.forget()


async def _refresh(kept: bytes) -> Tokens:
    refresh_token = unseal(settings().sso_client_secret or "", SEALED_FOR, kept)
    if refresh_token is None:
        raise SsoRefused
    return await sso().refresh(refresh_token)


async def _confirmed(tokens: Tokens, viewer: Viewer) -> tuple[Viewer, list[str] | None]:
    """Read role and rep id again. Where only ID tokens carry them and none came, they stay."""
    id_claims: dict[str, Any] = {"sub": viewer.id}
    if tokens.id_token:
        id_claims = (await sso().verify_id_token(tokens.id_token)).claims
        if id_claims.get("sub") != viewer.id:
            raise SsoRefused
    claims = await all_claims(tokens, id_claims)
    if not tokens.id_token and not has_role(claims):
        return viewer, None
    names = claim_names()
    return viewer_of(claims, names), sorted(roles_of(claims, names))
