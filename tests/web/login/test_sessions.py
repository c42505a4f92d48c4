"""A session after the login: what ends it, what confirms it, and whose word counts for a write."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING, Any
from uuid import UUID

import jwt
import pytest

from app.services.login import remembered_sessions
from app.web.guards import csrf_token
from tests.wait import until

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    import asyncpg
    from httpx import AsyncClient

    from tests.fakes import FakeSso

    SignIn = Callable[[str], Awaitable[AsyncClient]]

SID = "__Host-sid"
BOARD = "/board"
LAST_SEEN = "SELECT extract(minute FROM now() - last_seen_at)::int FROM session"
LOGOUT_EVENT = {"http://schemas.openid.net/event/backchannel-logout": {}}
pytestmark = pytest.mark.usefixtures("fresh_sso")


def logout_token(sso: FakeSso, **changed: Any) -> str:
    said = jwt.decode(sso.token("rita"), options={"verify_signature": False})
    claims = {**said, "events": LOGOUT_EVENT, "sid": "sid-rita", **changed}
    return sso.signed(claims, {"typ": "logout+jwt"})


async def test_a_bearer_token_opens_no_page(browser: AsyncClient, as_user: Any) -> None:
    assert (await browser.get(BOARD, headers=as_user("rita"))).status_code == 401


async def test_an_expired_session_inside_a_page_says_so_beside_it(browser: AsyncClient) -> None:
    answer = await browser.get(BOARD, headers={"HX-Request": "true", "Accept": "text/html"})
    assert answer.status_code == 401
    assert answer.headers["hx-retarget"] == "#toasts"
    assert "/login" in answer.text


@pytest.mark.parametrize(
    ("came_from", "back"),
    [
        ("https://crm.example/board?q=navy#top", "/login?next=%2Fboard%3Fq%3Dnavy"),
        ("https://crm.example/", "/login"),
        ("https://evil.example/board", "/login"),
        ("https://crm.example//evil.example", "/login"),
        ("https://[", "/login"),
        ("", "/login"),
    ],
)
async def test_after_an_expired_session_one_is_back_on_the_page_one_came_from(
    browser: AsyncClient, came_from: str, back: str
) -> None:
    sent = await browser.post("/leads/new", headers={"Referer": came_from, "Accept": "text/html"})
    unsent = f"{back}{'&' if '?' in back else '?'}unsent=1"
    assert (sent.status_code, sent.headers["location"]) == (303, unsent)
    inside = {"HX-Request": "true", "HX-Current-URL": came_from}
    for answer in (
        await browser.post("/leads/new", headers=inside),
        await browser.get("/leads/new", headers=inside),
    ):
        if came_from:
            assert f'<a href="{back}">Sign in again</a>' in answer.text


async def test_an_origin_that_is_no_address_is_refused(signed_in: SignIn) -> None:
    assert (
        await (await signed_in("rita")).post("/logout", headers={"Origin": "https://["})
    ).status_code == 403


async def test_a_session_that_is_over_is_nobodys(signed_in: SignIn, owner: asyncpg.Connection) -> None:
    for change in (
        "UPDATE session SET last_seen_at = now() - interval '31 minutes'",
        "UPDATE session SET expires_at = now() - interval '1 second'",
        "UPDATE staff SET active = false",
        "DELETE FROM session",
    ):
        rita = await signed_in("rita")
        assert (await rita.get(BOARD)).status_code == 200
        await owner.execute(change)
        remembered_sessions.forget()
        assert (await rita.get(BOARD)).status_code == 303


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        (BOARD, {"X-Unattended": "1"}),
        (f"/customers/{UUID(int=1)}/live", {"Accept": "text/event-stream"}),
    ],
)
async def test_what_no_person_asked_for_does_not_keep_a_session_from_idling_out(
    signed_in: SignIn, owner: asyncpg.Connection, path: str, headers: dict[str, str]
) -> None:
    ada = await signed_in("ada")
    await idle_since(owner, 20)
    assert (await ada.get(path, headers=headers)).status_code in {200, 404}
    assert await owner.fetchval(LAST_SEEN) == 20
    # A person is noticed though their page asked a moment before.
    assert (await ada.get(BOARD)).status_code == 200
    assert await owner.fetchval(LAST_SEEN) == 0
    await idle_since(owner, 31)
    assert (await ada.get(path, headers=headers)).status_code in {303, 401}


async def idle_since(owner: asyncpg.Connection, minutes: int) -> None:
    await owner.execute("UPDATE session SET last_seen_at = now() - make_interval(mins => $1)", minutes)
    remembered_sessions.forget()


async def test_what_another_process_ended_is_over_within_a_second(
    signed_in: SignIn, owner: asyncpg.Connection
) -> None:
    rita = await signed_in("rita")
    assert (await rita.get(BOARD)).status_code == 200
    await owner.execute("DELETE FROM session")

    async def refused() -> bool:
        return (await rita.get(BOARD)).status_code == 303

    await until(refused, "rita is sent to the login")


async def confirmed_ago(owner: asyncpg.Connection, minutes: int) -> None:
    await owner.execute("UPDATE session SET refreshed_at = now() - make_interval(mins => $1)", minutes)
    remembered_sessions.forget()


async def test_the_sso_confirms_a_session_every_five_minutes(
    signed_in: SignIn, owner: asyncpg.Connection
) -> None:
    rita = await signed_in("rita")
    before = await owner.fetchval("SELECT refresh_token FROM session")
    await confirmed_ago(owner, 6)
    assert (await rita.get(BOARD)).status_code == 200

    async def confirmed() -> bool:
        return await owner.fetchval(
            "SELECT refreshed_at > now() - interval '1 minute' AND refresh_token <> $1 FROM session", before
        )

    await until(confirmed, "the session is confirmed")


async def test_a_session_the_sso_no_longer_stands_by_ends(
    signed_in: SignIn, owner: asyncpg.Connection
) -> None:
    rita = await signed_in("rita")
    await owner.execute("UPDATE session SET refresh_token = '\\x00'")
    await confirmed_ago(owner, 6)
    await rita.get(BOARD)

    async def gone() -> bool:
        return await owner.fetchval("SELECT count(*) = 0 FROM session")

    await until(gone, "the session is gone")


async def test_a_session_outlives_the_sso_by_its_grace_and_no_longer(
    signed_in: SignIn, owner: asyncpg.Connection, sso: FakeSso
) -> None:
    rita = await signed_in("rita")
    sso.down = True
    await confirmed_ago(owner, 19)
    assert (await rita.get(BOARD)).status_code == 200
    await confirmed_ago(owner, 21)
    assert (await rita.get(BOARD)).status_code == 303
    sso.down = False
    assert (await rita.get(BOARD)).status_code == 200


async def test_a_session_keeps_the_new_token_once_the_old_one_is_spent(
    signed_in: SignIn, owner: asyncpg.Connection, sso: FakeSso
) -> None:
    rita = await signed_in("rita")
    sso.userinfo_down = True
    await confirmed_ago(owner, 21)
    assert (await rita.get(BOARD)).status_code == 303
    sso.userinfo_down = False
    assert (await rita.get(BOARD)).status_code == 200
    assert len(sso.spent) == 2


async def test_the_sso_ends_a_session_over_the_back_channel(
    browser: AsyncClient, signed_in: SignIn, sso: FakeSso
) -> None:
    rita, omar = await signed_in("rita"), await signed_in("omar")
    answer = await browser.post("/auth/backchannel-logout", data={"logout_token": logout_token(sso)})
    assert answer.status_code == 200
    assert (await rita.get(BOARD)).status_code == 303
    assert (await omar.get(BOARD)).status_code == 200


async def test_what_is_no_logout_token_ends_nothing(
    browser: AsyncClient, signed_in: SignIn, sso: FakeSso
) -> None:
    rita = await signed_in("rita")
    wrong: list[dict[str, Any]] = [
        {"nonce": "x"},
        {"events": None},
        {"events": {}},
        {"events": "x"},
        {"aud": "another"},
        {"iss": "https://evil.example"},
        {"iat": int(time.time()) - 300},
        {"jti": None},
        {"sub": None, "sid": None},
    ]
    tokens = [logout_token(sso, **changed) for changed in wrong]
    for token in [*tokens, sso.token("rita"), "x", ""]:
        answer = await browser.post("/auth/backchannel-logout", data={"logout_token": token})
        assert answer.status_code == 400
    assert (await browser.post("/auth/backchannel-logout")).status_code == 400
    assert (await rita.get(BOARD)).status_code == 200


async def test_a_logout_token_comes_as_the_standard_says(
    browser: AsyncClient, signed_in: SignIn, sso: FakeSso
) -> None:
    rita = await signed_in("rita")
    part = {"logout_token": (None, logout_token(sso))}
    assert (await browser.post("/auth/backchannel-logout", files=part)).status_code == 400
    assert (await rita.get(BOARD)).status_code == 200


async def test_a_logout_token_works_once(browser: AsyncClient, signed_in: SignIn, sso: FakeSso) -> None:
    token = logout_token(sso)
    assert (await browser.post("/auth/backchannel-logout", data={"logout_token": token})).status_code == 200
    rita = await signed_in("rita")
    assert (await browser.post("/auth/backchannel-logout", data={"logout_token": token})).status_code == 400
    assert (await rita.get(BOARD)).status_code == 200


async def test_a_write_that_is_not_from_our_page_is_403(signed_in: SignIn) -> None:
    rita = await signed_in("rita")
    own = rita.headers.pop("x-csrftoken")
    refused: list[Any] = [
        {},
        {"x-csrftoken": "0" * 64},
        {"x-csrftoken": own[:-1]},
        {"x-csrftoken": own[32:] * 2},
        {"x-csrftoken": "é".encode()},
        {"x-csrftoken": own, "Sec-Fetch-Site": "cross-site"},
        {"x-csrftoken": own, "Sec-Fetch-Site": "same-site"},
        {"x-csrftoken": own, "Origin": "https://evil.example"},
        {"x-csrftoken": own, "Origin": "null"},
    ]
    for headers in refused:
        assert (await rita.post("/logout", headers=headers)).status_code == 403
    assert (await rita.get(BOARD)).status_code == 200


async def test_a_form_carries_its_token_in_a_field(signed_in: SignIn) -> None:
    rita = await signed_in("rita")
    del rita.headers["x-csrftoken"]
    answer = await rita.post("/logout", data={"_csrf_token": csrf_token(rita.cookies[SID])})
    assert answer.status_code == 303


async def test_no_two_pages_say_the_token_alike_and_each_can_be_used(signed_in: SignIn) -> None:
    rita = await signed_in("rita")
    own = rita.headers.pop("x-csrftoken")
    pages = [(await rita.get(BOARD)).text for _ in range(3)]
    tokens = {re.findall(r'name="csrf-token" content="(\w+)"', page)[0] for page in pages}
    assert len(tokens | {own}) == 4
    for token in (*tokens, own):
        assert (await rita.post("/logout/others", headers={"x-csrftoken": token})).status_code == 303


async def test_the_token_of_another_session_is_403(signed_in: SignIn) -> None:
    rita, omar = await signed_in("rita"), await signed_in("omar")
    answer = await rita.post("/logout", headers={"x-csrftoken": csrf_token(omar.cookies[SID])})
    assert answer.status_code == 403


async def test_one_can_sign_out_everywhere_else(signed_in: SignIn) -> None:
    here, there, omar = await signed_in("rita"), await signed_in("rita"), await signed_in("omar")
    answer = await here.post("/logout/others")
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert (await here.get(BOARD)).status_code == 200
    assert (await there.get(BOARD)).status_code == 303
    assert (await omar.get(BOARD)).status_code == 200
