"""A timeline is read in the order in which things happened, whenever they were written down."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest

from app.core import clock
from app.domain.merge import Wish
from app.domain.timeline import TimelineFilter
from app.services.merge import merge_customers
from app.services.timeline import newest_entry, read_timeline
from app.store import cursor as cursors
from tests import make

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from uuid import UUID

    import asyncpg
    from httpx import AsyncClient as Client

    from app.domain.viewer import Viewer
    from tests.cast import Cast

    SignIn = Callable[[str], Awaitable[Client]]

pytestmark = pytest.mark.usefixtures("app")
PARTIAL = {"HX-Request": "true"}
EARLIER = "2026-10-01T10:00"
NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


@pytest.fixture
async def customer_id(owner: asyncpg.Connection, cast: Cast) -> UUID:
    await make.lead(owner, cast.rita)
    found: Any = await owner.fetchval("SELECT customer_id FROM lead")
    return found


async def log(browser: Client, customer_id: UUID, **more: str) -> str:
    form = {"activity_type": "Meeting", "notes": "They came by"} | more
    answer = await browser.post(f"/customers/{customer_id}/activities", data=form, headers=PARTIAL)
    assert answer.status_code == 200
    return answer.text


async def history(viewer: Viewer, customer_id: UUID, limit: int) -> list[tuple[datetime, UUID, int]]:
    """Return when, whose and which number each entry is, read page by page."""
    read: list[tuple[datetime, UUID, int]] = []
    cursor: str | None = None
    while True:
        page = await read_timeline(viewer, customer_id, TimelineFilter(), limit=limit, cursor=cursor)
        read += [(entry.occurred_at, entry.customer_id, entry.seq) for entry in page.items]
        if (cursor := page.next_cursor) is None:
            return read


def days(html: str) -> list[str]:
    return re.findall(r'<li class="day[^>]*>([^<]*)<', html)


def shown(html: str) -> list[str]:
    """Return the day on which each entry shown happened."""
    return re.findall(r'class="permalink"[^>]*><time datetime="([\d-]{10})', html)


def asked(html: str, attribute: str) -> dict[str, str]:
    """Return what the page asks with at the address in that attribute."""
    found = re.search(rf'id="news"[^>]* {attribute}="([^"]*)"', html)
    assert found is not None
    return {
        name: values[0] for name, values in parse_qs(urlsplit(found[1].replace("&amp;", "&")).query).items()
    }


async def test_what_happened_earlier_stands_under_its_own_day(
    owner: asyncpg.Connection, cast: Cast, customer_id: UUID, signed_in: SignIn
) -> None:
    yesterday = clock.now() - timedelta(days=1)
    await make.activity(owner, customer_id, cast.sam, occurred_at=yesterday)
    rita = await signed_in("rita")
    await log(rita, customer_id)
    html = await log(rita, customer_id, occurred_at=EARLIER)
    assert days(html) == ["Just logged"]
    assert "Logged under “Thursday 1 October 2026”" in html
    assert days(await log(rita, customer_id)) == ["Just now"]
    page = (await rita.get(f"/customers/{customer_id}")).text
    assert days(page) == ["Today", "Yesterday", "Thursday 1 October 2026"]
    assert len(shown(page)) == 4
    assert shown(page) == sorted(shown(page), reverse=True)


async def test_every_page_goes_on_where_the_last_one_ended(
    owner: asyncpg.Connection, cast: Cast, customer_id: UUID
) -> None:
    for minute in (5, 1, 4, 1, 1, 3, 9, 0):
        await make.activity(owner, customer_id, cast.rita, occurred_at=NOON + timedelta(minutes=minute))
    numbers = [7, 1, 3, 6, 5, 4, 2, 8]
    for viewer in (cast.rita, cast.sam):
        for limit in (1, 2, 3, 30):
            assert [seq for _, _, seq in await history(viewer, customer_id, limit)] == numbers


async def test_entries_of_one_moment_in_two_chains_come_once_each(
    owner: asyncpg.Connection, cast: Cast
) -> None:
    people = [await make.customer(owner) for _ in range(3)]
    for turn in range(4):
        for person in people[turn % 2 :]:
            await make.activity(owner, person, cast.ada, occurred_at=NOON + timedelta(minutes=turn // 2))
    for gone in people[1:]:
        await merge_customers(cast.ada, Wish(people[0], gone), None)
    whole = await owner.fetch(
        "SELECT occurred_at, customer_id, seq FROM activity ORDER BY occurred_at DESC, seq DESC, customer_id DESC"
    )
    for limit in (1, 2, 4, 30):
        assert await history(cast.ada, people[0], limit) == [tuple(row) for row in whole]


async def test_what_is_written_further_down_is_no_news_on_a_page_drawn_since(
    owner: asyncpg.Connection, cast: Cast, customer_id: UUID, signed_in: SignIn
) -> None:
    for _ in range(31):
        await make.activity(owner, customer_id, cast.rita)
    sam, path = await signed_in("sam"), f"/customers/{customer_id}"
    before = (await sam.get(path)).text
    await make.activity(owner, customer_id, cast.rita, occurred_at=NOON)
    page = (await sam.get(path)).text
    assert shown(page) == shown(before)
    assert [asked(html, "data-live")["since"] for html in (before, page)] == ["31", "32"]
    for html, pill in ((before, "1 new entry"), (page, "")):
        answer = await sam.get(f"{path}/timeline/newer", params=asked(html, "data-url"), headers=PARTIAL)
        assert re.sub("<[^>]*>", "", answer.text).strip() == pill


async def test_the_pill_offers_on_top_only_what_belongs_there(
    owner: asyncpg.Connection, cast: Cast, customer_id: UUID, signed_in: SignIn
) -> None:
    await make.activity(owner, customer_id, cast.rita)
    sam, path = await signed_in("sam"), f"/customers/{customer_id}"
    since = asked((await sam.get(path)).text, "data-url")
    await make.activity(owner, customer_id, cast.rita)
    on_top = await sam.get(f"{path}/timeline/newer", params=since, headers=PARTIAL)
    assert ("1 new entry" in on_top.text, "data-load" in on_top.text) == (True, True)
    await make.activity(owner, customer_id, cast.rita, occurred_at=NOON)
    below = await sam.get(f"{path}/timeline/newer", params=since, headers=PARTIAL)
    assert ("2 new entries" in below.text, "data-load" in below.text) == (True, False)
    for unreadable in ("yesterday", "2026-05-01T12:00:00", ""):
        answer = await sam.get(f"{path}/timeline/newer", params=since | {"top": unreadable}, headers=PARTIAL)
        assert "data-load" in answer.text


async def test_the_newest_is_what_was_written_last_and_may_be_seen(
    owner: asyncpg.Connection, cast: Cast, customer_id: UUID
) -> None:
    await make.activity(owner, customer_id, cast.rita)
    await make.activity(owner, customer_id, cast.rita, occurred_at=NOON)
    theirs = await make.lead(owner, cast.omar, "closed_lost", customer_id=customer_id)
    await make.activity(owner, customer_id, cast.omar, lead_id=theirs)
    assert [await newest_entry(viewer, customer_id) for viewer in (cast.rita, cast.sam)] == [2, 3]


async def test_a_cursor_of_another_order_is_refused(
    owner: asyncpg.Connection, cast: Cast, customer_id: UUID, client: Client, as_user: Callable[..., Any]
) -> None:
    await make.activity(owner, customer_id, cast.rita)
    url = f"/v1/customers/{customer_id}/timeline"
    for wrong in (
        ({str(customer_id): 60},),
        ("2026-05-01T12:00:00", 60, customer_id),
        (NOON, -1, customer_id),
        (NOON, 2**63, customer_id),
        ("9999-12-31T23:59:59-12:00", 1, customer_id),
    ):
        answer = await client.get(url, params={"cursor": cursors.encode(*wrong)}, headers=as_user("rita"))
        assert answer.status_code in {400, 422}, wrong
    right = {"cursor": cursors.encode(clock.now(), 2**62, customer_id)}
    assert len((await client.get(url, params=right, headers=as_user("rita"))).json()["items"]) == 1


def entries(html: str) -> list[str]:
    return re.findall(r'data-activity-id="([^"]*)"', html)


async def test_an_entry_s_link_opens_the_page_that_holds_it(
    owner: asyncpg.Connection, cast: Cast, customer_id: UUID, signed_in: SignIn
) -> None:
    made = [
        str(await make.activity(owner, customer_id, cast.rita, occurred_at=NOON + timedelta(hours=hour // 2)))
        for hour in range(90)
    ]
    newest_first, rita, url = made[::-1], await signed_in("rita"), f"/customers/{customer_id}"
    for at in (0, 29, 30, 45, 89):
        wanted = newest_first[at]
        page = (await rita.get(f"{url}?entry={wanted}&kind=tickets&q=nothing")).text
        first = 0 if at < 30 else at - 20
        assert entries(page) == newest_first[first : first + 30]
        assert f'href="{url}?entry={wanted}#e-{wanted}"' in page
        assert ('id="news"' in page, "Show newer" in page) == (at < 30, at >= 30)
    newer = re.search(r'href="([^"#]*)#history">Show newer', page)
    assert newer is not None
    assert entries((await rita.get(newer[1])).text) == newest_first[49:79]
    assert entries((await rita.get(url)).text) == newest_first[:30]


async def test_an_entry_s_link_leads_across_merged_records_and_unfolds(
    owner: asyncpg.Connection, cast: Cast, customer_id: UUID, signed_in: SignIn
) -> None:
    gone = await make.customer(owner)
    score = str(await make.activity(owner, gone, cast.rita, kind="score_changed", occurred_at=NOON))
    for chain in (customer_id, gone):
        for _ in range(25):
            await make.activity(owner, chain, cast.rita, occurred_at=NOON)
    await merge_customers(cast.ada, Wish(customer_id, gone), None)
    ada = await signed_in("ada")
    moved = await ada.get(f"/customers/{gone}?entry={score}")
    assert moved.headers["location"] == f"/customers/{customer_id}?entry={score}"
    page = (await ada.get(moved.headers["location"])).text
    assert score in entries(page)
    assert "Score changes shown" in page
    whole = [str(entry.id) for entry in (await read_timeline(
        cast.ada, customer_id, TimelineFilter(), limit=99, cursor=None)).items]  # fmt: skip
    at = whole.index(score)
    assert entries(page) == whole[at - 20 : at + 10]


@pytest.mark.parametrize("who", ["rita", "omar"])
async def test_a_link_to_no_entry_of_theirs_says_so(
    owner: asyncpg.Connection, cast: Cast, customer_id: UUID, signed_in: SignIn, who: str
) -> None:
    other = await make.lead(owner, cast.omar)
    others = await owner.fetchval("SELECT customer_id FROM lead WHERE id = $1", other)
    theirs = await make.activity(owner, others, cast.omar, lead_id=other)
    browser = await signed_in(who)
    for wanted in (str(theirs), "no-id", str(customer_id)):
        answer = await browser.get(f"/customers/{customer_id}?entry={wanted}")
        assert (answer.status_code, "This entry is not on the timeline" in answer.text) == (404, True)
