"""Nurturing a lead from its page and from the board: asked for, refused, shown, and work again."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from app.core.clock import now
from app.web import formats
from tests import make

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    import asyncpg
    from httpx import AsyncClient

    from tests.cast import Cast

    SignIn = Callable[[str], Awaitable[AsyncClient]]

PARTIAL = {"HX-Request": "true", "HX-Request-Type": "partial"}
IN_A_WHILE = {"version": "1", "next": "91", "follow_up_note": "Budget in spring"}


def words(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


async def test_a_nurtured_lead_says_until_when_wherever_it_is_shown(
    signed_in: SignIn, owner: asyncpg.Connection, cast: Cast
) -> None:
    lead = await make.lead(owner, cast.rita, "qualified")
    client = await signed_in("rita")
    assert f'action="/leads/{lead}/nurture"' in (await client.get(f"/leads/{lead}")).text
    answer = await client.post(f"/leads/{lead}/nurture", data=IN_A_WHILE)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/leads/{lead}")
    day = formats.appointment(now() + timedelta(days=91), ZoneInfo("UTC"))
    for path in ("/board", "/board?due=nurturing", "/leads?due=nurturing"):
        assert f"Nurturing until {day} · Budget in spring" in words((await client.get(path)).text)
    page = words((await client.get(f"/leads/{lead}")).text)
    assert f"Nurturing until {day}" in page
    assert f"Until {formats.day(now() + timedelta(days=91), ZoneInfo('UTC'))}: Budget in spring" in page
    assert "Back to work" in page
    assert "rotting" not in page
    customer = await owner.fetchval("SELECT customer_id FROM lead")
    assert f"Nurturing until {day}" in words((await client.get(f"/customers/{customer}")).text)


@pytest.mark.parametrize("wrong", [{"next": ""}, {"next": "day"}, {"next": "day", "day": "2020-01-01"}])
async def test_without_a_day_to_come_the_form_comes_back(
    signed_in: SignIn, owner: asyncpg.Connection, cast: Cast, wrong: dict[str, str]
) -> None:
    lead = await make.lead(owner, cast.rita)
    client = await signed_in("rita")
    answer = await client.post(f"/leads/{lead}/nurture", data=IN_A_WHILE | wrong, headers=PARTIAL)
    assert answer.status_code == 422
    assert answer.text.count('aria-invalid="true"') == 1
    assert 'value="Budget in spring"' in answer.text
    assert await owner.fetchval("SELECT status FROM lead") == "new"


async def test_somebody_elses_change_meanwhile_is_a_conflict(
    signed_in: SignIn, owner: asyncpg.Connection, cast: Cast
) -> None:
    lead = await make.lead(owner, cast.rita)
    await owner.execute("UPDATE lead SET version = 2")
    client = await signed_in("rita")
    answer = await client.post(f"/leads/{lead}/nurture", data=IN_A_WHILE, headers=PARTIAL)
    assert answer.status_code == 409
    assert 'name="version" value="2"' in answer.text
    assert await owner.fetchval("SELECT status FROM lead") == "new"


async def test_another_day_is_asked_for_with_the_one_it_has(
    signed_in: SignIn, owner: asyncpg.Connection, cast: Cast
) -> None:
    at = (now() + timedelta(days=40)).replace(hour=14, minute=30)
    lead = await make.lead(owner, cast.rita, status="nurturing", follow_up_at=at, follow_up_note="Spring")
    form = (await (await signed_in("rita")).get(f"/leads/{lead}/nurture", headers=PARTIAL)).text
    for value in (f"{at:%Y-%m-%d}", "14:30", "Spring"):
        assert f'value="{value}"' in form
    assert 'value="day" checked' in form


async def test_the_next_step_of_a_nurtured_lead_is_back_to_work(
    signed_in: SignIn, owner: asyncpg.Connection, cast: Cast
) -> None:
    lead = await make.lead(owner, cast.rita, status="nurturing", follow_up_at=now() + timedelta(days=40))
    client = await signed_in("ada")
    form = (await client.get(f"/leads/{lead}/follow-up", headers=PARTIAL)).text
    assert "Back to work with" in form
    data = {"version": "1", "next": "1", "follow_up_note": "Call", "view": "board", "from": "lead"}
    card = (await client.post(f"/leads/{lead}/follow-up", data=data, headers=PARTIAL)).text
    assert "Nurturing" not in card
    assert await owner.fetchval("SELECT status FROM lead") == "working"
    page = words((await client.get(f"/leads/{lead}")).text)
    assert "Back to work by Ada" in page
    assert "Next: Call" in page


async def test_a_closed_lead_is_not_nurtured(
    signed_in: SignIn, owner: asyncpg.Connection, cast: Cast
) -> None:
    lead = await make.lead(owner, cast.rita, "closed_lost")
    client = await signed_in("rita")
    assert "Closed leads are final" in (await client.get(f"/leads/{lead}/nurture")).text
    assert (await client.post(f"/leads/{lead}/nurture", data=IN_A_WHILE)).status_code == 409
    assert "nurture" not in (await client.get(f"/leads/{lead}")).text
