"""The page one begins with, over HTTP: each count leads to exactly what was counted."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest

from app.core.clock import now
from app.domain.my_day import LONGEST_SECTION, PER_PAGE, today_of
from tests import make

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from uuid import UUID

    import asyncpg
    from httpx import AsyncClient

    from tests.cast import Cast

    SignIn = Callable[[str], Awaitable[AsyncClient]]

MANY = LONGEST_SECTION + 1


async def sell(owner: asyncpg.Connection, lead: UUID, **event: Any) -> None:
    """Give a won lead the sale and the event that come with it."""
    given = {"attempts": 0, "published_at": None, **event}
    await owner.execute(
        "INSERT INTO outbox (id, aggregatetype, aggregateid, type, payload, dedupe, created_at, next_try_at,"
        " attempts, published_at) SELECT id, 'sale', id, 'SaleClosedWonV1', '{}', $2, $3, $3, $4, $5"
        " FROM lead WHERE id = $1",
        lead,
        str(lead),
        now(),
        *given.values(),
    )
    await owner.execute(
        "INSERT INTO sale (id, lead_id, customer_id, event_id, amount, currency, product, recorded_by_id, closed_at)"
        " SELECT id, id, customer_id, id, 900, 'EUR', 'CRM', 'jobs', closed_at FROM lead WHERE id = $1",
        lead,
    )


def shown(html: str) -> list[str]:
    return re.findall(r'class="name" href="/leads/([\da-f-]+)"', html)


async def test_all_of_a_section_is_what_was_counted(
    signed_in: SignIn, owner: asyncpg.Connection, cast: Cast
) -> None:
    late = {"follow_up_at": now() - timedelta(days=1)}
    lost = await make.lead(owner, cast.rita, "closed_lost", **late)
    overdue = {lost, *[await make.lead(owner, cast.rita, **late) for _ in range(MANY - 1)]}
    hot = {await make.lead(owner, cast.rita, score=90) for _ in range(MANY)}
    await make.lead(owner, cast.rita, "qualified", score=90)
    await make.lead(owner, cast.rita, "closed_won", score=90)
    trouble = {await make.lead(owner, cast.rita, "closed_won") for _ in range(MANY)}
    for each in trouble:
        await sell(owner, each, attempts=2)
    client = await signed_in("rita")
    html = (await client.get("/")).text
    for name, wanted in (("overdue", overdue), ("hot", hot), ("trouble", trouble)):
        assert f'href="/?section={name}">Show all {MANY}<' in html
        whole = (await client.get(f"/?section={name}")).text
        assert shown(whole) != []
        assert set(shown(whole)) == {str(each) for each in wanted}, name
        assert f'<span class="chip">{MANY}</span>' in whole


async def test_what_was_won_this_month_is_listed_behind_its_tile(
    signed_in: SignIn, owner: asyncpg.Connection, cast: Cast
) -> None:
    won = [
        await make.lead(owner, cast.rita, "closed_won", closed_at=now() - timedelta(days=40 * n))
        for n in (0, 1)
    ]
    other = await make.lead(owner, cast.omar, "closed_won")
    for each in (*won, other):
        await sell(owner, each, published_at=now())
    client = await signed_in("rita")
    tile = re.search(
        r'<a class="tile tile--won" href="([^"]+)">.*?</a>', (await client.get("/")).text, re.DOTALL
    )
    assert tile is not None
    assert re.search(r">1 sale[ <]", tile[0])
    assert shown((await client.get(tile[1])).text) == [str(won[0])]


async def test_six_months_are_drawn_and_said(
    signed_in: SignIn, owner: asyncpg.Connection, cast: Cast
) -> None:
    client = await signed_in("rita")
    assert 'class="spark"' not in (await client.get("/")).text
    today = today_of(now(), ZoneInfo("UTC"))
    for value, when in ((12_500, now()), (1_000, today.months[4]), (25_000, today.months[0])):
        await make.lead(owner, cast.rita, "closed_won", expected_value=value, closed_at=when)
    html = (await client.get("/")).text
    assert re.findall(r'<polyline points="([^"]+)"', html) == [
        "0.0,2.0 20.0,28.0 40.0,28.0 60.0,28.0 80.0,27.0 100.0,15.0"
    ]
    names = [f"{month:%b %Y}" for month in today.months]
    amounts = ["€25,000", "€0", "€0", "€0", "€1,000", "€12,500 so far"]
    said = ", ".join(f"{name} {amount}" for name, amount in zip(names, amounts, strict=True))
    assert f"Won by month: {said}</span>" in html
    assert '<span class="note">1 sale · €1,000 last month</span>' in html
    assert "Won by month" not in (await (await signed_in("omar")).get("/")).text


async def test_a_long_section_goes_on_on_a_next_page(
    signed_in: SignIn, owner: asyncpg.Connection, cast: Cast
) -> None:
    for _ in range(PER_PAGE + 1):
        await make.lead(owner, cast.rita, score=90)
    client = await signed_in("rita")
    first = (await client.get("/?section=hot")).text
    assert len(shown(first)) == PER_PAGE
    assert f'href="/?section=hot&amp;from={PER_PAGE}"' in first
    rest = (await client.get(f"/?section=hot&from={PER_PAGE}")).text
    assert len({*shown(first), *shown(rest)}) == PER_PAGE + 1
    for nothing in ("/?section=hot&from=900", "/?section=today"):
        html = (await client.get(nothing)).text
        assert (shown(html), 'href="/">Back to My day' in html) == ([], True)


@pytest.mark.parametrize(
    "query", ["section=%3Cb%3E", "section=", "section=hot&from=-1", "section=hot&from=1e9"]
)
async def test_what_is_no_section_is_the_day(signed_in: SignIn, query: str) -> None:
    answer = await (await signed_in("rita")).get(f"/?{query}")
    assert answer.status_code == 200
    assert "<b>" not in answer.text


async def test_an_act_on_all_of_a_section_comes_back_to_it(
    signed_in: SignIn, owner: asyncpg.Connection, cast: Cast
) -> None:
    lead = await make.lead(owner, cast.rita, follow_up_at=now() - timedelta(days=1))
    client = await signed_in("rita")
    html = (await client.get("/?section=overdue")).text
    assert html.count('name="view" value="home-overdue"') == 4
    form = {"version": "1", "next": "1", "follow_up_note": ""}
    for view, back in (("home-overdue", "/?section=overdue"), ("home-//evil\r\n", "/?section=%2F%2Fevil")):
        answer = await client.post(f"/leads/{lead}/follow-up", data=form | {"view": view})
        assert (answer.status_code, answer.headers["location"]) == (303, back)
        form["version"] = "2"


async def test_a_row_dials_by_itself_and_only_for_whose_lead_it_is(
    signed_in: SignIn, owner: asyncpg.Connection, cast: Cast
) -> None:
    late = {"follow_up_at": now() - timedelta(days=1)}
    for phone in ("+49 (0)30 123-456", "", "ask <b>Ann</b>"):
        await make.lead(owner, cast.rita, customer_id=await make.customer(owner, phone=phone), **late)
    for path in ("/", "/?section=overdue"):
        html = (await (await signed_in("rita")).get(path)).text
        assert re.findall(r'href="tel:([^"]*)"', html) == ["+4930123456"]
        assert "+49 (0)30 123-456</a>" in html
        assert "tel:" not in (await (await signed_in("omar")).get(path)).text


async def test_what_is_due_is_put_off_to_any_day(
    signed_in: SignIn, owner: asyncpg.Connection, cast: Cast
) -> None:
    lead = await make.lead(owner, cast.rita, follow_up_at=now() - timedelta(days=1), follow_up_note="Ring")
    client = await signed_in("rita")
    way = f'<form action="/leads/{lead}/follow-up" data-dialog><input type="hidden" name="next" value="day">'
    assert way in (await client.get("/")).text
    asked = (await client.get(f"/leads/{lead}/follow-up?next=day&view=home")).text
    assert 'name="next" value="day" checked' in asked
    assert re.findall(r'<input[^>]* name="(\w+)"[^>]* autofocus', asked) == ["day"]
    assert 'value="Ring"' in asked
    usual = (await client.get(f"/leads/{lead}/follow-up?next=%3Cb%3E")).text
    assert 'name="next" value="1" checked' in usual
    assert re.findall(r'<input[^>]* name="(\w+)"[^>]* autofocus', usual) == ["follow_up_note"]
