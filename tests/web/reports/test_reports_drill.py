"""A count in a report leads to the list of just the leads it counts."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from typing import TYPE_CHECKING

import pytest

from app.core import clock
from tests import make

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    import asyncpg
    from httpx import AsyncClient

    from tests.cast import Cast

    SignIn = Callable[[str], Awaitable[AsyncClient]]

COUNTED = re.compile(r'<a class="counted" href="(/leads\?[^"]+)"[^>]*>(\d+)</a>')


@pytest.fixture(autouse=True)
async def some(owner: asyncpg.Connection, cast: Cast) -> None:
    """Leads of two reps and of nobody, of several sources and ends, before the range and in it."""
    now = clock.now()
    for n in range(60):
        stage = ("lead", "negotiation", "closed_won", "closed_lost")[n % 4]
        reason = ("price", "timing", "no_budget")[n % 3] if stage == "closed_lost" else None
        ended = {"closed_at": now - timedelta(days=n * 3 % 120), "lost_reason": reason}
        await make.lead(
            owner,
            (cast.rita, cast.omar, None)[n % 3],
            stage,
            source=("web", "trade fair & co", "")[n // 2 % 3],
            created_at=now - timedelta(days=n * 7 % 130),
            **(ended if stage.startswith("closed") else {}),
        )


@pytest.mark.parametrize(
    ("who", "report", "links"),
    [
        ("rita", "lost", 1), ("ada", "lost", 3), ("ada", "lost?owner=none", 1), ("ada", "lost?from=2026-01-01", 3),
        ("rita", "sources", 3), ("ada", "sources", 4), ("ada", "sources?by=campaign", 0), ("ada", "reps", 9),
    ],
)  # fmt: skip
async def test_a_count_leads_to_just_those(signed_in: SignIn, who: str, report: str, links: int) -> None:
    client = await signed_in(who)
    found = COUNTED.findall((await client.get(f"/reports/{report}")).text)
    assert len(found) == links, found
    for path, count in found:
        html = (await client.get(unescape(path))).text
        assert html.count("<tr data-lead-id=") == int(count), path
        assert "was ignored" not in html


async def test_a_band_of_lifetime_value_leads_an_admin_to_its_customers(
    owner: asyncpg.Connection, signed_in: SignIn
) -> None:
    await owner.execute(
        "UPDATE customer SET clv = value FROM (SELECT id, 700 * row_number() OVER (ORDER BY id) AS value FROM customer)"
        " AS bought WHERE bought.id = customer.id"
    )
    await make.customer(owner, name="Grace Hopper")
    ada, rita = await signed_in("ada"), await signed_in("rita")
    found = re.findall(
        r'href="(/customers\?clv=[^"]+)" title="See these customers">(\d+)<',
        (await ada.get("/reports/clv")).text,
    )
    assert [int(count) for _, count in found] == [1, 1, 6, 21, 32]
    for path, count in found:
        html = (await ada.get(path)).text
        assert html.count('<td class="whole-row">') == int(count), path
        assert len((await ada.get(path.replace("?", "/export?"))).text.splitlines()) == int(count) + 1
    assert "/customers?clv" not in (await rita.get("/reports/clv")).text
    assert "/customers?clv" not in (await ada.get("/reports/clv?owner=none")).text


async def test_the_customers_of_a_band_are_searched_and_left_again(
    owner: asyncpg.Connection, signed_in: SignIn
) -> None:
    for number in range(52):
        await make.customer(owner, name=f"Grace {number}", clv=6_000)
    ada = await signed_in("ada")
    html = (await ada.get("/customers?clv=5k-20k&q=grace")).text
    assert "Lifetime value: <strong>€5,000 to €20,000</strong>" in html
    assert '<input type="hidden" name="clv" value="5k-20k">' in html
    assert 'hx-get="/customers?clv=5k-20k"' in html
    assert '<a href="/customers">Show all customers</a>' in html
    rest = re.search(r'href="(/customers\?clv=5k-20k&amp;q=grace&amp;cursor=[^"]+)"', html)
    assert rest is not None
    assert (await ada.get(unescape(rest[1]))).text.count('<td class="whole-row">') == 2
    assert "No customer has bought so much." in (await ada.get("/customers?clv=over-100k")).text


@pytest.mark.parametrize(
    ("who", "said"),
    [
        ("rita", "Customers are found by lifetime value by admins; the filter was ignored."),
        ("sam", "Customers are found by lifetime value by admins; the filter was ignored."),
        ("ada", "“&lt;b&gt;9” is no band of lifetime values and was ignored."),
    ],
)
async def test_a_band_that_cannot_be_is_told_and_not_followed(signed_in: SignIn, who: str, said: str) -> None:
    client, asked = await signed_in(who), "%3Cb%3E9" if who == "ada" else "1k-5k"
    html = (await client.get(f"/customers?clv={asked}")).text
    assert f"{said}</p>" in html
    rows = html.count('<td class="whole-row">')
    assert rows == (await client.get("/customers")).text.count('<td class="whole-row">') > 0
    assert (await client.get(f"/customers/export?clv={asked}")).status_code == 200
