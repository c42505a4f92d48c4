"""Signing in and out: the pages around the SSO's own.

Mount: `*routes` among the pages, inside the router that carries `guards.middleware`.
"""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import SplitResult, urlsplit

from litestar import MediaType, Request, Response, get, post
from litestar.datastructures import Cookie
from litestar.enums import RequestEncodingType

from app.core.errors import Malformed
from app.core.settings import settings
from app.services import sessions
from app.services.login import BadLogin, Callback, finish_login, own_path, start_login
from app.web.guards import PUBLIC, PUBLIC_POST, SESSION_COOKIE, session_token
from app.web.login.arrival import form_arrived
from app.web.respond import page, zone_name

Asking = Request[Any, Any, Any]

STATE_COOKIE: Final = "__Host-login"
LOOPBACK: Final = {"localhost", "127.0.0.1", "::1"}
STATE_SECONDS: Final = 15 * 60
EXPIRED: Final = "Your session is over. Please sign in again."
UNSENT: Final = "You were signed out, so what you sent was not saved. Sign in, and you are back on that page."


@get("/login", name="login.show", opt=PUBLIC)
async def show_login(request: Asking) -> Response[str]:
    """Show the way in; who is signed in already goes on."""
    wanted = own_path(request.query_params.get("next"))
    token = session_token(request)
    if token and await sessions.find_viewer(token):
        return _go(wanted)
    message = UNSENT if "unsent" in request.query_params else EXPIRED if token else ""
    return page(request, "login/page.html.jinja2", next=wanted, message=message)


@get("/login/start", name="login.start", opt=PUBLIC)
async def begin_login(request: Asking) -> Response[str]:
    """Send the browser to the SSO, and let it remember which login it began."""
    if _is_other_name_of_this_machine(request):
        query = request.scope["query_string"].decode("ascii", "ignore")
        return _go(f"{settings().public_url}/login/start?{query}")
    started = await start_login(request.query_params.get("next"))
    answer = _go(started.url)
    answer.set_cookie(_cookie(STATE_COOKIE, started.state, STATE_SECONDS))
    return answer


@get("/auth/callback", name="login.finish", opt=PUBLIC)
async def end_login(request: Asking) -> Response[str]:
    """Take the browser back from the SSO and give it a session of its own."""
    brought = request.query_params
    if "error" in brought or not brought.get("code") or not brought.get("state"):
        raise BadLogin
    finished = await finish_login(
        Callback(
            code=brought["code"],
            state=brought["state"],
            issuer=brought.get("iss"),
            kept_state=request.cookies.get(STATE_COOKIE),
            old_session=session_token(request),
            zone=zone_name(request),
        )
    )
    answer = _go(finished.next)
    answer.set_cookie(_cookie(SESSION_COOKIE, finished.token))
    answer.set_cookie(_cookie(STATE_COOKIE, "", 0))
    return answer


@post("/logout", name="login.end", status_code=303)
async def log_out(request: Asking) -> Response[str]:
    """End the session here, then the SSO's."""
    answer = _leave(request, await sessions.log_out(request.auth) or "/login")
    answer.set_cookie(_cookie(SESSION_COOKIE, "", 0))
    answer.headers["Clear-Site-Data"] = '"cache", "storage"'
    return answer


@post("/logout/others", name="login.end_others")
async def log_out_others(request: Asking) -> Response[str]:
    """End the viewer's sessions on other devices; this one goes on."""
    await sessions.end_other_sessions(request.user, request.auth)
    return _go("/")


@post("/auth/backchannel-logout", name="login.end_by_sso", status_code=200, opt=PUBLIC_POST)
async def log_out_by_sso(request: Asking) -> Response[str]:
    """End the sessions the SSO says are over (OpenID Connect Back-Channel Logout)."""
    # The standard knows no such form, and parsing one costs more: anybody may post here.
    if request.content_type[0] == RequestEncodingType.MULTI_PART:
        raise Malformed("logout_token must come as application/x-www-form-urlencoded")
    token = (await form_arrived(request)).get("logout_token")
    if not isinstance(token, str):
        raise Malformed("logout_token is missing")
    await sessions.log_out_by_sso(token)
    return Response("", media_type=MediaType.TEXT)


def _leave(request: Asking, url: str) -> Response[str]:
    """Send the browser on. The pages' policy lets a form lead to the issuer; anywhere else a page of its own leads."""
    if urlsplit(url).netloc in {"", urlsplit(settings().sso_issuer).netloc}:
        return _go(url)
    return page(request, "login/leave.html.jinja2", url=url)


def _is_other_name_of_this_machine(request: Asking) -> bool:
    """Say whether somebody typed localhost for 127.0.0.1 or so: the SSO would send them back without their cookie."""
    ours = urlsplit(settings().public_url).hostname
    # Not request.url, which raises for a port that is none.
    typed = SplitResult("", request.headers.get("host", ""), "", "", "").hostname
    return typed != ours and {typed, ours} <= LOOPBACK


def _go(path: str) -> Response[str]:
    return Response("", media_type=MediaType.HTML, status_code=303, headers={"Location": path})


def _cookie(name: str, value: str, seconds: int | None = None) -> Cookie:
    return Cookie(
        key=name, value=value, max_age=seconds, path="/", secure=True, httponly=True, samesite="lax"
    )


routes: Final = [show_login, begin_login, end_login, log_out, log_out_others, log_out_by_sso]
