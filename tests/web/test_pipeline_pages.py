"""The pages around the board over HTTP: homes, dialogs, views, bulk, search."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests import make

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    import asyncpg
    from httpx import AsyncClient

    from tests.cast import Cast

    SignIn = Callable[[str], Awaitable[AsyncClient]]

PARTIAL = {"HX-Request": "true", "HX-Request-Type": "partial"}


async def test_everybody_begins_at_their_own_home(
    signed_in: SignIn, owner: asyncpg.Connection, cast: Cast
) -> None:
    await make.lead(owner, cast.rita, "negotiation", expected_value=5000)
    assert "Rotting or without a next step" in (await (await signed_in("rita")).get("/")).text
    team = (await (await signed_in("ada")).get("/")).text
    assert team.count('<svg class="chart"') == 2
    assert team.count("As a table") == 2
    answer = await (await signed_in("sam")).get("/")
    assert (answer.status_code, answer.headers["location"]) == (303, "/tickets")


async def test_what_is_no_filter_is_ignored_and_said_so(
    signed_in: SignIn, owner: asyncpg.Connection, cast: Cast
) -> None:
    lead = await make.lead(owner, cast.rita, score=80)
    wrong = {
        "score": "<b>tepid</b>",
        "min": "1e999999",
        "colour": "red",
        "q": "Person",
        "owner": cast.omar.id,
    }
    html = (await (await signed_in("rita")).get("/board", params=wrong)).text
    assert html.count("was ignored.") == 3
    assert "<b>tepid" not in html
    assert str(lead) in html


async def test_a_view_is_saved_and_deleted_from_the_board(signed_in: SignIn) -> None:
    client = await signed_in("rita")
    saved = await client.post("/views", data={"name": "Warm", "query": "score=warm&evil=1"})
    assert saved.headers["location"] == "/board?score=warm"
    html = (await client.get(saved.headers["location"])).text
    (path,) = re.findall(r"/views/[\da-f-]{36}/delete", html)
    assert (await client.post(path)).status_code == 303
    assert (await client.post(path)).status_code == 404


async def test_a_change_on_the_board_answers_with_its_card(
    signed_in: SignIn, owner: asyncpg.Connection, cast: Cast
) -> None:
    lead = await make.lead(owner, cast.rita)
    client = await signed_in("rita")
    form = {"version": "1", "view": "board", "from": "lead", "value": "1,200", "next": "3"}
    for act in ("deal", "follow-up"):
        answer = await client.post(f"/leads/{lead}/{act}", data=form, headers=PARTIAL)
        form["version"] = "2"
        assert (answer.status_code, answer.text.count("data-lead-id=")) == (200, 1)
    assert "€1,200" in answer.text
    stale = await client.post(f"/leads/{lead}/deal", data=form | {"version": "1"}, headers=PARTIAL)
    assert stale.status_code == 409
    assert "You changed this lead" in stale.text


async def test_many_are_changed_without_script(
    signed_in: SignIn, owner: asyncpg.Connection, cast: Cast
) -> None:
    leads = [await make.lead(owner, cast.rita) for _ in range(2)]
    client = await signed_in("rita")
    picks = [f"{lead}:1" for lead in leads]
    assert (await client.get("/board/lead")).text.count('name="lead"') == 2
    asked = await client.post("/leads/bulk", data={"lead": picks})
    assert asked.text.count('name="lead"') == 2
    done = await client.post("/leads/bulk", data={"lead": picks, "act": "move", "to": "qualified"})
    assert "2 of 2 leads changed" in done.text
    for wrong in ({"lead": "nonsense"}, {"lead": picks, "act": "dance"}, {"act": "move", "to": "lead"}):
        assert (await client.post("/leads/bulk", data=wrong)).status_code in {400, 422}


async def test_the_preview_is_what_onboarding_gets(
    signed_in: SignIn, owner: asyncpg.Connection, cast: Cast
) -> None:
    lead = await make.lead(owner, cast.rita, "negotiation")
    client = await signed_in("rita")
    sale = {
        "version": "1",
        "amount": "1200",
        "currency": "EUR",
        "product": "<b>Pro</b>",
        "handoff_note": "Hi",
    }
    html = (await client.post(f"/leads/{lead}/won/preview", data=sale, headers=PARTIAL)).text
    assert "&#34;amount&#34;: &#34;1200.00&#34;" in html
    assert "<b>Pro" not in html
    assert await owner.fetchval("SELECT count(*) FROM outbox") == 0
    incomplete = await client.post(f"/leads/{lead}/won/preview", data={"amount": "x"}, headers=PARTIAL)
    assert "not complete" in incomplete.text


async def test_a_search_shows_only_what_is_theirs(
    signed_in: SignIn, owner: asyncpg.Connection, cast: Cast
) -> None:
    customer = await make.customer(owner, name="Grace Hopper")
    lead = await make.lead(owner, cast.rita, customer_id=customer)
    assert f"/leads/{lead}" in (await (await signed_in("rita")).get("/search", params={"q": "Hoper"})).text
    omar = await (await signed_in("omar")).get("/search", params={"q": "Hopper" * 2_000})
    assert "was cut" in omar.text
    assert str(lead) not in omar.text
    assert f"/customers/{customer}" in (await (await signed_in("sam")).get("/search?q=Hopper")).text
