"""What support works with: finding a customer, reading and logging, tickets, a table to take away."""

from __future__ import annotations

import csv
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import unquote
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from app.core import clock
from app.web.formats import day
from app.web.timeline.markup import markdown
from tests import make

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    import asyncpg
    from httpx import AsyncClient as Client

    from tests.cast import Cast

PARTIAL = {"HX-Request": "true"}


@pytest.mark.parametrize("q", ["race ho", "@navy.ex", "Annapo", "2025550", "555-01", "555 01", "#{number}"])
async def test_any_fragment_finds_the_customer(
    owner: asyncpg.Connection, signed_in: Callable[[str], Awaitable[Client]], q: str
) -> None:
    customer = await make.customer(
        owner, name="Grace Hopper", email="grace@navy.example", company="Annapolis", phone="+1 (202) 555-0101"
    )
    await make.customer(owner, name="Somebody Else", phone="+49 30 1234")
    await make.ticket(owner, customer)
    number = await owner.fetchval("SELECT number FROM ticket")
    sam = await signed_in("sam")
    found = await sam.get("/customers", params={"q": q.format(number=number)}, headers=PARTIAL)
    assert str(customer) in found.text
    assert "Somebody Else" not in found.text
    assert "<html" not in found.text


async def test_a_call_with_its_next_step_and_a_ticket(
    owner: asyncpg.Connection, cast: Cast, signed_in: Callable[[str], Awaitable[Client]]
) -> None:
    lead = await make.lead(owner, cast.rita)
    customer = await owner.fetchval("SELECT customer_id FROM lead WHERE id = $1", lead)
    sam = await signed_in("sam")
    sam.cookies.set("zone", "Pacific/Kiritimati")
    day = clock.now().date()
    then, soon = day - timedelta(days=30), day + timedelta(days=30)
    logged = await sam.post(
        f"/customers/{customer}/activities",
        data={
            "activity_type": "Call", "outcome": "reached", "notes": "**Angry**", "occurred_at": f"{then}T09:30",
            "duration_minutes": "12", "next": "pick", "follow_up_at": f"{soon}T10:00", "follow_up_note": "Call",
        },
    )  # fmt: skip
    assert logged.status_code == 303
    row = await owner.fetchrow("SELECT occurred_at, data->>'duration_minutes' AS minutes FROM activity")
    eve = timedelta(days=1)  # their morning is the evening before in Greenwich
    assert (str(row["occurred_at"]), row["minutes"]) == (f"{then - eve} 19:30:00+00:00", "12")
    assert str(await owner.fetchval("SELECT follow_up_at FROM lead")) == f"{soon - eve} 20:00:00+00:00"
    opened = await sam.post(f"/customers/{customer}/tickets", data={"subject": "Cannot sign in", "mine": "1"})
    assert opened.status_code == 303
    page = (await sam.get(f"/customers/{customer}")).text
    assert "<strong>Angry</strong>" in page
    assert "Cannot sign in" in page
    assert "Lifetime value" not in page
    desk = (await sam.get("/tickets?view=mine")).text
    assert "Cannot sign in" in desk


async def test_the_link_of_a_lead_leads_to_its_customer(
    owner: asyncpg.Connection, cast: Cast, signed_in: Callable[[str], Awaitable[Client]]
) -> None:
    lead = await make.lead(owner, cast.rita)
    customer = await owner.fetchval("SELECT customer_id FROM lead WHERE id = $1", lead)
    sam = await signed_in("sam")
    led = await sam.get(f"/leads/{lead}")
    assert (led.status_code, led.headers["location"]) == (303, f"/customers/{customer}")
    assert unquote(led.cookies["said"]).startswith("Leads are for sales.")
    missing = await sam.get(f"/leads/{uuid4()}")
    assert missing.status_code == 404


async def test_a_resolved_row_comes_back_and_a_stale_one_says_so(
    owner: asyncpg.Connection, signed_in: Callable[[str], Awaitable[Client]]
) -> None:
    ticket = await make.ticket(owner, await make.customer(owner))
    sam = await signed_in("sam")
    change = {"version": "1", "status": "resolved"}
    row = await sam.post(f"/tickets/{ticket}", data=change, headers=PARTIAL)
    assert (row.status_code, "Resolved" in row.text, "<html" in row.text) == (200, True, False)
    assert '<span class="count" id="count-open" hx-swap-oob="true">0</span>' in row.text
    assert 'value="open" data-act="reopen"' in row.text
    stale = await sam.post(f"/tickets/{ticket}", data=change | {"status": "open"}, headers=PARTIAL)
    assert stale.status_code == 409
    assert 'data-version="2"' in stale.text
    page = await sam.post(f"/tickets/{ticket}", data={"version": "2", "status": "gone", "note": "Mine"})
    assert page.status_code == 422
    assert "Mine" in page.text


async def test_the_verify_button_says_what_it_found(
    owner: asyncpg.Connection, cast: Cast, signed_in: Callable[[str], Awaitable[Client]]
) -> None:
    customer = await make.customer(owner)
    await make.activity(owner, customer, cast.ada)
    answer = await (await signed_in("sam")).get(f"/customers/{customer}/verify", headers=PARTIAL)
    assert f"1 entry, all unbroken since {day(clock.now().date(), ZoneInfo('UTC'))}." in answer.text


async def test_an_exported_cell_is_never_a_formula(
    owner: asyncpg.Connection, cast: Cast, signed_in: Callable[[str], Awaitable[Client]]
) -> None:
    for name in ("=HYPERLINK(1)", "+1", "-1", "@SUM(A1)", "  =1", 'Plain, "quoted"'):
        await make.lead(owner, cast.rita, customer_id=await make.customer(owner, name=name))
    await make.lead(owner, cast.omar)
    answer = await (await signed_in("rita")).get("/customers/export")
    assert answer.headers["content-disposition"] == 'attachment; filename="customers.csv"'
    rows = list(csv.DictReader(answer.text.removeprefix("\ufeff").splitlines()))
    assert {row["name"] for row in rows} == {
        "'=HYPERLINK(1)", "'+1", "'-1", "'@SUM(A1)", "'  =1", 'Plain, "quoted"',
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("**b** and *i*", "<p><strong>b</strong> and <em>i</em></p>\n"),
        ("- a\n- b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>\n"),
        ("a\nb", "<p>a<br>\nb</p>\n"),
        ("<script>alert(1)</script>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>\n"),
        ("[x](javascript:alert(1))", "<p>[x](javascript:alert(1))</p>\n"),
        (
            '[x](https://a.example "t")',
            '<p><a href="https://a.example" title="t" rel="noopener noreferrer nofollow">x</a></p>\n',
        ),
        (
            "![x](https://a.example/i.png)",
            '<p>!<a href="https://a.example/i.png" rel="noopener noreferrer nofollow">x</a></p>\n',
        ),
        ("# no heading {{7*7}}", "<p># no heading {{7*7}}</p>\n"),
    ],
)
def test_markdown_is_a_small_safe_part(text: str, html: str) -> None:
    assert markdown(text) == html


async def test_an_erasure_is_asked_for_and_waits_for_somebody_else(
    owner: asyncpg.Connection, signed_in: Callable[[str], Awaitable[Client]]
) -> None:
    customer = await make.customer(owner, name="Grace Hopper")
    ada = await signed_in("ada")
    assert f"/customers/{customer}/erase" in (await ada.get(f"/customers/{customer}/privacy")).text
    assert (await ada.post(f"/customers/{customer}/erase")).status_code == 303
    listed = (await ada.get("/admin/erasures")).text
    assert "Somebody else must confirm" in listed
    erasure = await owner.fetchval("SELECT id FROM erasure")
    refused = await ada.post(f"/admin/erasures/{erasure}", data={"act": "confirm"})
    assert (refused.status_code, "Grace Hopper" in refused.text) == (403, True)
    await owner.execute("UPDATE erasure SET requested_by_id = 'somebody'")
    assert (await ada.post(f"/admin/erasures/{erasure}", data={"act": "confirm"})).status_code == 303
    page = (await ada.get(f"/customers/{customer}")).text
    assert "Erased on" in page
    assert "Grace" not in page
    assert 'id="composer"' not in page


async def test_who_may_be_the_same_person_is_suggested_within_the_viewers_scope(
    owner: asyncpg.Connection, cast: Cast, signed_in: Callable[[str], Awaitable[Client]]
) -> None:
    one = await make.customer(owner, name="Grace Hopper", company="US Navy", phone="+1 (202) 555-0101")
    await make.lead(owner, cast.rita, customer_id=one)
    await make.customer(owner, name="G. H.", company="Elsewhere", phone="12025550101")
    await make.customer(owner, name="Grace Hoper", company="US Navy Inc")
    for other in ({"name": "Grace Hopper", "company": "Bakery"}, {"name": "Ada King", "company": "US Navy"}):
        await make.customer(owner, **other)
    found = await (await signed_in("sam")).get(f"/customers/{one}/lookalikes", headers=PARTIAL)
    assert ("G. H." in found.text, "Grace Hoper" in found.text) == (True, True)
    assert ("Bakery" in found.text, "Ada King" in found.text) == (False, False)
    hers = await (await signed_in("rita")).get(f"/customers/{one}/lookalikes", headers=PARTIAL)
    assert hers.text.strip() == ""
