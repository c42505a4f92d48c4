"""The page of mentions, the count at the top of every page, and what the writer is told."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import unquote

import pytest

from tests import make

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from uuid import UUID

    import asyncpg
    from httpx import AsyncClient

    from tests.cast import Cast

    SignIn = Callable[[str], Awaitable[AsyncClient]]

PARTIAL = {"HX-Request": "true", "HX-Request-Type": "partial"}
NOTE = {"activity_type": "Note", "notes": "@sam and @omar: <b>look</b>"}
UNREAD = re.compile(r'id="mentions-link".*?<span aria-hidden="true">(\d+\+?)</span>', re.DOTALL)


@pytest.fixture
async def customer(owner: asyncpg.Connection, cast: Cast) -> UUID:
    person = await make.customer(owner, name="Grace Hopper")
    await make.lead(owner, cast.rita, customer_id=person)
    return person


@pytest.fixture
async def form(owner: asyncpg.Connection, customer: UUID) -> dict[str, str]:
    return NOTE | {"lead_id": str(await owner.fetchval("SELECT id FROM lead")), "version": "1"}


async def unread(client: AsyncClient, path: str = "/customers") -> str:
    found = UNREAD.search((await client.get(path)).text)
    return found[1] if found else ""


async def test_who_is_named_is_told_on_every_page_and_led_there(
    signed_in: SignIn, owner: asyncpg.Connection, customer: UUID, form: dict[str, str]
) -> None:
    rita = await signed_in("rita")
    await rita.post(f"/customers/{customer}/activities", data=form)
    sam, entry = await signed_in("sam"), await owner.fetchval("SELECT id FROM activity")
    assert [await unread(each) for each in (sam, rita)] == ["1", ""]
    html = (await sam.get("/mentions")).text
    assert "<strong><bdi>Rita Reyes</bdi></strong> mentioned you in a note with <a" in html
    assert "@sam and @omar: &lt;b&gt;look&lt;/b&gt;" in html
    there = f"/customers/{customer}?entry={entry}#e-{entry}"
    assert f'href="{there}" hx-post="/mentions/{entry}/open"' in html
    opened = await sam.post(f"/mentions/{entry}/open", headers=PARTIAL)
    assert opened.headers["hx-redirect"] == there
    shown = await sam.get(there)
    assert '<span class="mention">@sam</span> and <span class="mention">@omar</span>' in shown.text
    assert await unread(sam) == ""


async def test_who_cannot_see_the_record_is_shown_nothing_of_it(
    signed_in: SignIn, owner: asyncpg.Connection, customer: UUID, form: dict[str, str]
) -> None:
    rita, omar = await signed_in("rita"), await signed_in("omar")
    await rita.post(f"/customers/{customer}/activities", data=form)
    entry = await owner.fetchval("SELECT id FROM activity")
    html = (await omar.get("/mentions")).text
    assert "mentioned you in a record you cannot see" in html
    for told in ("Grace", "look", str(customer), form["lead_id"], "/open"):
        assert told not in html
    opened = await omar.post(f"/mentions/{entry}/open", headers=PARTIAL)
    assert opened.status_code == 404
    assert str(customer) not in opened.text
    assert await unread(omar) == "1"


async def test_read_and_unread_answer_with_the_row_and_the_count(
    signed_in: SignIn, owner: asyncpg.Connection, customer: UUID, form: dict[str, str]
) -> None:
    rita, sam = await signed_in("rita"), await signed_in("sam")
    for _ in range(2):
        await rita.post(f"/customers/{customer}/activities", data=form)
    entry = await owner.fetchval("SELECT id FROM activity LIMIT 1")
    read = (await sam.post(f"/mentions/{entry}/read", data={"read": "yes"}, headers=PARTIAL)).text
    assert ('<li class="mention-item"' in read, "Mark unread" in read, UNREAD.findall(read)) == (
        True,
        True,
        ["1"],
    )
    again = await sam.post(f"/mentions/{entry}/read", data={"read": "no"})
    assert (again.status_code, again.headers["location"]) == (303, "/mentions")
    assert await unread(sam, "/mentions") == "2"
    assert (await sam.post(f"/mentions/{entry}/read", data={"read": "maybe"})).status_code == 400
    done = await sam.post("/mentions/read")
    assert unquote(done.cookies["said"]) == "All mentions are read."
    html = (await sam.get("/mentions")).text
    assert ("is-unread" in html, UNREAD.search(html)) == (False, None)
    assert '<form id="all-read" action="/mentions/read" method="post" hidden>' in html


async def test_the_writer_is_told_who_cannot_see_it_wherever_they_log(
    signed_in: SignIn, customer: UUID, form: dict[str, str]
) -> None:
    rita = await signed_in("rita")
    path, told = (
        f"/customers/{customer}/activities",
        "Omar Okafor cannot see this lead: a mention opens no record.",
    )
    assert told in (await rita.post(path, data=form, headers=PARTIAL)).text
    plain = await rita.post(path, data=form)
    assert unquote(plain.cookies["said"]) == told
    away = await rita.post(path, data=form | {"view": "home"})
    assert unquote(away.cookies["said"]) == f"Logged. It is on the timeline for good. {told}"
    on_board = (await rita.post(path, data=form | {"view": "board"}, headers=PARTIAL)).text
    assert f'<p class="toast" role="status">{told}</p>' in on_board
    seen = form | {"notes": "@sam @ada"}
    assert "opens no record" not in (await rita.post(path, data=seen, headers=PARTIAL)).text


async def test_pages_follow_each_other_and_a_bookmark_of_none_leads_to_the_first(
    signed_in: SignIn, owner: asyncpg.Connection, cast: Cast, customer: UUID
) -> None:
    for _ in range(31):
        await make.mention(owner, await make.activity(owner, customer, cast.rita), cast.sam, cast.rita)
    sam = await signed_in("sam")
    html = (await sam.get("/mentions")).text
    older = re.search(r'href="(/mentions\?cursor=[^"]+)" rel="next"', html)
    assert older is not None
    pages = [html, (await sam.get(older[1])).text]
    shown = [set(re.findall(r'id="mention-([^"]+)"', each)) for each in pages]
    assert ([len(each) for each in shown], shown[0] & shown[1]) == ([30, 1], set())
    assert 'rel="next"' not in pages[1]
    assert (await sam.get("/mentions?cursor=nonsense")).headers["location"] == "/mentions"


async def test_colleagues_are_offered_below_the_text(signed_in: SignIn, form: dict[str, str]) -> None:
    rita = await signed_in("rita")
    asked = {"q": "o", "lead": form["lead_id"]}
    html = (await rita.get("/colleagues", params=asked, headers=PARTIAL)).text
    assert re.findall(r'data-handle="(\w+)"', html) == ["omar"]
    assert "cannot see this lead" in html
    without = (await rita.get("/colleagues", params={"q": "o", "lead": ""}, headers=PARTIAL)).text
    assert "may not see this customer" in without
    assert (await rita.get("/colleagues", params={"q": "nobody"}, headers=PARTIAL)).text.strip() == ""
    assert (await rita.get("/colleagues")).headers["location"] == "/mentions"
