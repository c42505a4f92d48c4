"""Signed out in the middle of something: the page learns how to go on, and tells nobody else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from app.services.login import remembered_sessions
from app.web.guards import csrf_token
from tests.cast import CAST

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    import asyncpg
    from httpx import AsyncClient

    SignIn = Callable[[str], Awaitable[AsyncClient]]

SID = "__Host-sid"
TOKEN = "/session/token"
INSIDE = {"HX-Request": "true"}


async def test_a_page_of_an_earlier_session_gets_the_new_ones_token(signed_in: SignIn) -> None:
    before, rita = await signed_in("rita"), await signed_in("rita")
    stale = {"X-CSRFToken": before.headers["x-csrftoken"]}
    refused = await rita.post("/logout/others", headers={**stale, **INSIDE})
    assert (refused.status_code, refused.headers["x-problem"]) == (403, "stale-page")
    said = await rita.get(TOKEN, headers=INSIDE)
    assert said.headers["cache-control"] == "no-store"
    assert said.json()["viewer"] == CAST.rita.id
    taken = await rita.post("/logout/others", headers={"X-CSRFToken": said.json()["token"]})
    assert taken.status_code == 303


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
    ],
)
async def test_another_origin_is_told_neither_who_is_here_nor_a_token(
    signed_in: SignIn, headers: dict[str, str]
) -> None:
    rita = await signed_in("rita")
    answer = await rita.get(TOKEN, headers=headers)
    assert answer.status_code == 403
    assert answer.headers["content-type"].startswith("text/html")
    assert '"token"' not in answer.text
    assert "access-control-allow-origin" not in answer.headers
    assert answer.headers["cross-origin-resource-policy"] == "same-origin"


async def test_whose_session_is_over_gets_no_token_and_is_told_so(
    signed_in: SignIn, owner: asyncpg.Connection
) -> None:
    rita = await signed_in("rita")
    await owner.execute("DELETE FROM session")
    remembered_sessions.forget()
    for asked in (await rita.get(TOKEN, headers=INSIDE), await rita.post("/leads/new", headers=INSIDE)):
        assert (asked.status_code, asked.headers["x-problem"]) == (401, "unauthenticated")


async def test_a_sign_in_beside_a_page_ends_where_the_page_hears_of_it(
    browser: AsyncClient, signed_in: SignIn
) -> None:
    asked = await browser.get("/login?next=%2Fsession")
    assert "/login/start?next=%2Fsession" in asked.text
    there = await (await signed_in("rita")).get("/session", headers={"Sec-Fetch-Site": "cross-site"})
    assert "data-signed-in" in there.text
    assert "You are signed in" in there.text


async def test_a_form_without_scripts_says_at_the_login_that_it_was_not_saved(browser: AsyncClient) -> None:
    here = {"Referer": "https://crm.example/tickets?q=x", "Accept": "text/html"}
    sent = await browser.post("/leads/new", headers=here, data={"name": "Grace"})
    assert sent.headers["location"] == "/login?next=%2Ftickets%3Fq%3Dx&unsent=1"
    login = await browser.get(sent.headers["location"])
    assert "what you sent was not saved" in login.text
    assert "/login/start?next=%2Ftickets%3Fq%3Dx" in login.text
    assert "was not saved" not in (await browser.get("/login?next=%2Ftickets")).text
    for nothing_lost in ("/logout", "/logout/others"):
        assert "unsent" not in (await browser.post(nothing_lost, headers=here)).headers["location"]
    assert "unsent" not in (await browser.get("/tickets", headers=here)).headers["location"]


@pytest.mark.parametrize(
    ("came_from", "back"),
    [("https://crm.example/tickets?q=x", "/tickets?q=x"), ("https://evil.example/tickets", "/"), ("", "/")],
)
async def test_a_page_of_an_earlier_session_without_scripts_leads_back_and_says_that_nothing_was_saved(
    signed_in: SignIn, came_from: str, back: str
) -> None:
    before, rita = await signed_in("rita"), await signed_in("rita")
    del rita.headers["x-csrftoken"]
    stale = {"_csrf_token": csrf_token(before.cookies[SID])}
    answer = await rita.post("/leads/new", data=stale, headers={"Referer": came_from})
    assert answer.status_code == 403
    assert "nothing was saved" in answer.text
    assert f'href="{back}">Back to the page<' in answer.text
