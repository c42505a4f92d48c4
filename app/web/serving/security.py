"""What every answer and every page request must satisfy, whoever asks.

Mount: `Litestar(before_send=before_send, middleware=middleware, request_max_body_size=LARGEST_BODY)`.
`before_send` sees every answer, also those no route made; `middleware` names the request in the logs, and
packs pages.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from functools import cache
from typing import Any, Final
from urllib.parse import urlsplit

import structlog
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Message, Receive, Scope, Send
from typing_extensions import override

from app.core.ids import uuid7
from app.core.settings import settings
from app.web.serving.packed import Packed

LARGEST_BODY: Final = 64 * 1024
REQUEST_ID: Final = "crm_request_id"


def request_id(scope: Scope) -> str:
    """Return this request's id: in its answer, in its error, and on each of its log lines."""
    state: dict[str, str] = scope["state"]
    if REQUEST_ID not in state:
        state[REQUEST_ID] = str(uuid7())
    return state[REQUEST_ID]


def named_in_logs(scope: Scope) -> AbstractContextManager[None]:
    """Let log lines carry the request's id and its route's template, never its path: paths carry ids."""
    known: dict[str, Any] = dict(scope)
    route = f"{known.get('method', 'none')} {known.get('path_template', 'none')}"
    return structlog.contextvars.bound_contextvars(request_id=request_id(scope), route=route)


class NamedInLogs(ASGIMiddleware):
    """Every log line of a request carries its id, and no name of anybody."""

    @override
    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        with named_in_logs(scope):
            await next_app(scope, receive, send)


async def add_security_headers(message: Message, scope: Scope) -> None:
    """Add to an answer what browsers must know; what the handler said itself stays."""
    if message["type"] != "http.response.start":
        return
    said = {name.lower() for name, _ in message["headers"]}
    missing = [header for header in _fixed_headers() if header[0] not in said]
    if b"x-request-id" not in said:
        missing.append((b"x-request-id", request_id(scope).encode()))
    message["headers"] = [*message["headers"], *missing]


@cache
def _fixed_headers() -> tuple[tuple[bytes, bytes], ...]:
    """Return the headers of every answer. Inline script and style are never allowed."""
    public, sso = urlsplit(settings().public_url), urlsplit(settings().sso_issuer)
    sso_origin = f" {sso.scheme}://{sso.netloc}" if sso.netloc else ""
    policy = (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
        f"connect-src 'self'; manifest-src 'self'; form-action 'self'{sso_origin}; base-uri 'none'; "
        "frame-ancestors 'none'"
    )
    https_only = (("Strict-Transport-Security", "max-age=31536000; includeSubDomains"),)
    headers = (
        ("Content-Security-Policy", policy),
        ("X-Content-Type-Options", "nosniff"),
        ("X-Frame-Options", "DENY"),
        ("Referrer-Policy", "same-origin"),
        ("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
        ("Cross-Origin-Opener-Policy", "same-origin"),
        ("Cross-Origin-Resource-Policy", "same-origin"),
        ("Cache-Control", "no-store"),
        *(https_only if public.scheme == "https" else ()),
    )
    return tuple((name.lower().encode(), value.encode()) for name, value in headers)


middleware: Final = [NamedInLogs(), Packed()]
before_send: Final = [add_security_headers]
