"""A query of /v1 that is there without a value, as in `?stage=&limit=`, is as good as left out."""

from __future__ import annotations

from typing import Final

from litestar.enums import ScopeType
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Receive, Scope, Send
from typing_extensions import override


class EmptyIsLeftOut(ASGIMiddleware):
    """Takes what has no value out of the query, before anybody reads it."""

    scopes = (ScopeType.HTTP,)

    @override
    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        if scope["query_string"]:
            given = scope["query_string"].split(b"&")
            scope["query_string"] = b"&".join(part for part in given if part.partition(b"=")[2])
        await next_app(scope, receive, send)


middleware: Final = [EmptyIsLeftOut()]
