"""A timeline narrowed by person and days, in the address and without a script; and what is folded away."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from tests import make

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from uuid import UUID

    import asyncpg
    from httpx import AsyncClient as Client

    from tests.cast import Cast

    SignedIn = Callable[[str], Awaitable[Client]]


def shown(html: str) -> list[str]:
    """Return the days of the entries shown: each was made on another one."""
    return re.findall(r'class="permalink"[^>]*><time datetime="([\d-]{10})', html)


def urls(html: str) -> dict[str, str]:
    return {
        label: url.replace("&amp;", "&")
        for url, label in re.findall(r'<a [^>]*?href="([^"]*)"[^>]*>([^<]*)</a>', html)
    }


@pytest.fixture
async def customer_id(owner: asyncpg.Connection, cast: Cast) -> UUID:
    """Rita's customer; of each day in May an entry at 22:30 UTC, by rita and sam in turn."""
    await make.lead(owner, cast.rita)
    found: Any = await owner.fetchval("SELECT customer_id FROM lead")
    for day in range(1, 6):
        at = datetime(2026, 5, day, 22, 30, tzinfo=UTC)
        await make.activity(owner, found, (cast.rita, cast.sam)[day % 2], occurred_at=at)
    return found


async def test_who_wrote_it_and_when_narrow_together(
    cast: Cast, customer_id: UUID, signed_in: SignedIn
) -> None:
    sam = await signed_in("sam")
    page = f"/customers/{customer_id}"
    assert shown((await sam.get(page)).text) == [f"2026-05-0{day}" for day in (5, 4, 3, 2, 1)]
    assert shown((await sam.get(f"{page}?by={cast.sam.id}")).text) == [
        "2026-05-05",
        "2026-05-03",
        "2026-05-01",
    ]
    few = await sam.get(f"{page}?by={cast.sam.id}&from=2026-05-02&to=2026-05-04")
    assert shown(few.text) == ["2026-05-03"]
    assert '<option value="' + cast.sam.id + '" selected>Sam Sato</option>' in few.text
    assert 'name="from" value="2026-05-02"' in few.text
    assert (
        urls(few.text)["Tickets"]
        == f"{page}?kind=tickets&by={cast.sam.id}&from=2026-05-02&to=2026-05-04#history"
    )
    assert urls(few.text)["Clear"] == f"{page}#history"


async def test_days_are_those_of_the_readers_zone(customer_id: UUID, signed_in: SignedIn) -> None:
    sam = await signed_in("sam")
    sam.cookies.set("zone", "Asia/Tokyo")
    page = await sam.get(f"/customers/{customer_id}?from=2026-05-05&to=2026-05-05")
    assert shown(page.text) == ["2026-05-04"]


async def test_nothing_that_matches_says_so_and_leads_back(customer_id: UUID, signed_in: SignedIn) -> None:
    sam = await signed_in("sam")
    page = (await sam.get(f"/customers/{customer_id}?from=2026-06-01&by=nobody")).text
    assert "No entries match" in page
    assert urls(page)["Show all entries"] == f"/customers/{customer_id}#history"
    assert '<option value="nobody" selected>Somebody else</option>' in page


async def test_days_that_begin_after_they_end_say_so_and_can_be_exchanged(
    cast: Cast, customer_id: UUID, signed_in: SignedIn
) -> None:
    sam = await signed_in("sam")
    path = f"/customers/{customer_id}"
    page = (await sam.get(f"{path}?by={cast.sam.id}&from=2026-05-04&to=2026-05-02")).text
    assert shown(page) == []
    assert "“From” is a later day than “Until”" in page
    assert "No entries match" not in page
    turned = urls(page)["Exchange the two days"]
    assert turned == f"{path}?by={cast.sam.id}&from=2026-05-02&to=2026-05-04#history"
    assert shown((await sam.get(turned)).text) == ["2026-05-03"]
    assert urls(page)["Show all days"] == f"{path}?by={cast.sam.id}#history"
    same_day = (await sam.get(f"{path}?from=2026-05-04&to=2026-05-04")).text
    assert shown(same_day) == ["2026-05-04"]


@pytest.mark.parametrize(
    "wrong", ["from=yesterday", "to=2026-02-30", "from=0001-01-01", "to=9999-12-31", "by=%00"]
)
async def test_what_is_no_day_and_nobody_narrows_nothing(
    customer_id: UUID, signed_in: SignedIn, wrong: str
) -> None:
    sam = await signed_in("sam")
    sam.cookies.set("zone", "Pacific/Kiritimati")
    answer = await sam.get(f"/customers/{customer_id}?{wrong}")
    assert (answer.status_code, len(shown(answer.text))) == (200, 5)


async def test_the_keyset_goes_on_under_the_filter(
    owner: asyncpg.Connection, cast: Cast, customer_id: UUID, signed_in: SignedIn
) -> None:
    for minute in range(40):
        for who in (cast.rita, cast.sam):
            at = datetime(2026, 7, 1, 12, minute, tzinfo=UTC)
            await make.activity(owner, customer_id, who, occurred_at=at)
    sam = await signed_in("sam")
    first = (await sam.get(f"/customers/{customer_id}?by={cast.sam.id}&from=2026-07-01")).text
    older = await sam.get(urls(first)["Show older"], headers={"HX-Request": "true"})
    assert (len(shown(first)), len(shown(older.text))) == (30, 10)
    assert "Show older" not in older.text


async def test_folded_entries_are_counted_and_can_be_unfolded(
    owner: asyncpg.Connection, cast: Cast, customer_id: UUID, signed_in: SignedIn
) -> None:
    theirs = await make.lead(owner, cast.omar, "closed_lost", customer_id=customer_id)
    score = {"kind": "score_changed", "data": '{"from": 1, "to": 30}'}
    for lead_id in (None, None, theirs):
        await make.activity(owner, customer_id, cast.ada, lead_id=lead_id, **score)
    rita, sam = await signed_in("rita"), await signed_in("sam")
    assert "2 score changes folded" in (await rita.get(f"/customers/{customer_id}")).text
    page = (await sam.get(f"/customers/{customer_id}?by={cast.ada.id}")).text
    assert ("3 score changes folded" in page, shown(page)) == (True, [])
    assert "folded" not in (await sam.get(f"/customers/{customer_id}?by={cast.rita.id}")).text
    unfolded = (await sam.get(urls(page)["Unfold"])).text
    assert len(shown(unfolded)) == 3
    assert urls(unfolded)["Fold"] == f"/customers/{customer_id}?by={cast.ada.id}#history"


async def test_the_filter_knows_everybody_who_wrote_once_it_is_opened(
    owner: asyncpg.Connection, cast: Cast, customer_id: UUID, signed_in: SignedIn
) -> None:
    await make.activity(owner, customer_id, cast.ada)
    rita, omar = await signed_in("rita"), await signed_in("omar")
    url = f"/customers/{customer_id}/timeline/writers"
    found = await rita.get(f"{url}?by={cast.ada.id}", headers={"HX-Request": "true"})
    options = re.findall(r'<option value="([^"]*)"( selected)?>([^<]+)</option>', found.text)
    assert [(selected.strip(), name) for _, selected, name in options] == [
        ("", "Anybody"),
        ("selected", "Ada Andersson"),
        ("", "Rita Reyes"),
        ("", "Sam Sato"),
    ]
    assert (
        (await rita.get(f"{url}?by={cast.ada.id}")).headers["location"].endswith(f"?by={cast.ada.id}#history")
    )
    assert (await omar.get(url, headers={"HX-Request": "true"})).status_code == 404
