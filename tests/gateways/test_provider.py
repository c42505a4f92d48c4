"""Calls to the SSO: only to whom we mean, only what we can use, and never on somebody else's word."""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING, Any, ClassVar

import pytest
from typing_extensions import override

from app.gateways.sso import http
from app.gateways.sso.flow import Registration, client_token
from app.gateways.sso.http import SsoDown, SsoRefused, get_json, post_form
from app.gateways.sso.provider import Discovery
from tests.listening import listening
from tests.wait import PATIENCE

if TYPE_CHECKING:
    from collections.abc import Iterator

Answers = dict[str, tuple[int, dict[str, str], bytes]]


class Odd(BaseHTTPRequestHandler):
    """Answers as `answers` says."""

    answers: ClassVar[Answers] = {}
    asked: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        self.asked.append(self.path)
        status, headers, body = self.answers.get(self.path, (404, {}, b"{}"))
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self) -> None:
        self.do_GET()

    @override
    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


@pytest.fixture
def server() -> Iterator[str]:
    Odd.answers, Odd.asked = {}, []
    running = ThreadingHTTPServer(("127.0.0.1", 0), Odd)
    Thread(target=running.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    yield f"http://127.0.0.1:{running.server_port}"
    running.shutdown()
    running.server_close()


def document(server: str, **changed: Any) -> bytes:
    ends = ("authorization_endpoint", "token_endpoint", "jwks_uri")
    said = {"issuer": server, **{name: f"{server}/{name}" for name in ends}, **changed}
    return json.dumps({name: value for name, value in said.items() if value is not None}).encode()


WELL_KNOWN = "/.well-known/openid-configuration"


async def test_a_provider_is_found_by_its_issuer(server: str) -> None:
    Odd.answers = {WELL_KNOWN: (200, {}, document(server))}
    discovery = Discovery(server)
    assert (await discovery.provider()).token_endpoint == f"{server}/token_endpoint"
    await discovery.provider()
    assert len(Odd.asked) == 1


@pytest.mark.parametrize(
    "changed",
    [
        {"issuer": "https://evil.example"},
        {"issuer": None},
        {"jwks_uri": None},
        {"token_endpoint": 7},
        {"token_endpoint": "https://["},
        {"jwks_uri": "http://sso.example/keys"},
        {"authorization_endpoint": "https://sso.example/\r\nSet-Cookie: x=y"},
        {"authorization_endpoint": "javascript:alert(1)"},
    ],
)
async def test_another_issuer_or_an_incomplete_document_is_none(server: str, changed: dict[str, Any]) -> None:
    Odd.answers = {WELL_KNOWN: (200, {}, document(server, **changed))}
    with pytest.raises(SsoDown):
        await Discovery(server).provider()


@pytest.mark.parametrize("methods", [None, 7, "client_secret_post", {}])
async def test_how_the_secret_is_sent_is_a_list_or_as_usual(server: str, methods: Any) -> None:
    said = json.loads(document(server)) | {"token_endpoint_auth_methods_supported": methods}
    Odd.answers = {WELL_KNOWN: (200, {}, json.dumps(said).encode())}
    assert not (await Discovery(server).provider()).wants_secret_in_form


async def test_a_provider_that_is_away_is_remembered_and_not_asked_in_a_hurry(server: str) -> None:
    clock = [0.0]
    discovery = Discovery(server, lambda: clock[0])
    for _ in range(5):
        with pytest.raises(SsoDown):
            await discovery.provider()
    assert len(Odd.asked) == 1
    clock[0] = 4.0
    Odd.answers = {WELL_KNOWN: (200, {}, document(server))}
    found = await discovery.provider()
    Odd.answers, clock[0] = {}, 4000.0
    assert await discovery.provider() == found


@pytest.mark.parametrize(
    "answer",
    [
        (200, {}, b"<html>"),
        (200, {}, b"[]"),
        (200, {}, b'{"a": "' + b"x" * 300_000 + b'"}'),
        (200, {}, b"[" * 200_000),
        (500, {}, b"{}"),
        (404, {}, b"{}"),
        (302, {"Location": "/elsewhere"}, b""),
    ],
    ids=["html", "list", "large", "deep", "500", "404", "redirect"],
)
async def test_an_odd_answer_is_no_answer(server: str, answer: tuple[int, dict[str, str], bytes]) -> None:
    Odd.answers = {"/x": answer, "/elsewhere": (200, {}, b"{}")}
    with pytest.raises(SsoDown):
        await get_json(f"{server}/x")
    assert Odd.asked == ["/x"]


async def test_an_answer_that_drips_for_ever_is_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    never = asyncio.Event()

    async def drip(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        while True:
            writer.write(b" ")
            with suppress(TimeoutError):
                await asyncio.wait_for(never.wait(), 0.02)

    monkeypatch.setattr(http, "LONGEST_CALL", 0.2)
    async with asyncio.timeout(PATIENCE), listening(drip) as port:
        server = f"http://127.0.0.1:{port}"
        for asked in (
            get_json(f"{server}/x"),
            post_form(f"{server}/x", {}, None),
            Discovery(server).provider(),
        ):
            with pytest.raises(SsoDown):
                await asked


@pytest.mark.parametrize(
    "url",
    [
        "http://sso.example/x",
        "file:///etc/passwd",
        "ftp://127.0.0.1/x",
        "//x",
        "",
        "https://[",
        "https://sso.example:no/",
        "https://sso.example/\ud800",
    ],
)
async def test_only_https_or_this_machine_is_called(url: str) -> None:
    with pytest.raises(SsoDown):
        await get_json(url)


async def test_nobody_listening_is_an_sso_that_is_down() -> None:
    with pytest.raises(SsoDown):
        await get_json("http://127.0.0.1:9/x")


async def test_a_no_is_told_apart_from_an_outage(server: str) -> None:
    Odd.answers = {"/no": (400, {}, b'{"error": "invalid_grant"}'), "/broken": (502, {}, b"")}
    with pytest.raises(SsoRefused):
        await post_form(f"{server}/no", {"grant_type": "x"}, ("id", "secret"))
    with pytest.raises(SsoDown):
        await post_form(f"{server}/broken", {"grant_type": "x"}, None)


@pytest.mark.parametrize("status", [400, 401, 403])
async def test_a_no_is_a_no_whatever_its_words(server: str, status: int) -> None:
    Odd.answers = {"/no": (status, {}, b"<html>")}
    for asked in (post_form(f"{server}/no", {}, None), get_json(f"{server}/no", bearer="x")):
        with pytest.raises(SsoRefused):
            await asked


@pytest.mark.parametrize("status", [408, 425, 429])
async def test_not_now_is_no_no(server: str, status: int) -> None:
    Odd.answers = {"/later": (status, {}, b'{"error": "too_many_requests"}')}
    for asked in (post_form(f"{server}/later", {}, None), get_json(f"{server}/later", bearer="x")):
        with pytest.raises(SsoDown):
            await asked


async def test_a_token_endpoint_that_is_not_there_refuses_nobody(server: str) -> None:
    with pytest.raises(SsoDown):
        await post_form(f"{server}/nowhere", {}, None)


@pytest.mark.parametrize("token", ["\ud800", "a\nb", "é", "", 7])
async def test_a_token_that_cannot_be_shown_again_is_none(server: str, token: Any) -> None:
    Odd.answers = {
        WELL_KNOWN: (200, {}, document(server)),
        "/token_endpoint": (200, {}, json.dumps({"access_token": token}).encode()),
    }
    client = Registration("crm", "secret", f"{server}/back", "openid")
    with pytest.raises(SsoDown):
        await client_token(await Discovery(server).provider(), client)


@pytest.mark.parametrize("end", ["javascript:alert(1)", "http://sso.example/end", "//sso.example/end", 7, ""])
async def test_an_end_of_the_session_that_is_no_safe_address_is_none(server: str, end: Any) -> None:
    Odd.answers[WELL_KNOWN] = (200, {}, document(server, end_session_endpoint=end))
    assert (await Discovery(server).provider()).end_session_endpoint is None
