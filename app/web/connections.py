"""What a connection may send beside bodies: a small head, and soon; few trailers; nothing after the answer.

uvicorn bounds none of it, so one endless header would fill the memory and hold up everybody.
"""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from typing import Final

import msgspec
from typing_extensions import override
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

LARGEST_HEAD: Final = 32 * 1024
HEAD_SECONDS: Final = 10.0
MALFORMED, TOO_SLOW, TOO_LARGE = 400, 408, 431
CODES: Final = {MALFORMED: "malformed", TOO_SLOW: "too-slow", TOO_LARGE: "head-too-large"}


class HeadTooLargeError(ValueError):
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
        super().data_received(data)
        if self._beside <= LARGEST_HEAD:
            return
        if self._deadline is not None:
            self._refuse(TOO_LARGE)
        else:
            self.transport.close()

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
        self._head_is_there()
        self._beside, self._is_body = 0, True
        if len(self.url) + sum(len(name) + len(value) for name, value in self.headers) > LARGEST_HEAD:
            self._refuse(TOO_LARGE)
            raise HeadTooLargeError
        super().on_headers_complete()

    @override
    def on_body(self, body: bytes) -> None:
        self._beside = 0
        super().on_body(body)

    @override
    def on_message_complete(self) -> None:
        self._is_body = False
        super().on_message_complete()

    @override
    def send_400_response(self, msg: str) -> None:
        self._refuse(MALFORMED)

    @override
    def _unset_keepalive_if_required(self) -> None:
        """Keep the connection open, but not for what still comes of a request that was answered."""
        if not (self._is_body and self.cycle and self.cycle.response_complete):
            super()._unset_keepalive_if_required()

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
        answering = self.cycle and not self.cycle.response_complete  # there is no cycle before the first head
        silent = status == TOO_SLOW and not self._beside
        if not self.transport.is_closing() and not answering and not silent:
            self.transport.write(_problem(status))
        self.transport.close()


def _problem(status: int) -> bytes:
    title = HTTPStatus(status).phrase
    body = msgspec.json.encode({"type": f"/problems/{CODES[status]}", "title": title, "status": status})
    head = (
        f"HTTP/1.1 {status} {title}\r\ncontent-type: application/problem+json\r\n"
        f"content-length: {len(body)}\r\nconnection: close\r\n\r\n"
    )
    return head.encode() + body
