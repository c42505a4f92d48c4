"""What reps are to win a month: set by an admin, kept for its months, said where those are looked at."""

from __future__ import annotations

import re
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING

import pytest

from app.core.clock import now
from app.domain.goal import days_left, months_ahead
from tests import make

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from datetime import date

    import asyncpg
    from httpx import AsyncClient

    from tests.cast import Cast

    SignIn = Callable[[str], Awaitable[AsyncClient]]

PATH = "/admin/goals"
NOTED = "SELECT who, about FROM audit_event WHERE event = 'goal_set' ORDER BY id"
ROWS = "SELECT staff_id, month, amount, currency, set_by_id FROM sales_goal ORDER BY set_at, staff_id"


@pytest.fixture
def months() -> list[date]:
    return months_ahead(now().date())


def fields(html: str) -> dict[str, str]:
    """The fields of the form, and what each of them shows."""
    return dict(re.findall(r'<input class="input"[^>]* name="goal_([^"]+)"[^>]* value="([^"]*)"', html))


def plain(html: str) -> str:
    return " ".join(re.sub("<[^>]+>", "", html).split())


async def test_an_admin_sets_goals_and_the_page_says_who_did(
    signed_in: SignIn, owner: asyncpg.Connection, cast: Cast, months: list[date]
) -> None:
    client, rita, omar, ada = await signed_in("ada"), cast.rita.id, cast.omar.id, cast.ada.id
    this, then = months[0], months[2]
    typed = {"month": str(this), f"goal_{rita}": "20.000,00", f"goal_{omar}": "9,500.50"}
    answer = await client.post(PATH, data=typed)
    assert (answer.status_code, answer.headers["location"]) == (303, f"{PATH}?month={this}")
    await client.post(PATH, data={"month": str(then), f"goal_{rita}": "", f"seen_goal_{rita}": "20000"})
    assert [tuple(row) for row in await owner.fetch(ROWS)] == [
        *sorted([(rita, this, 20_000, "EUR", ada), (omar, this, 9_500.5, "EUR", ada)]),
        (rita, then, None, "EUR", ada),
    ]
    noted = [tuple(row) for row in await owner.fetch(NOTED)]
    assert sorted(noted) == sorted([(ada, rita), (ada, omar), (ada, rita)])
    for month, shown in ((this, "20000"), (months[1], "20000"), (then, ""), (months[3], "")):
        html = (await client.get(f"{PATH}?month={month}")).text
        assert fields(html) == {rita: shown, omar: "9500.50"}, month
    assert f"Ada AnderssonRita Reyes{then:%b %Y}No goal" in plain(html)
    assert "Goal set" in (await client.get(f"/admin/audit?person={rita}")).text


async def test_only_what_was_changed_is_set(
    signed_in: SignIn, owner: asyncpg.Connection, cast: Cast, months: list[date]
) -> None:
    client, rita, omar = await signed_in("ada"), cast.rita.id, cast.omar.id
    await client.post(PATH, data={"month": str(months[0]), f"goal_{rita}": "100"})
    # A form that was opened before: it leaves rita alone, and says of omar what is so already.
    stale = {f"goal_{rita}": "", f"seen_goal_{rita}": "", f"goal_{omar}": "", f"seen_goal_{omar}": "5"}
    await client.post(PATH, data={"month": str(months[0]), **stale})
    assert [(row["staff_id"], row["amount"]) for row in await owner.fetch(ROWS)] == [(rita, 100)]
    assert len(await owner.fetch(NOTED)) == 1


@pytest.mark.parametrize(
    "typed", ["0", "-1", "many", "12.500", "1.234.567,891", "1e3", "9999999999999", "NaN"]
)
async def test_what_is_no_goal_is_said_beside_its_field(
    signed_in: SignIn, owner: asyncpg.Connection, cast: Cast, months: list[date], typed: str
) -> None:
    client, rita, omar = await signed_in("ada"), cast.rita.id, cast.omar.id
    sent = {"month": str(months[1]), f"goal_{rita}": typed, f"goal_{omar}": "5"}
    answer = await client.post(PATH, data=sent)
    assert answer.status_code == 422
    assert f'id="goal_{rita}-error"' in answer.text
    assert fields(answer.text) == {rita: typed, omar: "5"}
    assert f'name="month" value="{months[1]}"' in answer.text
    assert await owner.fetch(ROWS) == []


async def test_all_that_is_no_goal_is_said_at_once(signed_in: SignIn, cast: Cast, months: list[date]) -> None:
    client, rita, omar = await signed_in("ada"), cast.rita.id, cast.omar.id
    sent = {"month": str(months[0]), f"goal_{rita}": "much", f"goal_{omar}": "-5"}
    html = (await client.post(PATH, data=sent)).text
    assert f'id="goal_{rita}-error"' in html
    assert f'id="goal_{omar}-error"' in html


async def test_a_month_that_is_over_keeps_its_goal(
    signed_in: SignIn, owner: asyncpg.Connection, cast: Cast, months: list[date]
) -> None:
    client = await signed_in("ada")
    last = (months[0] - timedelta(days=1)).replace(day=1)
    for month in (last, months[0].replace(day=2), months[0] + timedelta(days=400)):
        answer = await client.post(PATH, data={"month": str(month), f"goal_{cast.rita.id}": "5"})
        assert answer.status_code == 422
        assert "must be this month or one of the next eleven" in answer.text
    for month in ("", "soon", "2026-13-01"):
        data = {"month": month, f"goal_{cast.rita.id}": "5"}
        assert (await client.post(PATH, data=data)).status_code == 400
        assert (await client.get(PATH, params={"month": month})).status_code == 200
    assert await owner.fetch(ROWS) == []


async def test_nobody_gets_a_goal_who_sells_nothing(
    signed_in: SignIn, owner: asyncpg.Connection, cast: Cast, months: list[date]
) -> None:
    client = await signed_in("ada")
    for who in (cast.sam.id, "nobody", "\udcff", "' OR true"):
        data = f"month={months[0]}&goal_{who}=5".encode(errors="surrogateescape")
        headers = {"content-type": "application/x-www-form-urlencoded"}
        assert (await client.post(PATH, content=data, headers=headers)).status_code < 500
    assert await owner.fetch(ROWS) == []


async def won(owner: asyncpg.Connection, cast: Cast, amount: int, **given: object) -> None:
    await make.lead(owner, cast.rita, "closed_won", expected_value=amount, **given)


async def test_my_day_says_how_far_the_month_is(
    signed_in: SignIn, owner: asyncpg.Connection, cast: Cast, months: list[date]
) -> None:
    rita, ada = await signed_in("rita"), await signed_in("ada")
    await won(owner, cast, 12_399)
    await won(owner, cast, 900_000, currency="USD")  # another currency is not summed up with it
    assert "<progress" not in (await rita.get("/")).text
    await ada.post(PATH, data={"month": str(months[1]), f"goal_{cast.rita.id}": "5"})
    assert "<progress" not in (await rita.get("/")).text
    await ada.post(PATH, data={"month": str(months[0]), f"goal_{cast.rita.id}": "20000"})
    left = days_left(now().date())
    days = "1 day left" if left == 1 else f"{left} days left"
    html = (await rita.get("/")).text
    assert f"€12,399 of €20,000, 61 %, {days}" in plain(html)
    assert 'value="61" aria-hidden="true"></progress>' in html
    await won(owner, cast, 7_602)
    html = (await rita.get("/")).text
    assert f"€20,001 of €20,000, goal reached, 100 %, {days}" in plain(html)
    assert "<progress" not in (await (await signed_in("omar")).get("/")).text


async def test_an_admins_home_says_how_far_each_rep_is(
    signed_in: SignIn, owner: asyncpg.Connection, cast: Cast, months: list[date]
) -> None:
    ada = await signed_in("ada")
    await won(owner, cast, 50)
    await won(owner, cast, 900, closed_at=datetime.combine(months[0], time(), UTC) - timedelta(days=1))
    await ada.post(PATH, data={"month": str(months[0]), f"goal_{cast.rita.id}": "200"})
    said = plain((await ada.get("/")).text)
    assert "€5025 % of €200" in said
    assert said.count("No goal") == 1


async def test_a_goal_in_another_currency_is_no_goal_of_this_one(
    signed_in: SignIn, owner: asyncpg.Connection, cast: Cast, months: list[date]
) -> None:
    await owner.execute(
        "INSERT INTO sales_goal (id, staff_id, month, amount, currency, set_by_id, set_at)"
        " VALUES (gen_random_uuid(), $1, $2, 7, 'USD', $3, now())",
        cast.rita.id,
        months[0],
        cast.ada.id,
    )
    assert "<progress" not in (await (await signed_in("rita")).get("/")).text
    html = (await (await signed_in("ada")).get(PATH)).text
    assert fields(html)[cast.rita.id] == ""
    assert "$7" in html
