"""A lead beside the board: what a script gets, what everybody else gets, and what acts in it answer."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

from tests import make

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    import asyncpg
    from httpx import AsyncClient

    from tests.cast import Cast

    SignIn = Callable[[str], Awaitable[AsyncClient]]

PARTIAL = {"HX-Request": "true", "HX-Request-Type": "partial"}
OPEN = '<dialog class="drawer" id="drawer" aria-labelledby="drawer-title" open>'


async def test_its_address_is_the_board_with_the_lead_beside_it(
    signed_in: SignIn, owner: asyncpg.Connection, cast: Cast
) -> None:
    person = await make.customer(owner, name="Grace Hopper", phone="+49 30 123456")
    lead = await make.lead(owner, cast.rita, "qualified", customer_id=person, score=64)
    other = await make.lead(owner, cast.rita)
    html = (await (await signed_in("rita")).get(f"/board/leads/{lead}?sort=-score")).text
    assert OPEN in html
    assert "<title>Grace Hopper · Board" in html
    assert html.count("data-lead-id=") == 2
    assert str(other) in html
    assert 'href="tel:+4930123456"' in html
    assert 'href="/board?sort=-score" aria-label="Close"' in html
    assert f'href="/leads/{lead}">' in html


async def test_a_script_gets_what_is_in_the_drawer(
    signed_in: SignIn, owner: asyncpg.Connection, cast: Cast
) -> None:
    reasons = '[{"label": "Asked for a demo", "points": 25}]'
    lead = await make.lead(owner, cast.rita, follow_up_note="Ring them", score=60, score_reasons=reasons)
    customer = await owner.fetchval("SELECT customer_id FROM lead WHERE id = $1", lead)
    for number in range(7):
        await make.activity(
            owner,
            customer,
            cast.rita,
            lead_id=lead,
            data=f'{{"outcome": "reached", "duration_minutes": {number}}}',
        )
    html = (await (await signed_in("rita")).get(f"/board/leads/{lead}", headers=PARTIAL)).text
    assert "<html" not in html
    assert "data-lead-id=" not in html
    assert "hx-swap-oob" not in html  # it is no answer to put elsewhere
    assert "Asked for a demo" in html
    assert html.count("data-activity-id=") == 5


async def test_its_acts_are_the_boards(signed_in: SignIn, owner: asyncpg.Connection, cast: Cast) -> None:
    lead = await make.lead(owner, cast.rita)
    client = await signed_in("rita")
    html = (await client.get(f"/board/leads/{lead}", headers=PARTIAL)).text
    for act in ("activity", "won", "lost", "deal", "follow-up", "nurture"):
        form = html.partition(f'action="/leads/{lead}/{act}" data-dialog>')[2].partition("</form>")[0]
        assert '<input type="hidden" name="view" value="board">' in form, act
    page = (await client.get(f"/leads/{lead}")).text
    assert 'name="view" value="board"' not in page
    assert 'href="#composer"' in page


async def test_a_lead_that_is_not_on_this_board_is_shown_all_the_same(
    signed_in: SignIn, owner: asyncpg.Connection, cast: Cast
) -> None:
    lost = await make.lead(owner, cast.rita, "closed_lost")
    html = (await (await signed_in("rita")).get(f"/board/leads/{lost}?score=hot")).text
    assert OPEN in html
    assert "data-lead-id=" not in html
    assert "Reopen as a new lead" in html


async def test_a_board_without_a_lead_has_its_drawer_shut(signed_in: SignIn) -> None:
    html = (await (await signed_in("rita")).get("/board")).text
    assert OPEN.replace(" open>", "></dialog>") in html


async def test_who_may_not_see_a_lead_does_not_see_it_there(
    signed_in: SignIn, owner: asyncpg.Connection, cast: Cast
) -> None:
    lead = await make.lead(owner, cast.omar)
    for headers in ({}, PARTIAL):
        for path in (f"/board/leads/{lead}", f"/board/leads/{uuid4()}"):
            assert (await (await signed_in("rita")).get(path, headers=headers)).status_code == 404
        assert (
            await (await signed_in("sam")).get(f"/board/leads/{lead}", headers=headers)
        ).status_code == 403
        assert (
            await (await signed_in("ada")).get(f"/board/leads/{lead}", headers=headers)
        ).status_code == 200
