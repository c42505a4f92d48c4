"""Request heads that never end, or are too large, cost a connection and nothing else."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
import uvicorn
from uvicorn.server import ServerState

from app.web import connections
from app.web.connections import LARGEST_HEAD, BoundedHead

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

SMALL = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"


async def answers(_scope: Any, _receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 204, "headers": []})
    await send({"type": "http.response.body", "body": b""})


@pytest.fixture
async def port() -> AsyncIterator[int]:
    config = uvicorn.Config(answers, log_config=None, lifespan="off")
    config.load()
    state = ServerState()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: BoundedHead(config=config, server_state=state, app_state={}), "127.0.0.1", 0
    )
    async with server:
        yield server.sockets[0].getsockname()[1]


async def ask(port: int, *parts: bytes) -> bytes:
    """Send the parts until the server has enough, and return the first line of its last answer."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    answer = b""
    try:
        for part in parts:
            writer.write(part)
            await writer.drain()
        answer = await reader.read(4096)
    finally:
        writer.close()
    return answer.split(b"\r\n", 1)[0]


@pytest.mark.parametrize(
    "head",
    [
        [b"GET / HTTP/1.1\r\nX: " + b"a" * LARGEST_HEAD + b"\r\n\r\n"],
        [b"GET /" + b"a" * LARGEST_HEAD + b" HTTP/1.1\r\n\r\n"],
        [b"GET / HTTP/1.1\r\n" + b"X: a\r\n" * LARGEST_HEAD + b"\r\n"],
        [b"GET / HTTP/1.1\r\nX: ", *[b"a" * 1024] * 40],
        [SMALL, b"GET / HTTP/1.1\r\nX: ", *[b"a" * 1024] * 40],
    ],
    ids=["one header", "address", "many headers", "endless header", "after a good one"],
)
async def test_a_large_head_is_refused(port: int, head: list[bytes]) -> None:
    with_answer = await ask(port, *head)
    assert with_answer.startswith((b"HTTP/1.1 431", b"HTTP/1.1 204" if head[0] == SMALL else b"HTTP/1.1 431"))


async def test_an_ordinary_head_of_many_parts_is_served(port: int) -> None:
    assert await ask(port, b"GET / HT", b"TP/1.1\r\nHo", b"st: x\r\n\r\n") == b"HTTP/1.1 204 No Content"


async def test_what_is_no_http_is_malformed(port: int) -> None:
    assert await ask(port, b"\x16\x03\x01 hello\r\n\r\n") == b"HTTP/1.1 400 Bad Request"


async def test_a_head_that_does_not_come_is_not_waited_for(
    port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "HEAD_SECONDS", 0.05)
    assert await ask(port, b"GET / HTTP/1.1\r\nX: ") == b"HTTP/1.1 408 Request Timeout"
    assert await ask(port) == b""
