"""What somebody would try against sign-in and sessions, and what must never be told."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from app.core.settings import settings
from app.services.sessions import find_viewer
from app.web.guards import SESSION_COOKIE
from tests.conftest import METRICS_TOKEN, browser_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    import asyncpg
    from httpx import AsyncClient
    from litestar import Litestar

    from tests.fakes import FakeSso

    SignIn = Callable[[str], Awaitable[AsyncClient]]
    Headers = Callable[..., dict[str, str]]

CHOSEN = "an-id-that-the-attacker-chose"
pytestmark = pytest.mark.usefixtures("fresh_sso")


async def log_in(app: Litestar, sso: FakeSso, cookie: str | None = None) -> AsyncClient:
    browser = browser_of(app)
    if cookie:
        browser.cookies.set(SESSION_COOKIE, cookie, domain="crm.example")
    asked = await browser.get("/login/start")
    async with httpx.AsyncClient() as elsewhere:
        back = (await elsewhere.get(asked.headers["location"])).headers["location"]
    assert (await browser.get(back)).status_code == 303
    return browser


async def test_an_id_chosen_before_the_login_is_never_a_session(app: Litestar, sso: FakeSso) -> None:
    victim = await log_in(app, sso, CHOSEN)
    assert [cookie.value for cookie in victim.cookies.jar if cookie.name == SESSION_COOKIE] != [CHOSEN]
    assert await find_viewer(CHOSEN) is None
    await victim.aclose()


async def test_guessing_ids_finds_nobody(signed_in: SignIn) -> None:
    await signed_in("rita")
    guesses = [secrets.token_urlsafe(32) for _ in range(300)]
    odd = ["", " ", "0", "\x00", "é", "a" * 127, "' OR 1=1 --", "../..", "%00"]
    assert {await find_viewer(guess) for guess in [*guesses, *odd]} == {None}


async def test_an_id_in_the_address_is_no_session(app: Litestar, signed_in: SignIn) -> None:
    rita = await signed_in("rita")
    token = rita.cookies[SESSION_COOKIE]
    async with browser_of(app) as stranger:
        for name in (SESSION_COOKIE, "sid", "session", "access_token"):
            answer = await stranger.get("/board", params={name: token})
            assert answer.status_code == 303, name
        lax = await stranger.get("/board", headers={"cookie": f"sid={token}; Host-sid={token}"})
        assert lax.status_code == 303


async def test_the_way_after_a_login_is_never_another_site(app: Litestar, sso: FakeSso) -> None:
    for wanted in (
        "//evil.example",
        "https://evil.example",
        "/\\evil.example",
        "/\tevil",
        "javascript:alert(1)",
    ):
        async with browser_of(app) as browser, httpx.AsyncClient() as elsewhere:
            asked = await browser.get("/login/start", params={"next": wanted})
            back = (await elsewhere.get(asked.headers["location"])).headers["location"]
            assert (await browser.get(back)).headers["location"] == "/", wanted


async def test_a_rep_without_a_rep_id_sees_nothing_anywhere(client: AsyncClient, as_user: Headers) -> None:
    headers = as_user("rita", sales_rep_id=None)
    for path in ("/v1/leads", "/v1/customers", "/v1/events"):
        answer = await client.get(path, headers=headers)
        assert (answer.status_code, "items" in answer.text) == (403, False), path


async def test_no_secret_is_ever_told(
    app: Litestar, client: AsyncClient, as_user: Headers, sso: FakeSso, capfd: Any
) -> None:
    """Neither logs nor errors nor figures carry a cookie, a token, a secret or what somebody typed."""
    browser = await log_in(app, sso)
    good = as_user("rita")["Authorization"].removeprefix("Bearer ")
    bad = f"{good[:-6]}AAAAAA"
    typed = "a note that is nobody else's business"
    answers = [
        await client.get("/v1/leads", headers={"Authorization": f"Bearer {bad}"}),
        await client.get("/v1/leads", headers={"Authorization": f"Bearer {good}"}),
        await client.post(
            "/v1/activity/log", headers={"Authorization": f"Bearer {good}"}, json={"notes": typed}
        ),
        await client.post("/v1/events/sso", content=typed.encode(), headers={"webhook-id": "1"}),
        await client.get("/auth/callback", params={"code": "a-code-of-somebody", "state": "x"}),
        await browser.post("/auth/backchannel-logout", data={"logout_token": bad}),
        await client.get("/metrics", headers={"Authorization": f"Bearer {METRICS_TOKEN}"}),
        await client.get("/health/ready"),
    ]
    said = "".join(capfd.readouterr()) + "".join(f"{answer.headers}{answer.text}" for answer in answers)
    kept = settings()
    never = [
        browser.cookies[SESSION_COOKIE],
        good,
        bad,
        "a-code-of-somebody",
        typed,
        kept.sso_client_secret or "",
        METRICS_TOKEN,
        *kept.sso_events_secrets,
        *kept.capture_webhook_secrets,
        (kept.database_url or "").partition("@")[0],
    ]
    assert [secret for secret in never if secret in said] == []
    await browser.aclose()


async def test_refused_writes_keep_what_was_typed(
    app: Litestar, signed_in: SignIn, owner: asyncpg.Connection
) -> None:
    """A session that ends while somebody types: the answer goes beside the page, not over the form."""
    rita = await signed_in("rita")
    await owner.execute("DELETE FROM session")
    answer = await rita.post(
        "/customers/01900000-0000-7000-8000-00000000dead/activities",
        data={"notes": "A long note"},
        headers={"HX-Request": "true"},
    )
    assert answer.status_code == 401
    assert (answer.headers["hx-retarget"], answer.headers["hx-reswap"]) == ("#toasts", "beforeend")
    assert "Sign in again" in answer.text


async def test_headers_that_a_proxy_would_set_are_not_believed(app: Litestar, signed_in: SignIn) -> None:
    forwarded = {
        "X-Forwarded-Host": "evil.example",
        "X-Forwarded-Proto": "http",
        "Forwarded": "host=evil.example",
    }
    async with browser_of(app) as stranger:
        asked = await stranger.get("/login/start", headers=forwarded)
        assert "evil.example" not in str(asked.headers)
    rita = await signed_in("rita")
    refused = await rita.post("/logout", headers={**forwarded, "Origin": "https://evil.example"})
    assert refused.status_code == 403


async def test_behind_a_proxy_the_public_name_is_our_own(signed_in: SignIn) -> None:
    rita = await signed_in("rita")
    headers = {"Host": "10.0.0.7:8000", "Origin": settings().public_url, "Sec-Fetch-Site": "same-origin"}
    assert (await rita.post("/logout", headers=headers)).status_code == 303
