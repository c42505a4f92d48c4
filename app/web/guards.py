"""Who gets to a page: the session behind the cookie, and proof that the person's own page asked.

Mount: `Router("/", middleware=guards.middleware, …)` around every page. A route open to everybody says
`opt=PUBLIC`; one that other systems post to says `opt=PUBLIC_POST`. `opt=needs(check_see_board)` asks a rule
of app/domain/permissions.py as soon as it is known who asks. A form's fields are text but for `TAKES_FILES`.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any, Final

from litestar import Request
from litestar.enums import ScopeType
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Receive, Scope, Send
from typing_extensions import override

from app.core.errors import Invalid, NotOurPage, Problem, StalePage, Unauthenticated
from app.domain.characters import has_control_characters
from app.domain.viewer import Viewer
from app.services.sessions import find_viewer
from app.web.login.arrival import form_arrived
from app.web.serving.origin import is_ours

SESSION_COOKIE: Final = "__Host-sid"
LONGEST_COOKIE: Final = 128
CSRF_HEADER: Final = "x-csrftoken"
UNATTENDED_HEADER: Final = "x-unattended"
EVENTS: Final = "text/event-stream"
CSRF_FIELD: Final = "_csrf_token"
SECRET_BYTES: Final = 16
SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
PUBLIC: Final = {"public": True}
PUBLIC_POST: Final = {"public": True, "from_elsewhere": True}
STALE: Final = (
    "It was made before you last signed in, so nothing was saved. Go back to it, and send it once more."
)
TAKES_FILES: Final = {"takes_files": True}


def needs(check: Callable[[Viewer], None]) -> dict[str, Any]:
    """Return the `opt` of a route whose viewers must pass `check`. Guards of Litestar copy the route each time."""
    return {"check": check}


def csrf_token(session_token: str) -> str:
    """Return what forms of this session must carry: only who holds the cookie can know it.

    Each page says it behind a mask of its own, so that its compressed length tells nothing about it.
    """
    mask = secrets.token_bytes(SECRET_BYTES)
    return (mask + _xor(mask, _csrf_secret(session_token))).hex()


class SessionRequired(ASGIMiddleware):
    """Puts the viewer of the session cookie into `request.user`; bearer tokens are not looked at."""

    scopes = (ScopeType.HTTP,)

    @override
    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        scope["user"] = scope["auth"] = None
        opt = scope["route_handler"].opt
        if not opt.get("public"):
            request = Request[Any, Any, Any](scope)
            token = session_token(request)
            viewer = await find_viewer(token, unattended=_is_unattended(request)) if token else None
            if viewer is None or token is None:
                raise Unauthenticated
            scope["user"], scope["auth"] = viewer, token
            # Litestar's own name for it: templates find it there.
            scope["_csrf_token"] = csrf_token(token)  # type: ignore[typeddict-unknown-key]
            if "check" in opt:
                opt["check"](viewer)
        await next_app(scope, receive, send)


class OwnPagesOnly(ASGIMiddleware):
    """A write must come from one of our own pages: same site by the browser's word, and with its token."""

    scopes = (ScopeType.HTTP,)

    @override
    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        opt = scope["route_handler"].opt
        if Request[Any, Any, Any](scope).method not in SAFE_METHODS and not opt.get("from_elsewhere"):
            request = Request[Any, Any, Any](scope, receive, send)
            check_origin(request)
            takes_files = bool(opt.get("takes_files"))
            form = await form_arrived(request, with_files=takes_files)
            try:
                if not opt.get("public"):
                    _check_token(request, form.get(CSRF_FIELD))
                _check_texts(form.multi_items(), files_too=takes_files)
                await next_app(scope, receive, send)
            finally:
                await form.close()  # Uploaded files end with their request.
            return
        await next_app(scope, receive, send)


def session_token(request: Request[Any, Any, Any]) -> str | None:
    """Return the session cookie's value, if it can be one."""
    token = request.cookies.get(SESSION_COOKIE, "")
    return token if 0 < len(token) <= LONGEST_COOKIE and token.isascii() else None


def check_origin(request: Request[Any, Any, Any]) -> None:
    """Raise NotOurPage when the browser says that a page of another origin asks, be it one of our own site."""
    site = request.headers.get("sec-fetch-site")
    origin = request.headers.get("origin")
    if site is not None and site != "same-origin":
        raise NotOurPage("This request did not come from a page of the CRM")
    if origin is not None and not is_ours(request, origin):
        raise NotOurPage("This request did not come from a page of the CRM")


def _is_unattended(request: Request[Any, Any, Any]) -> bool:
    """Say whether the page asks by itself, as for a stream: that must not keep a session from idling out."""
    return UNATTENDED_HEADER in request.headers or request.headers.get("accept") == EVENTS


def _check_token(request: Request[Any, Any, Any], field: object) -> None:
    given = request.headers.get(CSRF_HEADER) or field
    if not isinstance(given, str) or not _is_csrf_token(given, request.auth):
        raise StalePage(STALE)


def _is_csrf_token(given: str, session_token: str) -> bool:
    try:
        masked = bytes.fromhex(given)
    except ValueError:
        return False
    mask, rest = masked[:SECRET_BYTES], masked[SECRET_BYTES:]
    return len(rest) == SECRET_BYTES and hmac.compare_digest(_xor(mask, rest), _csrf_secret(session_token))


@lru_cache(maxsize=1024)
def _csrf_secret(session_token: str) -> bytes:
    return hmac.digest(session_token.encode(), b"crm csrf", "sha256")[:SECRET_BYTES]


def _xor(one: bytes, other: bytes) -> bytes:
    return (int.from_bytes(one) ^ int.from_bytes(other)).to_bytes(SECRET_BYTES)


def _check_texts(fields: Iterable[tuple[str, Any]], *, files_too: bool) -> None:
    wrong: list[Problem] = []
    for name, value in fields:
        if not isinstance(value, str):
            wrong += [] if files_too else [Problem(f"#/{name}", "must be text, not a file")]
        elif has_control_characters(value):
            wrong.append(Problem(f"#/{name}", "must not contain control characters"))
    if wrong:
        raise Invalid(wrong)


middleware: Final = [SessionRequired(), OwnPagesOnly()]
