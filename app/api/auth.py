"""Who calls /v1: people and machines by bearer token, some machines by signature; cookies are not looked at.

Mount: `Router("/v1", middleware=auth.middleware, …)`. A route says who may call it: people, unless its
`opt` is CAPTURE (a client with the scope, or a signature), EVENTS (a client too) or SSO_EVENTS (a signature).
`request.user` then is a Viewer or a Client.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, Final

from litestar import Request
from litestar.enums import ScopeType
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Receive, Scope, Send
from typing_extensions import override

from app.api import bodies, queries, rates
from app.api.signatures import check_signature, is_signed
from app.core.errors import Forbidden, Unauthenticated
from app.core.settings import settings
from app.domain.capture_client import ENVIRONMENT
from app.domain.identity import Client
from app.domain.permissions import CAPTURE_SCOPE, check_capture
from app.domain.viewer import Viewer
from app.services.capture_clients import signing_secrets
from app.services.tokens import identify

CAPTURE: Final[dict[str, Any]] = {"caller": "capture"}
EVENTS: Final[dict[str, Any]] = {"caller": "events"}
SSO_EVENTS: Final[dict[str, Any]] = {"caller": "sso-events", "json_types": bodies.JSON_TYPES}

Headers = Mapping[str, str]


class CallerKnown(ASGIMiddleware):
    """Finds out who calls before anything of the body is parsed."""

    scopes = (ScopeType.HTTP,)

    @override
    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        request = Request[Any, Any, Any](scope, receive, send)
        scope["auth"] = None
        scope["user"] = await _caller(request, scope["route_handler"].opt.get("caller", "people"))
        await next_app(scope, receive, send)


async def verify_capture_signature(headers: Headers, body: bytes) -> Client:
    """Return who signed a capture; raises Unauthenticated. The secrets of the settings need no database."""
    given = [(ENVIRONMENT, secret) for secret in settings().capture_webhook_secrets]
    client = _signer(given, headers, body) or _signer(await signing_secrets(), headers, body)
    if client is None:
        raise Unauthenticated("The signature is not valid")
    return Client(client, frozenset({CAPTURE_SCOPE}))


def _signer(known: Sequence[tuple[str, str]], headers: Headers, body: bytes) -> str | None:
    for client, secret in known:
        with suppress(Unauthenticated):
            check_signature([secret], headers, body)
            return client
    return None


def verify_sso_signature(headers: Headers, body: bytes) -> Client:
    """Return the SSO as the signer of an event; raises Unauthenticated."""
    check_signature(settings().sso_events_secrets, headers, body)
    return Client("sso")


async def _caller(request: Request[Any, Any, Any], wanted: str) -> Viewer | Client:
    if wanted == "sso-events":
        return verify_sso_signature(request.headers, await bodies.read_body(request))
    if wanted == "capture":
        return await _capturer(request)
    caller = await _identified(request)
    if isinstance(caller, Client) and wanted != "events":
        raise Forbidden("This takes a person's token")
    return caller


async def _capturer(request: Request[Any, Any, Any]) -> Client:
    if "authorization" not in request.headers and is_signed(request.headers):
        return await verify_capture_signature(request.headers, await bodies.read_body(request))
    caller = await _identified(request)
    check_capture(caller)
    if not isinstance(caller, Client):
        raise Forbidden
    return caller


async def _identified(request: Request[Any, Any, Any]) -> Viewer | Client:
    """Return who shows the bearer token; the security log names them also when they may not come in."""
    request.scope["user"] = caller = await identify(_bearer(request))
    return caller


def _bearer(request: Request[Any, Any, Any]) -> str:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise Unauthenticated("This takes a bearer token")
    return token.strip()


middleware: Final = [CallerKnown(), rates.WithinRate(), *queries.middleware, *bodies.middleware]
