"""What a connection may send beside bodies: a small head, and soon; few trailers; nothing after the answer.

uvicorn bounds none of it, so one endless header would fill the memory and hold up everybody.
"""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from typing import Final

import msgspec
from httptools import HttpParserError, HttpParserUpgrade, HttpRequestParser
from typing_extensions import override
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

LARGEST_HEAD: Final = 32 * 1024
HEAD_SECONDS: Final = 10.0
MALFORMED, TOO_SLOW, TOO_LARGE = 400, 408, 431
CODES: Final = {MALFORMED: "malformed", TOO_SLOW: "too-slow", TOO_LARGE: "head-too-large"}


class HeadRefused(ValueError):
    """Ends the parsing; the parser turns it into an error of its own."""


class BoundedHead(HttpToolsProtocol):
    """uvicorn's protocol, whose request heads are at most 32 KB and there within ten seconds.

    As much may stand beside a body, around its chunks and behind it; trailers are read and forgotten.
    """

    _beside = 0
    _is_body = False
    _deadline: asyncio.TimerHandle | None = None

    @override
    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._expect_head()

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        self._head_is_there()
        super().connection_lost(exc)

    @override
    def data_received(self, data: bytes) -> None:
        self._beside += len(data)
        self._unset_keepalive_if_required()
        self._parse(data)
        if self._beside > LARGEST_HEAD:
            self._refuse(TOO_LARGE)

    @override
    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._unset_keepalive_if_required()
        if self._deadline is None:
            self._expect_head()

    @override
    def on_header(self, name: bytes, value: bytes) -> None:
        if not self._is_body:
            super().on_header(name, value)

    @override
    def on_headers_complete(self) -> None:
        if self.parser.should_upgrade():
            return  # The head comes once more, without that wish.
        self._head_is_there()
        if len(self.url) + sum(len(name) + len(value) for name, value in self.headers) > LARGEST_HEAD:
            self._refuse(TOO_LARGE)
            raise HeadRefused
        names = [name for name, _ in self.headers]
        if names.count(b"host") != 1 and self.parser.get_http_version() == "1.1":  # RFC 9112, 3.2
            self._refuse(MALFORMED)
            raise HeadRefused
        super().on_headers_complete()
        self._beside, self._is_body = 0, True

    @override
    def on_body(self, body: bytes) -> None:
        self._beside = 0
        super().on_body(body)

    @override
    def on_message_complete(self) -> None:
        if self.parser.should_upgrade():
            return
        self._is_body = False
        super().on_message_complete()

    @override
    def _unset_keepalive_if_required(self) -> None:
        """Keep the connection open, but not for what still comes of a request that was answered."""
        if not (self._is_body and self.cycle and self.cycle.response_complete):
            super()._unset_keepalive_if_required()

    def _parse(self, data: bytes) -> None:
        rest = memoryview(data)
        try:
            while rest:
                rest = self._parse_until_upgrade(rest)
        except HttpParserError:
            self.logger.warning("Invalid HTTP request received.")
            self._refuse(MALFORMED)

    def _parse_until_upgrade(self, data: memoryview) -> memoryview:
        """Parse up to the end of a head that asks for another protocol, which it then has without that wish."""
        try:
            self.parser.feed_data(data)
        except HttpParserUpgrade as upgrade:
            if self.parser.get_method() == b"CONNECT":
                raise HttpParserError from upgrade
            head, self.parser = self._head_without_upgrade(), HttpRequestParser(self)
            self.parser.feed_data(head)
            return data[upgrade.args[0] :]
        return data[:0]

    def _head_without_upgrade(self) -> bytes:
        """Return the head that asks for another protocol as one that does not: we speak none.

        Some ask with each request (Java's client, for HTTP/2), and the parser then takes the body for that protocol.
        """
        first = b"%s %s HTTP/%s" % (
            self.parser.get_method(),
            self.url,
            self.parser.get_http_version().encode(),
        )
        kept = [name + b": " + value for name, value in self.headers if name != b"upgrade"]
        return b"\r\n".join([first, *kept, b"", b""])

    def _expect_head(self) -> None:
        self._beside = 0
        self._deadline = self.loop.call_later(HEAD_SECONDS, self._refuse, TOO_SLOW)

    def _head_is_there(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _refuse(self, status: int) -> None:
        """Say what is wrong, unless an earlier answer is still under way or nothing was asked; then hang up."""
        self._head_is_there()
        silent = status == TOO_SLOW and not self._beside
        if not self.transport.is_closing() and self._may_answer() and not silent:
            self.transport.write(_problem(status))
            if self.cycle:  # Whoever waits for its body learns that there is nobody to answer any more.
                self.cycle.disconnected = True
                self.cycle.message_event.set()
        self.transport.close()

    def _may_answer(self) -> bool:
        """Say whether an answer now would be to what is being read, and its first."""
        if self._is_body:
            return not self.pipeline and not self.cycle.response_started
        return self.cycle is None or self.cycle.response_complete  # type: ignore[redundant-expr]


def _problem(status: int) -> bytes:
    title = HTTPStatus(status).phrase
    body = msgspec.json.encode({"type": f"/problems/{CODES[status]}", "title": title, "status": status})
    head = (
        f"HTTP/1.1 {status} {title}\r\ncontent-type: application/problem+json\r\n"
        f"content-length: {len(body)}\r\nconnection: close\r\n\r\n"
    )
    return head.encode() + body
