"""The board over HTTP: what it shows, what a move answers, and what is refused."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import unquote

from app.core.clock import now
from tests import make

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from uuid import UUID

    import asyncpg
    from httpx import AsyncClient

    from tests.cast import Cast

    SignIn = Callable[[str], Awaitable[AsyncClient]]

PARTIAL = {"HX-Request": "true", "HX-Request-Type": "partial"}


async def stage_of(owner: asyncpg.Connection, lead: UUID) -> str:
    return await owner.fetchval("SELECT stage FROM lead WHERE id = $1", lead)


async def test_a_rep_sees_their_own_cards_only(
    signed_in: SignIn, owner: asyncpg.Connection, cast: Cast
) -> None:
    mine, theirs = await make.lead(owner, cast.rita), await make.lead(owner, cast.omar)
    html = (await (await signed_in("rita")).get("/board")).text
    assert str(mine) in html
    assert str(theirs) not in html


async def test_a_personal_page_is_never_kept(signed_in: SignIn) -> None:
    headers = (await (await signed_in("rita")).get("/board")).headers
    assert headers["cache-control"] == "no-store"
    assert "HX-Request" in headers["vary"]


async def test_a_move_answers_with_the_card_and_two_heads(
    signed_in: SignIn, owner: asyncpg.Connection, cast: Cast
) -> None:
    lead = await make.lead(owner, cast.rita)
    client = await signed_in("rita")
    form = {"to": "qualified", "from": "lead", "version": "1", "key": "k-1"}
    answer = await client.post(f"/leads/{lead}/stage", data=form, headers=PARTIAL)
    assert answer.status_code == 200
    assert answer.text.count("data-lead-id=") == 1
    assert answer.text.count("column-head") == 2
    assert await stage_of(owner, lead) == "qualified"


async def test_a_move_without_script_goes_on_to_the_lead(
    signed_in: SignIn, owner: asyncpg.Connection, cast: Cast
) -> None:
    lead = await make.lead(owner, cast.rita)
    answer = await (await signed_in("rita")).post(
        f"/leads/{lead}/stage", data={"to": "qualified", "version": "1"}
    )
    assert (answer.status_code, answer.headers["location"]) == (303, f"/leads/{lead}")
    assert unquote(answer.cookies["said"]) == "Moved to Qualified."


async def test_a_stale_move_answers_with_the_card_as_it_is(
    signed_in: SignIn, owner: asyncpg.Connection, cast: Cast
) -> None:
    lead = await make.lead(owner, cast.rita, "proposal_sent", version=5)
    form = {"to": "qualified", "from": "lead", "version": "4"}
    answer = await (await signed_in("rita")).post(f"/leads/{lead}/stage", data=form, headers=PARTIAL)
    assert answer.status_code == 409
    assert 'data-version="5" data-stage-now="proposal_sent"' in answer.text


async def test_another_reps_lead_is_not_there(
    signed_in: SignIn, owner: asyncpg.Connection, cast: Cast
) -> None:
    lead = await make.lead(owner, cast.omar)
    client = await signed_in("rita")
    answer = await client.post(f"/leads/{lead}/stage", data={"to": "qualified", "version": "1"})
    assert answer.status_code == 404
    assert await stage_of(owner, lead) == "lead"


async def test_nobody_wins_a_lead_by_a_move(signed_in: SignIn, owner: asyncpg.Connection, cast: Cast) -> None:
    lead = await make.lead(owner, cast.rita)
    client = await signed_in("rita")
    answer = await client.post(f"/leads/{lead}/stage", data={"to": "closed_won", "version": "1"})
    assert answer.status_code == 409
    assert await stage_of(owner, lead) == "lead"


async def test_a_filter_that_makes_no_sense_shows_what_it_can(signed_in: SignIn) -> None:
    client = await signed_in("rita")
    answer = await client.get("/board", params={"q": "x" * 10_000, "owner": "\0", "nonsense": "1"})
    assert answer.status_code == 200
    assert "No leads match" in answer.text


async def test_an_unknown_column_is_not_found(signed_in: SignIn) -> None:
    assert (await (await signed_in("rita")).get("/board/nonsense")).status_code == 404


async def test_an_order_stays_with_the_board_and_its_open_leads(
    signed_in: SignIn, owner: asyncpg.Connection, cast: Cast
) -> None:
    low, high = [await make.lead(owner, cast.rita, score=score) for score in (20, 80)]
    client = await signed_in("rita")
    html = (await client.get("/board?sort=-score&rot=&score=")).text
    assert html.index(str(high)) < html.index(str(low))
    assert 'data-query="sort=-score"' in html
    assert '<option value="-score" selected>' in html
    assert 'href="/leads?sort=-score"' in html
    assert 'href="/leads?stage=closed_won"' in html  # which have an order of their own
    assert "order of the board and was ignored" in (await client.get("/board?sort=follow_up_at")).text


async def test_a_closed_column_says_that_it_is_the_last_thirty_days_and_leads_to_all(
    signed_in: SignIn, owner: asyncpg.Connection, cast: Cast
) -> None:
    await make.lead(owner, cast.rita, "closed_won", expected_value=500)
    old = await make.lead(owner, cast.rita, "closed_won", closed_at=now() - timedelta(days=40))
    client = await signed_in("rita")
    html = (await client.get("/board")).text
    assert html.count("<span>last 30 days</span>") == 2
    assert 'aria-label="1 lead in the last 30 days"' in html
    assert "Nothing in Closed/Lost in the last 30 days" in html
    assert str(old) not in html
    column = (await client.get("/board/closed_won")).text
    assert "The last 30 days" in column
    assert str(old) not in column
    assert 'href="/leads?stage=closed_won"' in column
    assert str(old) in (await client.get("/leads?stage=closed_won")).text
