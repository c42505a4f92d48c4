"""An OpenID provider that is not ours (oidc-provider-mock, on Authlib) signs somebody in, by settings alone.

It knows nobody of ours: `sub` is no UUID, roles are where Keycloak keeps them, access tokens cannot be read.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from app.core.settings import settings
from app.gateways.sso.company import sso as company_sso
from app.services import sessions
from app.services.login import remembered_sessions
from app.web.guards import SESSION_COOKIE
from tests.conftest import browser_of
from tests.ports import reserve_port
from tests.wait import BOOT, until_true

if TYPE_CHECKING:
    from collections.abc import Iterator

    import asyncpg
    from litestar import Litestar

REP: dict[str, Any] = {
    "sub": "auth0|5f7c8ec7c33c6c004bbafe82",
    "name": "Rita Reyes",
    "email": "rita@slyyfoxx.example",
    "realm_access": {"roles": ["offline_access", "SALES_REP"]},
    "crm": {"rep": "R-1001"},
}
ADMIN: dict[str, Any] = {
    "sub": "ada@slyyfoxx.example",
    "name": "Ada Andersson",
    "email": "ada@slyyfoxx.example",
    "realm_access": {"roles": ["SLYYFOXX_ADMIN"]},
}
NOBODY: dict[str, Any] = {"sub": "grace", "name": "Grace Hopper", "email": "grace@navy.example"}


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    port = reserve_port()
    users = [word for user in (REP, ADMIN, NOBODY) for word in ("--user-claims", json.dumps(user))]
    command = [sys.executable, "-W", "ignore", "-m", "oidc_provider_mock", "--port", str(port), *users]
    running = subprocess.Popen(command, stderr=subprocess.DEVNULL, env={**os.environ, "PYTHONWARNINGS": ""})
    address = f"http://localhost:{port}"
    until_true(lambda: _answers(address), "the provider answers", BOOT)
    yield address
    running.terminate()
    running.wait(timeout=10)


@pytest.fixture(autouse=True)
def configured(issuer: str, place: object, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The five settings of a company that plugs the CRM into its provider."""
    monkeypatch.setenv("SSO_ISSUER", issuer)
    monkeypatch.setenv("SSO_CLIENT_ID", "crm-of-the-company")
    monkeypatch.setenv("SSO_CLIENT_SECRET", "a secret/with: odd+characters%")
    monkeypatch.setenv("SSO_ROLES_CLAIM", "realm_access.roles")
    monkeypatch.setenv("SSO_REP_ID_CLAIM", "crm.rep")
    for known in (settings, company_sso):
        known.cache_clear()
    yield
    monkeypatch.undo()
    for known in (settings, company_sso):
        known.cache_clear()


async def sign_in(
    app: Litestar, who: dict[str, Any], path: str = "/"
) -> tuple[httpx.AsyncClient, httpx.Response]:
    """Go through the provider's own form as a browser would, and come back."""
    browser = browser_of(app)
    asked = await browser.get("/login/start", params={"next": path})
    async with httpx.AsyncClient() as elsewhere:
        form = await elsewhere.get(asked.headers["location"])
        assert "Authorize" in form.text
        back = await elsewhere.post(asked.headers["location"], data={"sub": who["sub"]})
    return browser, await browser.get(back.headers["location"])


async def test_a_rep_is_signed_in_and_sees_their_own(app: Litestar, owner: asyncpg.Connection) -> None:
    browser, answered = await sign_in(app, REP, "/board")
    assert (answered.status_code, answered.headers["location"]) == (303, "/board")
    assert (await browser.get("/board")).status_code == 200
    assert (await browser.get("/admin")).status_code == 403
    row = await owner.fetchrow("SELECT name, rep_id, roles FROM staff WHERE id = $1", REP["sub"])
    assert tuple(row) == ("Rita Reyes", "R-1001", ["SALES_REP", "offline_access"])
    await browser.aclose()


async def test_an_admin_is_an_admin(app: Litestar) -> None:
    browser, _ = await sign_in(app, ADMIN)
    assert (await browser.get("/admin")).status_code == 200
    await browser.aclose()


async def test_who_has_no_role_there_gets_in_nowhere(app: Litestar, owner: asyncpg.Connection) -> None:
    browser, answered = await sign_in(app, NOBODY)
    assert answered.status_code == 403
    assert SESSION_COOKIE not in browser.cookies
    assert await owner.fetchval("SELECT count(*) FROM session") == 0
    await browser.aclose()


async def test_its_refresh_tokens_confirm_a_session_and_their_end_ends_it(
    app: Litestar, owner: asyncpg.Connection, issuer: str
) -> None:
    browser, _ = await sign_in(app, REP)
    token = browser.cookies[SESSION_COOKIE]
    await owner.execute("UPDATE session SET refreshed_at = now() - interval '21 minutes'")
    remembered_sessions.forget()
    assert await sessions.find_viewer(token) is not None
    async with httpx.AsyncClient() as admin:
        await admin.post(f"{issuer}/users/{REP['sub']}/revoke-tokens")
    await owner.execute("UPDATE session SET refreshed_at = now() - interval '21 minutes'")
    remembered_sessions.forget()
    assert await sessions.find_viewer(token) is None
    assert (await browser.get("/board")).headers["location"].startswith("/login")
    await browser.aclose()


async def test_logging_out_leads_to_the_providers_own_end(app: Litestar, issuer: str) -> None:
    browser, _ = await sign_in(app, REP)
    assert (await sessions.log_out(browser.cookies[SESSION_COOKIE]) or "").startswith(
        f"{issuer}/oauth2/end_session?"
    )
    assert (await browser.get("/board")).headers["location"].startswith("/login")
    await browser.aclose()


def _answers(address: str) -> bool:
    try:
        return httpx.get(f"{address}/jwks", timeout=1).is_success
    except httpx.HTTPError:
        return False
