"""The limits of stages: set by an admin, said on the board of one person, and never in the way."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests import make

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    import asyncpg
    from httpx import AsyncClient

    from tests.cast import Cast

    SignIn = Callable[[str], Awaitable[AsyncClient]]

PATH = "/admin/board"
PARTIAL = {"HX-Request": "true", "HX-Request-Type": "partial"}
COUNT = re.compile(r'class="count".*?aria-label="([^"]+)">(?:<svg.*?</svg>)?([^<]+)<', re.DOTALL)
LEAD = "SELECT id FROM lead WHERE stage = 'lead' AND assigned_to_id = $1 LIMIT 1"
NOTED = "SELECT who FROM audit_event WHERE event = 'limits_set'"
ROWS = "SELECT stage, most, set_by_id FROM stage_limit ORDER BY set_at, stage"


def counts(html: str) -> list[tuple[str, str]]:
    """What the heads say, to a screen reader and to the eye."""
    return COUNT.findall(html)


async def test_an_admin_sets_limits_and_the_page_says_who_did(
    signed_in: SignIn, owner: asyncpg.Connection, cast: Cast
) -> None:
    client = await signed_in("ada")
    for typed in ({"lead": "40", "negotiation": " 8 "}, {"lead": "40", "negotiation": "8"}, {"lead": "40"}):
        answer = await client.post(PATH, data=typed)
        assert (answer.status_code, answer.headers["location"]) == (303, PATH)
    ada = cast.ada.id
    rows = [tuple(row) for row in await owner.fetch(ROWS)]
    assert rows == [("lead", 40, ada), ("negotiation", 8, ada), ("negotiation", None, ada)]
    html = (await client.get(PATH)).text
    assert 'name="lead" type="text" value="40"' in html
    assert 'name="negotiation" type="text" value=""' in html
    assert html.count("<td>Ada Andersson</td>") == 3
    assert html.count("No limit</td>") == 1
    assert [each["who"] for each in await owner.fetch(NOTED)] == [ada, ada]  # what set nothing is not an act


@pytest.mark.parametrize("typed", ["0", "-1", "2.5", "many", "10000", "99999999999", "٣"])
async def test_what_is_no_limit_is_said_beside_its_field(
    signed_in: SignIn, owner: asyncpg.Connection, typed: str
) -> None:
    answer = await (await signed_in("ada")).post(PATH, data={"lead": "5", "qualified": typed})
    assert answer.status_code == 422
    assert 'id="qualified-error"' in answer.text
    assert f'value="{typed}"' in answer.text
    assert await owner.fetch(ROWS) == []


@pytest.fixture
async def limited(owner: asyncpg.Connection, cast: Cast, signed_in: SignIn) -> None:
    """Three leads of rita where two are the limit, one where it is one; and one of omar."""
    for _ in range(3):
        await make.lead(owner, cast.rita)
    await make.lead(owner, cast.rita, "qualified")
    await make.lead(owner, cast.omar)
    await (await signed_in("ada")).post(PATH, data={"lead": "2", "qualified": "1"})


@pytest.mark.usefixtures("limited")
async def test_a_reps_board_marks_what_is_over_its_limit(signed_in: SignIn) -> None:
    html = (await (await signed_in("rita")).get("/board?sort=-score")).text
    assert counts(html)[:3] == [
        ("3 leads, 1 over the limit of 2", "3 / 2"),
        ("1 lead of at most 1", "1 / 1"),
        ("0 leads", "0"),
    ]
    assert html.count("column-head is-over") == 1
    others = (await (await signed_in("omar")).get("/board")).text
    assert counts(others)[:2] == [("1 lead of at most 2", "1 / 2"), ("0 leads of at most 1", "0 / 1")]
    assert "column-head is-over" not in others


@pytest.mark.usefixtures("limited")
async def test_only_all_the_leads_of_one_person_are_compared(signed_in: SignIn, cast: Cast) -> None:
    rita, ada = await signed_in("rita"), await signed_in("ada")
    assert counts((await ada.get(f"/board?owner={cast.rita.id}")).text)[0][1] == "3 / 2"
    for client, query in ((ada, ""), (ada, "?owner=none"), (rita, "?due=none"), (rita, "?q=person")):
        assert " / " not in "".join(said for _, said in counts((await client.get(f"/board{query}")).text))


@pytest.mark.usefixtures("limited")
async def test_a_move_over_the_limit_is_made_and_said(
    signed_in: SignIn, owner: asyncpg.Connection, cast: Cast
) -> None:
    lead = await owner.fetchval(LEAD, cast.rita.id)
    form = {"to": "qualified", "from": "lead", "version": "1", "key": "k-1"}
    answer = await (await signed_in("rita")).post(f"/leads/{lead}/stage", data=form, headers=PARTIAL)
    assert answer.status_code == 200
    assert counts(answer.text) == [
        ("2 leads of at most 2", "2 / 2"),
        ("2 leads, 1 over the limit of 1", "2 / 1"),
    ]
