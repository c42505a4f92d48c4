"""A body that drips over its connection is waited for ten seconds, one with a file for a minute."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from app.api import bodies
from app.web.guards import CSRF_HEADER
from app.web.login import arrival
from tests.serving import served
from tests.wait import PATIENCE

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from httpx import AsyncClient
    from litestar import Litestar

FORM = "application/x-www-form-urlencoded"


@pytest.fixture
async def port(app: Litestar) -> AsyncIterator[int]:
    """The application behind our own protocol, on a real socket."""
    async with served(app) as port:
        yield port


async def drip(port: int, path: str, **headers: str) -> bytes:
    """Begin a body that never ends, and return the first line of the answer."""
    lines = {"Host": "crm.example", "Content-Length": "100", **headers}
    head = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in lines.items())
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(f"POST {path} HTTP/1.1\r\n{head}\r\n".encode() + b"a")
        async with asyncio.timeout(PATIENCE):
            return (await reader.readuntil(b"\r\n")).strip()
    finally:
        writer.close()


def test_the_limits_are_ten_seconds_and_a_minute() -> None:
    assert (arrival.BODY_SECONDS, bodies.BODY_SECONDS, arrival.FILE_SECONDS) == (10, 10, 60)


async def test_anybodys_slow_form_is_given_up(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arrival, "BODY_SECONDS", 0.2)
    said = await drip(port, "/auth/backchannel-logout", Content_Type=FORM)
    assert said == b"HTTP/1.1 408 Request Timeout"


@pytest.mark.parametrize(
    ("limit", "path"), [("BODY_SECONDS", "/leads/new"), ("FILE_SECONDS", "/admin/imports")]
)
async def test_a_slow_form_is_given_up_after_the_time_of_its_kind(
    limit: str,
    path: str,
    port: int,
    signed_in: Callable[[str], Awaitable[AsyncClient]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Only the one limit is short; the other is at least as long as anybody waits here."""
    monkeypatch.setattr(arrival, "BODY_SECONDS", 4 * PATIENCE)
    monkeypatch.setattr(arrival, limit, 0.2)
    browser = await signed_in("ada")
    cookie = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
    token = {CSRF_HEADER: browser.headers[CSRF_HEADER]}
    assert (
        await drip(port, path, Content_Type=FORM, Cookie=cookie, **token) == b"HTTP/1.1 408 Request Timeout"
    )
