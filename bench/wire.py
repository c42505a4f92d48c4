"""A browser reduced to its wire: HTTP/1.1 over one kept connection, so that the client costs next to nothing."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
JSON = {"Content-Type": "application/json"}


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, and how many bytes it was with its headers."""

    status: int
    headers: dict[str, str]
    body: bytes
    size: int


class Wire:
    """One connection of one user; it sends the same headers with each request."""

    def __init__(self, url: str, headers: Mapping[str, str]) -> None:
        parts = urlsplit(url)
        self._host, self._port = parts.hostname or "", parts.port or 80
        self._headers = {"Host": parts.netloc, **headers}
        self._reader: asyncio.StreamReader
        self._writer: asyncio.StreamWriter | None = None

    async def __aenter__(self) -> Self:
        await self._connect()
        return self

    async def _connect(self) -> None:
        self._reader, self._writer = await asyncio.open_connection(self._host, self._port, limit=2**20)

    async def __aexit__(self, *_: object) -> None:
        if self._writer is not None:
            self._writer.close()
            with suppress(ConnectionError):  # the server may have closed it meanwhile
                await self._writer.wait_closed()

    async def get(self, path: str) -> Answer:
        """Ask for a page."""
        return await self._send("GET", path, {}, b"")

    async def post(self, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """Send a body."""
        return await self._send("POST", path, headers, body)

    async def _send(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        length = {"Content-Length": str(len(body))} if method == "POST" else {}
        lines = [f"{name}: {value}" for name, value in {**self._headers, **headers, **length}.items()]
        asked = "\r\n".join((f"{method} {path} HTTP/1.1", *lines, "", "")).encode() + body
        try:
            return await self._ask(asked)
        except (asyncio.IncompleteReadError, ConnectionError) as error:
            if isinstance(error, asyncio.IncompleteReadError) and error.partial:
                raise
            await self._connect()  # a server closes what is idle for some seconds, perhaps just now
            return await self._ask(asked)

    async def _ask(self, asked: bytes) -> Answer:
        if self._writer is None or self._reader.at_eof():
            await self._connect()
        self._writer.write(asked)
        head = await self._reader.readuntil(b"\r\n\r\n")
        first, *rest = head.decode("latin-1").split("\r\n")
        found = dict(line.lower().split(": ", 1) for line in rest if ": " in line)
        sent = await self._reader.readexactly(int(found.get("content-length", 0)))
        return Answer(int(first.split(" ", 2)[1]), found, sent, len(head) + len(sent))
