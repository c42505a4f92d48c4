"""What every answer carries, and what no error says."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

import asyncpg
import pytest

from app.core.errors import Invalid, Problem, StaleLead
from app.web.errors import describe

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from httpx import AsyncClient

    Headers = Callable[..., dict[str, str]]
    SignIn = Callable[[str], Awaitable[AsyncClient]]

ALWAYS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "strict-transport-security": "max-age=31536000; includeSubDomains",
}
PATHS = ["/login", "/board", "/nowhere", "/static/nothing.css", "/v1/leads", "/v1/nowhere", "/auth/callback"]


async def test_every_answer_carries_the_headers(client: AsyncClient) -> None:
    for path in PATHS:
        answer = await client.get(path)
        assert {name: answer.headers.get(name) for name in ALWAYS} == ALWAYS
        assert answer.headers["permissions-policy"]
        UUID(answer.headers["x-request-id"])


async def test_no_inline_script_or_style_is_ever_allowed(client: AsyncClient) -> None:
    for path in PATHS:
        policy = (await client.get(path)).headers["content-security-policy"]
        directives = dict(part.strip().split(" ", 1) for part in policy.split(";"))
        assert directives["default-src"] == "'none'"
        assert directives["script-src"] == directives["style-src"] == "'self'"
        assert directives["frame-ancestors"] == directives["base-uri"] == "'none'"
        assert "unsafe" not in policy


async def test_personal_answers_are_not_kept(client: AsyncClient, signed_in: SignIn) -> None:
    rita = await signed_in("rita")
    assert (await rita.get("/board")).headers["cache-control"] == "no-store"
    assert (await client.get("/v1/leads")).headers["cache-control"] == "no-store"


async def test_v1_explains_a_missing_page_as_a_problem(client: AsyncClient, as_user: Headers) -> None:
    answer = await client.get("/v1/nowhere", headers=as_user("rita"))
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["type"] == "/problems/not-found"
    assert answer.json()["instance"] == answer.headers["x-request-id"]


async def test_a_wrong_method_is_405_and_names_the_right_one(client: AsyncClient, as_user: Headers) -> None:
    answer = await client.delete("/v1/leads", headers=as_user("rita"))
    assert answer.status_code == 405
    assert "GET" in answer.headers["allow"]


async def test_trace_is_no_method_here(client: AsyncClient, as_user: Headers) -> None:
    for path in PATHS:
        answer = await client.request("TRACE", path, headers=as_user("rita"))
        assert answer.status_code in {404, 405}
        assert as_user("rita")["Authorization"] not in answer.text


async def test_no_other_site_may_read_an_answer(client: AsyncClient, as_user: Headers) -> None:
    elsewhere = {"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}
    for path in PATHS:
        for method in ("GET", "OPTIONS"):
            answer = await client.request(method, path, headers={**as_user("rita"), **elsewhere})
            assert [name for name in answer.headers if name.startswith("access-control-")] == []


async def test_every_page_of_somebody_signed_in_has_a_way_out(signed_in: SignIn) -> None:
    for who, paths in (
        ("rita", ("/", "/board", "/customers", "/tickets", "/reports")),
        ("sam", ("/", "/customers", "/tickets")),
        ("ada", ("/", "/board", "/admin", "/admin/staff")),
    ):
        browser = await signed_in(who)
        for path in paths:
            shown = await browser.get(path, headers={"Accept": "text/html"}, follow_redirects=True)
            assert '<form action="/logout" method="post">' in shown.text, (who, path)


async def test_a_person_gets_a_page_for_a_missing_page(client: AsyncClient) -> None:
    answer = await client.get("/nowhere", headers={"Accept": "text/html"})
    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("text/html")
    assert answer.headers["x-request-id"] in answer.text


async def test_htmx_gets_its_error_beside_the_page(client: AsyncClient) -> None:
    answer = await client.get("/nowhere", headers={"HX-Request": "true"})
    assert answer.status_code == 404
    assert answer.headers["hx-retarget"] == "#toasts"
    assert "<html" not in answer.text


async def test_an_odd_path_is_404(client: AsyncClient) -> None:
    for path in ("/static/..%2f..%2fpiccolo_conf.py", "/static/%00", "/..%2f..%2fetc/passwd", "/%ff"):
        assert (await client.get(path)).status_code in {400, 404}


def test_an_unknown_error_says_nothing_of_itself() -> None:
    answer = describe(RuntimeError("grace@navy.example was here"))
    assert answer.status == 500
    assert "grace" not in f"{answer.title}{answer.detail}"


def test_every_problem_is_told() -> None:
    answer = describe(Invalid([Problem("#/a", "is required"), Problem("#/b", "is too long")]))
    assert (answer.status, len(answer.problems)) == (422, 2)


def test_a_stale_write_carries_the_current_lead() -> None:
    assert describe(StaleLead(lead="the lead")).extra == {"lead": "the lead"}


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (UnicodeDecodeError("utf-8", b"\xff", 0, 1, "x"), 400),
        (RecursionError(), 400),
        (ConnectionRefusedError(), 503),
        (TimeoutError(), 503),
        (asyncpg.InternalClientError(), 503),
        (asyncpg.InvalidPasswordError(), 503),
        (asyncpg.PostgresIOError(), 503),
    ],
)
def test_known_failures_have_their_status(error: Exception, status: int) -> None:
    assert describe(error).status == status
