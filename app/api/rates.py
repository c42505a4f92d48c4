"""Who calls too often is told so before anything of the body is parsed."""

from __future__ import annotations

from litestar.enums import ScopeType
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Receive, Scope, Send
from typing_extensions import override

from app.domain.identity import Client
from app.services.capture_rate import check_capture_rate


class WithinRate(ASGIMiddleware):
    """Counts the captures of each client; stands after who calls is known."""

    scopes = (ScopeType.HTTP,)

    @override
    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        caller = scope["user"]
        if isinstance(caller, Client) and scope["route_handler"].opt.get("caller") == "capture":
            await check_capture_rate(caller.id)
        await next_app(scope, receive, send)
