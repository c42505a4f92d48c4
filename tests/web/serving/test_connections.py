"""Request heads that never end, or are too large, cost a connection and nothing else."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Any

import pytest

from app.web.serving import connections
from app.web.serving.connections import LARGEST_HEAD
from tests.serving import served
from tests.wait import PATIENCE

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

SMALL = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
CHUNKED = b"POST %s HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
PATIENT = b"/waits-for-the-body"
ECHO = b"/says-the-body"
LATE = b"/answers-when-nobody-listens"


async def answers(scope: Any, receive: Any, send: Any) -> None:
    path, body = scope["path"].encode(), b""
    more = path in {PATIENT, ECHO}
    while more:
        told = await receive()
        body, more = body + told.get("body", b""), told.get("more_body", False)
    while path == LATE and (await receive())["type"] != "http.disconnect":
        pass
    status = 400 if (b"x", b"y") in scope["headers"] else 200 if path == ECHO else 204
    length = [(b"content-length", str(len(body)).encode())] if path == ECHO else []
    await send({"type": "http.response.start", "status": status, "headers": length})
    await send({"type": "http.response.body", "body": body if path == ECHO else b""})


@pytest.fixture
async def port() -> AsyncIterator[int]:
    async with served(answers, timeout_keep_alive=1) as port:
        yield port


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
    monkeypatch.setattr(connections, "HEAD_SECONDS", 0.5)
    assert await ask(port, b"GET / HTTP/1.1\r\nX: ") == b"HTTP/1.1 408 Request Timeout"
    assert await ask(port) == b""


async def is_ended(reader: asyncio.StreamReader) -> bool:
    """Say whether the server hangs up."""
    with contextlib.suppress(TimeoutError, ConnectionError):
        async with asyncio.timeout(PATIENCE):
            await reader.read()
    return reader.at_eof() or reader.exception() is not None


@pytest.mark.parametrize(
    ("start", "piece"),
    [
        (b"0\r\n", b"X: " + b"y" * 1019 + b"\r\n"),
        (b"0\r\nX: ", b"y" * 1024),
        (b"0;", b"y" * 1024),
        (b"1\r\na\r\n0\r\n", b"X: y\r\n" * 128),
    ],
    ids=["trailers", "endless trailer", "endless chunk head", "small trailers after a body"],
)
async def test_what_comes_beside_a_body_is_not_taken_without_end(
    port: int, start: bytes, piece: bytes
) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    with contextlib.suppress(ConnectionError):
        for part in (CHUNKED % PATIENT + start, *[piece] * 1024):
            writer.write(part)
            await writer.drain()
    assert await is_ended(reader)
    writer.close()


async def test_a_trailer_is_no_header(port: int) -> None:
    assert await ask(port, CHUNKED % PATIENT, b"0\r\nX: y\r\n\r\n") == b"HTTP/1.1 204 No Content"


async def test_a_large_body_in_small_chunks_is_taken(port: int) -> None:
    pieces = [b"1\r\na\r\n" * LARGEST_HEAD] * 4
    assert await ask(port, CHUNKED % PATIENT, *pieces, b"0\r\n\r\n") == b"HTTP/1.1 204 No Content"


async def test_a_request_that_was_answered_does_not_go_on_without_end(port: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(CHUNKED % b"/")
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"1\r\na\r\n")
    assert await is_ended(reader)
    writer.close()


async def test_after_the_rest_of_an_answered_request_the_next_is_served(port: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for part in (CHUNKED % b"/", b"1\r\na\r\n0\r\n\r\n" + SMALL, SMALL):
        writer.write(part)
        assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 204")
    writer.close()


async def test_a_wish_for_another_protocol_costs_nobody_the_body(port: int) -> None:
    for wish in (b"h2c", b"websocket"):
        asks = b"POST %s HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: %s\r\n" % (ECHO, wish)
        for body in (
            b"Content-Length: 5\r\n\r\nhello",
            b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
        ):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(asks + body + SMALL)
            answer = await reader.readuntil(b"hello")
            assert answer.startswith(b"HTTP/1.1 200")
            assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 204")
            writer.close()


async def test_many_wishes_for_another_protocol_at_once_are_served_one_after_the_other(port: int) -> None:
    wish = b"GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n"
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(wish * 1500)
    for _ in range(1500):
        assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 204")
    writer.close()


@pytest.mark.parametrize(
    "hosts", [b"", b"Host: x\r\nHost: y\r\n", b"Host: x\r\nHost: x\r\n"], ids=["none", "two", "twice"]
)
async def test_a_request_says_which_host_it_is_for(port: int, hosts: bytes) -> None:
    assert await ask(port, b"GET / HTTP/1.1\r\n" + hosts + b"\r\n") == b"HTTP/1.1 400 Bad Request"
    if not hosts:
        assert await ask(port, b"GET / HTTP/1.0\r\n\r\n") == b"HTTP/1.1 204 No Content"


@pytest.mark.parametrize("broken", [b"zz\r\n", b"1\na\r\n", b"FFFFFFFFFFFFFFFFFF\r\n", b"1\r\nab\r\n"])
async def test_a_broken_body_is_malformed(port: int, broken: bytes) -> None:
    assert await ask(port, CHUNKED % PATIENT + broken) == b"HTTP/1.1 400 Bad Request"


async def test_what_breaks_off_behind_a_request_is_no_answer_to_it(port: int) -> None:
    """The first is still being answered: what is wrong with the next one must not come in between."""
    for behind in (b"\x16\x03\x01", b"GET / HTTP/1.1\r\n\r\n", CHUNKED % PATIENT + b"zz\r\n"):
        answer = await ask(port, b"GET %s HTTP/1.1\r\nHost: x\r\n\r\n" % LATE + behind)
        assert answer == b"", behind


async def test_no_tunnel_is_opened(port: int) -> None:
    assert await ask(port, b"CONNECT x:443 HTTP/1.1\r\nHost: x\r\n\r\n") == b"HTTP/1.1 400 Bad Request"
