"""Bodies that no handler meets: every one of them is a clear 4xx, and leaves no row."""

from __future__ import annotations

import base64
import hmac
import json
import time
from typing import TYPE_CHECKING, Any

import pytest
from litestar import Litestar, post
from structlog import wrap_logger
from structlog.testing import LogCapture

from app.api.bodies import MOST_TOLD, check_body, middleware
from app.core.errors import CrmError, Invalid
from app.core.settings import settings
from app.web.errors import exception_handlers

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    import asyncpg
    from httpx import AsyncClient, Response

    Headers = Callable[..., dict[str, str]]

CAPTURE = "/v1/leads/capture"
FORM = {"name": "Grace Hopper", "email": "grace@navy.example"}
JSON = {"Content-Type": "application/json"}


def nested(depth: int, opening: bytes = b"[", closing: bytes = b"]") -> bytes:
    return opening * depth + closing * depth


def form(**changed: Any) -> bytes:
    return json.dumps({**FORM, **changed}).encode()


async def rows(owner: asyncpg.Connection) -> int:
    return await owner.fetchval("SELECT (SELECT count(*) FROM lead) + (SELECT count(*) FROM customer)")


UNREADABLE = {
    "raw byte": b'{"name": "\xff"}',
    "overlong": b'{"name": "\xc0\x80"}',
    "encoded surrogate": b'{"name": "\xed\xa0\x80"}',
    "utf-16": json.dumps(FORM).encode("utf-16"),
    "bom": b"\xef\xbb\xbf" + form(),
    "too deep": b'{"answers": ' + nested(33) + b"}",
    "very deep": nested(20_000),
    "deep objects": nested(2000, b'{"a":', b"}"),
    "unclosed": b"[" * 30_000,
    "no json": b"hello",
    "nothing": b"",
    "two values": form() + form(),
    "nan": b'{"name": NaN}',
    "raw nul": b'{"name": "\x00"}',
    "escaped lone surrogate": b'{"name": "\\ud800", "email": "a@b.example"}',
}


async def test_what_cannot_be_read_is_400_or_422_and_leaves_no_row(
    client: AsyncClient, as_user: Headers, owner: asyncpg.Connection
) -> None:
    statuses: dict[str, int] = {}
    for name, body in UNREADABLE.items():
        answer = await client.post(CAPTURE, headers={**as_user("cms"), **JSON}, content=body)
        statuses[name] = answer.status_code
        assert answer.headers["content-type"] == "application/problem+json"
        assert "Traceback" not in answer.text
    assert {name: status for name, status in statuses.items() if status not in {400, 422}} == {}
    assert {name for name, status in statuses.items() if status == 422} <= {"escaped lone surrogate"}
    assert await rows(owner) == 0


async def test_another_content_type_or_encoding_is_415(client: AsyncClient, as_user: Headers) -> None:
    refused: list[dict[str, str]] = [
        {},
        {"Content-Type": "text/plain"},
        {"Content-Type": "application/xml"},
        {"Content-Type": "multipart/form-data; boundary=x"},
        {"Content-Type": "application/json; charset=utf-16"},
        {**JSON, "Content-Encoding": "gzip"},
    ]
    for headers in refused:
        answer = await client.post(CAPTURE, headers={**as_user("cms"), **headers}, content=form())
        assert answer.status_code == 415


async def test_a_body_over_64_kb_is_413(client: AsyncClient, as_user: Headers) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(200):
            yield b" " * 1000

    bodies: list[Any] = [form(message="x" * 70_000), endless()]
    for body in bodies:
        answer = await client.post(CAPTURE, headers={**as_user("cms"), **JSON}, content=body)
        assert answer.status_code == 413


async def test_who_is_nobody_is_401_whatever_the_body(client: AsyncClient) -> None:
    for body in (b"\xff", nested(20_000), b"x" * 200_000):
        answer = await client.post(CAPTURE, headers={"Content-Type": "text/plain"}, content=body)
        assert answer.status_code == 401


async def test_control_characters_are_422_with_every_place(client: AsyncClient, as_user: Headers) -> None:
    body = form(name="a\x00b", message="c\x1bd", answers={"x/y": "\x85"})
    answer = await client.post(CAPTURE, headers={**as_user("cms"), **JSON}, content=body)
    assert answer.status_code == 422
    pointers = {problem["pointer"] for problem in answer.json()["errors"]}
    assert pointers == {"#/name", "#/message", "#/answers/x~1y"}


@pytest.mark.parametrize(
    "body",
    [
        b'{"a": "tab\\t line\\n return\\r \\u0009\\u000a"}',
        '{"a": "\U0001f600 \\ud83d\\ude00 e\u0301 \u202e \u200d"}'.encode(),
        b'{"a": "no escape: \\\\u0000 \\\\b"}',
        b'{"a": "' + b"[" * 1000 + b'"}',
        b'{"a": "quote \\" ' + b"{" * 100 + b'"}',
        nested(32),
    ],
)
def test_ordinary_bodies_pass(body: bytes) -> None:
    check_body(body)


@pytest.mark.parametrize(
    "body",
    [
        b'{"a": "\\u0000"}',
        b'{"a": "\\b"}',
        b'{"a": "\\u009f"}',
        '{"a": "\u0085"}'.encode(),
        b'{"\\u0001": 1}',
    ],
)
def test_control_characters_do_not_pass(body: bytes) -> None:
    with pytest.raises(Invalid):
        check_body(body)


def test_depth_is_counted_outside_of_strings_only() -> None:
    with pytest.raises(CrmError):
        check_body(b'["]]]]", ' + nested(32) + b"]")


@pytest.mark.parametrize("end", [b"", b"\\", b"["], ids=["quote", "lone backslash", "bracket"])
def test_a_string_without_end_is_looked_through_once(end: bytes) -> None:
    check_body(b'{"a": "' + b'\\"[' * 40 + end)  # Looked through again, its brackets would count.


def test_of_many_control_characters_the_first_places_are_told() -> None:
    with pytest.raises(Invalid) as refused:
        check_body(json.dumps({"name" * 5000: ["\0"] * 4000}).encode())
    assert len(refused.value.problems) == MOST_TOLD


def signed(body: bytes, secret: str, at: float, key: str = "msg_1") -> dict[str, str]:
    moment = str(int(at))
    try:
        raw = base64.b64decode(secret.removeprefix("whsec_") + "==") or secret.encode()
    except ValueError:
        raw = secret.encode()
    mac = hmac.digest(raw, f"{key}.{moment}.".encode() + body, "sha256")
    signature = f"v1,{base64.b64encode(mac).decode()}"
    return {**JSON, "webhook-id": key, "webhook-timestamp": moment, "webhook-signature": signature}


async def capture(client: AsyncClient, headers: dict[str, str], body: bytes) -> Response:
    return await client.post(CAPTURE, headers=headers, content=body)


async def test_a_signature_is_as_good_as_the_cms_token(client: AsyncClient) -> None:
    secret = settings().capture_webhook_secrets[0]
    answer = await capture(client, signed(form(), secret, time.time()), form())
    assert answer.status_code == 201


async def test_a_signature_that_does_not_hold_is_401(client: AsyncClient, owner: asyncpg.Connection) -> None:
    secret, now = settings().capture_webhook_secrets[0], time.time()
    good = signed(form(), secret, now)
    wrong = [
        signed(form(), "another-secret-of-the-tests", now),
        signed(form(), secret, now - 360),
        signed(form(), secret, now + 360),
        signed(form(name="Eve"), secret, now),
        {**good, "webhook-id": "msg_2"},
        {**good, "webhook-signature": "v1,"},
        {**good, "webhook-signature": "garbage"},
        {**good, "webhook-signature": ""},
        {**good, "webhook-timestamp": "soon"},
        {**good, "webhook-timestamp": "9" * 400},
    ]
    assert [(await capture(client, headers, form())).status_code for headers in wrong] == [401] * len(wrong)
    assert await rows(owner) == 0


async def test_a_bad_token_is_not_saved_by_a_good_signature(client: AsyncClient) -> None:
    good = signed(form(), settings().capture_webhook_secrets[0], time.time())
    assert (await capture(client, {**good, "Authorization": "Bearer x"}, form())).status_code == 401


async def test_a_signature_opens_nothing_else(client: AsyncClient) -> None:
    good = signed(b"", settings().capture_webhook_secrets[0], time.time())
    assert (await client.get("/v1/leads", headers=good)).status_code == 401


async def test_a_caller_that_hangs_up_is_no_fault_of_ours() -> None:
    @post("/")
    async def handler() -> None: ...

    async def hang_up() -> Any:
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        statuses.append(message.get("status", 0))

    statuses: list[int] = []
    app = Litestar([handler], middleware=middleware, exception_handlers={**exception_handlers})
    headers = [(b"content-type", b"application/json")]
    scope: Any = {
        "type": "http",
        "method": "POST",
        "path": "/",
        "headers": headers,
        "query_string": b"",
        "state": {},
    }
    await app({**scope, "raw_path": b"/", "root_path": "", "http_version": "1.1"}, hang_up, send)
    assert statuses[0] == 400


async def test_what_only_a_constraint_refuses_is_422_and_said_to_operators(
    client: AsyncClient, as_user: Headers, owner: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = LogCapture()
    monkeypatch.setattr("app.web.errors.log", wrap_logger(None, processors=[told]))
    await owner.execute("ALTER TABLE customer ADD CONSTRAINT nobody_of_x CHECK (company <> 'X')")
    answer = await capture(client, {**as_user("cms"), **JSON}, form(company="X"))
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/unstorable")
    line = told.entries[0]
    assert (line["log_level"], line["event"], line["constraint"]) == (
        "warning",
        "request_unstorable",
        "nobody_of_x",
    )
    assert "navy.example" not in str(line)
    assert await rows(owner) == 0
