"""Signing in and out: whose session it becomes, and everything that is no login."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from structlog import wrap_logger
from structlog.testing import LogCapture

from app.core.settings import settings
from app.gateways import rate_limit
from app.gateways.sso.company import sso as company_sso
from app.services.login import own_path
from app.web.guards import csrf_token
from tests.conftest import browser_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    import asyncpg
    from httpx import AsyncClient
    from litestar import Litestar

    from tests.fakes import FakeSso

    SignIn = Callable[[str], Awaitable[AsyncClient]]

SID = "__Host-sid"
BOARD = "/board"
pytestmark = pytest.mark.usefixtures("fresh_sso")


async def begin(browser: AsyncClient, path: str = "") -> str:
    """Begin a login and return where the SSO sends the browser back to."""
    asked = await browser.get("/login/start", params={"next": path} if path else None)
    async with httpx.AsyncClient() as elsewhere:
        return (await elsewhere.get(asked.headers["location"])).headers["location"]


async def log_out(browser: AsyncClient) -> httpx.Response:
    token = csrf_token(browser.cookies[SID])
    return await browser.post("/logout", headers={"x-csrftoken": token})


async def test_whoever_is_not_signed_in_is_asked_to_and_comes_back(browser: AsyncClient) -> None:
    asked = await browser.get("/board?q=navy")
    assert asked.status_code == 303
    assert asked.headers["location"] == "/login?next=%2Fboard%3Fq%3Dnavy"
    shown = await browser.get(asked.headers["location"])
    assert "Sign in with your company account" in shown.text
    back = await browser.get(await begin(browser, "/board?q=navy"))
    assert back.headers["location"] == "/board?q=navy"
    assert (await browser.get("/board?q=navy")).status_code == 200


async def test_the_login_asks_for_code_with_pkce(browser: AsyncClient, sso: FakeSso) -> None:
    asked = await browser.get("/login/start")
    query = {name: values[0] for name, values in parse_qs(urlsplit(asked.headers["location"]).query).items()}
    assert query["response_type"] == "code"
    assert query["code_challenge_method"] == "S256"
    assert len(query["code_challenge"]) == 43
    assert len(query["state"]) == len(query["nonce"]) == 43
    assert query["redirect_uri"].endswith("/auth/callback")


async def test_the_scope_that_a_provider_wants_for_refresh_tokens_can_be_set(
    browser: AsyncClient, sso: FakeSso, owner: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    sso.offline_only = True
    monkeypatch.setenv("SSO_SCOPE", "openid profile email offline_access")
    settings.cache_clear()
    company_sso.cache_clear()
    assert (await browser.get(await begin(browser))).status_code == 303
    assert await owner.fetchval("SELECT count(refresh_token) FROM session") == 1


async def test_a_session_that_can_never_be_confirmed_is_logged(
    browser: AsyncClient, sso: FakeSso, owner: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = LogCapture()
    monkeypatch.setattr("app.services.login.log", wrap_logger(None, processors=[said]))
    for sso.offline_only in (False, True):
        assert not said.entries
        assert (await browser.get(await begin(browser))).status_code == 303
    assert await owner.fetchval("SELECT count(refresh_token) FROM session") == 0
    assert [entry["missing"] for entry in said.entries] == ["refresh token"]


async def test_who_typed_localhost_signs_in_under_the_name_that_the_sso_sends_back_to(
    browser: AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CRM_PUBLIC_URL", "http://127.0.0.1:8000")
    settings.cache_clear()
    path = "/login/start?next=%2Fboard"
    other = await browser.get(f"http://localhost:8000{path}")
    assert other.headers["location"] == f"http://127.0.0.1:8000{path}"
    assert "code_challenge" in (await browser.get(other.headers["location"])).headers["location"]
    stranger = await browser.get(f"http://crm.internal:8000{path}")
    assert "code_challenge" in stranger.headers["location"]
    monkeypatch.undo()
    settings.cache_clear()


async def test_the_cookie_is_for_this_host_and_no_script(browser: AsyncClient) -> None:
    answer = await browser.get(await begin(browser))
    cookie = next(line for line in answer.headers.get_list("set-cookie") if line.startswith(SID))
    for flag in ("Secure", "HttpOnly", "SameSite=lax", "Path=/"):
        assert flag in cookie
    assert "Domain" not in cookie


async def test_only_a_hash_of_the_cookie_is_kept(signed_in: SignIn, owner: asyncpg.Connection) -> None:
    rita = await signed_in("rita")
    row = await owner.fetchrow("SELECT * FROM session")
    assert row is not None
    assert rita.cookies[SID] not in str(dict(row))
    assert b"rita." not in row["refresh_token"]


async def test_a_login_gives_a_new_session_and_ends_the_old(
    app: Litestar, signed_in: SignIn, owner: asyncpg.Connection
) -> None:
    rita = await signed_in("rita")
    before = rita.cookies[SID]
    await rita.get(await begin(rita))
    assert rita.cookies[SID] != before
    assert await owner.fetchval("SELECT count(*) FROM session") == 1
    async with browser_of(app) as thief:
        assert (await thief.get(BOARD, headers={"Cookie": f"{SID}={before}"})).status_code == 303


async def test_a_cookie_we_did_not_make_is_nobody(browser: AsyncClient) -> None:
    for value in ("attackerchosen", "", "x" * 5000, "é", "' OR 1=1 --", "a" * 43):
        answer = await browser.get(BOARD, headers={b"Cookie": f"{SID}={value}".encode()})
        assert answer.status_code == 303


async def test_after_logging_out_the_cookie_is_nothing(
    app: Litestar, signed_in: SignIn, sso: FakeSso
) -> None:
    rita = await signed_in("rita")
    before = rita.cookies[SID]
    answer = await log_out(rita)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith(f"{sso.issuer}/end-session?")
    assert "storage" in answer.headers["clear-site-data"]
    async with browser_of(app) as thief:
        assert (await thief.get(BOARD, headers={"Cookie": f"{SID}={before}"})).status_code == 303


async def test_the_state_must_be_this_browsers(app: Litestar, browser: AsyncClient) -> None:
    victim_link = await begin(browser)
    async with browser_of(app) as other:
        await begin(other)
        assert (await other.get(victim_link)).status_code == 400
        assert SID not in other.cookies


async def test_a_callback_works_once(browser: AsyncClient, owner: asyncpg.Connection) -> None:
    back = await begin(browser)
    state = browser.cookies["__Host-login"]
    assert (await browser.get(back)).status_code == 303
    browser.cookies.set("__Host-login", state)
    assert (await browser.get(back)).status_code == 400
    assert await owner.fetchval("SELECT count(*) FROM session") == 1


async def test_what_is_no_answer_to_our_question_is_400(browser: AsyncClient) -> None:
    for change in ("state=x", "iss=https://evil.example", "code=", "error=access_denied"):
        back = httpx.URL(await begin(browser))
        name, _, value = change.partition("=")
        assert (await browser.get(back.copy_set_param(name, value))).status_code == 400
    for missing in ("state", "code", "iss"):
        back = httpx.URL(await begin(browser))
        assert (await browser.get(back.copy_remove_param(missing))).status_code == 400
    assert SID not in browser.cookies


async def test_an_id_token_of_another_login_is_400(browser: AsyncClient, sso: FakeSso) -> None:
    back = await begin(browser)
    for login in sso.codes.values():
        login["nonce"] = "another"
    assert (await browser.get(back)).status_code == 400
    assert SID not in browser.cookies


async def test_an_id_token_for_another_client_is_400(browser: AsyncClient, sso: FakeSso) -> None:
    back = await begin(browser)
    for login in sso.codes.values():
        login["client"] = "another"
    assert (await browser.get(back)).status_code == 400
    assert SID not in browser.cookies


async def test_a_flood_of_logins_is_told_to_wait_and_leaves_no_rows(
    browser: AsyncClient, owner: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rate_limit, "LOGIN_RATE", "3/hour")
    answers = [await browser.get("/login/start") for _ in range(5)]
    assert [answer.status_code for answer in answers] == [303, 303, 303, 429, 429]
    assert "Too many people are signing in right now" in answers[4].text
    assert int(answers[4].headers["retry-after"]) > 0
    assert await owner.fetchval("SELECT count(*) FROM login_attempt") == 3


async def test_who_has_no_role_gets_no_session(
    browser: AsyncClient, sso: FakeSso, owner: asyncpg.Connection
) -> None:
    sso.signed_in = "cms"
    assert (await browser.get(await begin(browser))).status_code == 403
    assert await owner.fetchval("SELECT count(*) FROM session") == 0


async def test_an_sso_that_is_away_is_said_to_be_away(browser: AsyncClient, sso: FakeSso) -> None:
    sso.down = True
    answer = await browser.get("/login/start")
    assert answer.status_code == 503
    assert answer.headers["retry-after"]


@pytest.mark.parametrize(
    ("given", "gone_to"),
    [
        ("/board?q=a&b=c", "/board?q=a&b=c"),
        ("/customers/1#x", "/customers/1#x"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("https://evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("board", "/"),
        ("/a\r\nSet-Cookie: x", "/"),
        ("/a\\b", "/"),
        ("", "/"),
        (None, "/"),
        ("/" + "x" * 5000, "/"),
        ("/customers?q=%E2%82%AC", "/customers?q=%E2%82%AC"),
        ("/€", "/"),
    ],
)
def test_after_login_only_own_paths_are_gone_to(given: str | None, gone_to: str) -> None:
    assert own_path(given) == gone_to


async def test_a_way_that_no_header_can_hold_is_not_gone(browser: AsyncClient, signed_in: SignIn) -> None:
    back = await browser.get(await begin(browser, "/€"))
    shown = await (await signed_in("rita")).get("/login", params={"next": "/€"})
    for answer in (back, shown):
        assert (answer.status_code, answer.headers["location"]) == (303, "/")


async def test_an_end_of_the_sso_elsewhere_is_reached_by_a_page_of_its_own(
    signed_in: SignIn, sso: FakeSso, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A form may only lead to the issuer (form-action), also by a redirect; a page may lead anywhere."""
    known, elsewhere = sso.discovery(), "https://logout.elsewhere.example/end?at=1"
    named = {**known, "end_session_endpoint": elsewhere}
    monkeypatch.setitem(sso.documents, "/.well-known/openid-configuration", lambda: named)
    company_sso.cache_clear()
    rita = await signed_in("rita")
    answer = await log_out(rita)
    assert answer.status_code == 200
    (to,) = re.findall(r'http-equiv="refresh" content="0; url=([^"]+)"', answer.text)
    assert html.unescape(to).startswith(f"{elsewhere}&client_id=")
    assert answer.headers["clear-site-data"] == '"cache", "storage"'
    assert (await rita.get(BOARD)).headers["location"].startswith("/login")
