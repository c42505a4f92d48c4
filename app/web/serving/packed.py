"""Pages travel compressed, fast rather than small: a board is a tenth, for a tenth of a millisecond.

Streams, files and JSON stay as they are. Nor is a page packed when another site asked for it with words of its
own: its length would tell that site what else the page says (docs/adr/0094).
"""

from __future__ import annotations

import zlib
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, cast

import brotli
from litestar.datastructures import Headers, MutableScopeHeaders
from litestar.enums import ScopeType
from litestar.middleware import ASGIMiddleware
from typing_extensions import override

if TYPE_CHECKING:
    from litestar.types import ASGIApp, HTTPResponseStartEvent, Message, Receive, Scope, Send

WORTH_IT: Final = 1024
OURS: Final = frozenset({"", "same-origin", "none"})
GZIP: Final = 31  # zlib's number for its largest window in gzip's wrapping


class Packed(ASGIMiddleware):
    """Compresses a whole HTML body in the best way that the browser takes."""

    scopes = (ScopeType.HTTP,)

    @override
    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        encoding = _encoding(scope)
        await next_app(scope, receive, _Packing(send, encoding).send if encoding else send)


class _Packing:
    """One answer on its way out: its head waits for its body, whose length it says."""

    def __init__(self, send: Send, encoding: str) -> None:
        self._send, self._encoding = send, encoding
        self._head: HTTPResponseStartEvent | None = None

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start" and _is_page(message):
            self._head = message
            return
        if self._head is not None and message["type"] == "http.response.body":
            head, self._head = self._head, None
            if not message.get("more_body") and len(message["body"]) >= WORTH_IT:
                message["body"] = _pack(message["body"], self._encoding)
                headers = MutableScopeHeaders.from_message(head)
                headers["content-encoding"] = self._encoding
                headers["content-length"] = str(len(message["body"]))
                headers.extend_header_value("vary", "Accept-Encoding")
            await self._send(head)
        await self._send(message)


@lru_cache(maxsize=64)
def accepted(header: str) -> frozenset[str]:
    """Return the encodings that an Accept-Encoding header names, without those it refuses."""
    named = (part.replace(" ", "").partition(";") for part in header.lower().split(","))
    return frozenset(name for name, _, weight in named if weight not in {"q=0", "q=0.0", "q=0.00", "q=0.000"})


def _encoding(scope: Scope) -> str | None:
    headers = Headers.from_scope(scope)
    if scope["query_string"] and headers.get("sec-fetch-site", "") not in OURS:
        return None
    takes = accepted(headers.get("accept-encoding", ""))
    return next((each for each in ("br", "gzip") if each in takes), None)


def _is_page(message: HTTPResponseStartEvent) -> bool:
    kind = dict(message["headers"]).get(b"content-type", b"")
    return kind.startswith(b"text/html")


def _pack(body: bytes, encoding: str) -> bytes:
    if encoding == "gzip":
        return zlib.compress(body, 1, GZIP)
    return cast("Any", brotli).compress(body, quality=1)
