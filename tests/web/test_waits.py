"""What waits for an admin leads, on their home and in the admin's area, to the page that shows exactly that."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from app.core.clock import now
from tests import make

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    import asyncpg
    from httpx import AsyncClient

    from tests.cast import Cast

    SignIn = Callable[[str], Awaitable[AsyncClient]]

ROW = re.compile(r'data-event-id=|<a class="plain-link" href="/admin/captures/[\da-f]')
EVENT = """
    INSERT INTO outbox (id, aggregatetype, aggregateid, type, payload, dedupe, created_at, next_try_at, attempts,
        last_error, published_at)
    SELECT gen_random_uuid(), 'sale', n, 'SaleClosedWonV1', '{}', gen_random_uuid(), $2, $2, 1, $1, $3
    FROM generate_series(1, 2) AS n"""


@pytest.fixture
async def waiting(owner: asyncpg.Connection, cast: Cast) -> None:
    """Two events that fail, two on their way and two sent; one held form, and a person to be erased."""
    for error, sent in (("the disk is full", None), (None, None), ("", now())):
        await owner.execute(EVENT, error, now(), sent)
    await make.capture(owner)
    await make.erasure(owner, await make.customer(owner), cast.sam)


def ways(html: str) -> dict[str, str]:
    """Return the words of each link of the page's content by where it leads."""
    found = re.findall(r'<a href="(/admin/[^"]+)">(.*?)</a>', html)
    return {path: re.sub("<[^>]+>", "", words) for path, words in found}


@pytest.mark.usefixtures("waiting")
async def test_what_needs_a_hand_on_the_teams_home_leads_there(signed_in: SignIn) -> None:
    ada = await signed_in("ada")
    pulse = (await ada.get("/")).text.partition('<ul class="pulse"')[2].partition("</ul>")[0]
    found = ways(pulse)
    assert found == {
        "/admin/captures?outcome=held": "1 held submission",
        "/admin/events?state=queued": "2 events on their way",
        "/admin/events?state=failing": "2 failing",
    }
    for path in found:
        rows = re.findall(
            r'data-event-id=|<a class="plain-link" href="/admin/captures/[\da-f]', (await ada.get(path)).text
        )
        assert len(rows) == int(found[path][0]), path


@pytest.mark.usefixtures("waiting")
async def test_the_admins_area_says_what_waits_and_leads_there(signed_in: SignIn) -> None:
    html = (await (await signed_in("ada")).get("/admin")).text
    assert re.sub("<[^>]+>", "", html).count("1 form is held for a decision.") == 1
    assert "2 events fail to arrive" in html
    assert "1 erasure waits for a second person" in html
    assert set(ways(html)) == {
        "/admin/captures?outcome=held",
        "/admin/events?state=failing",
        "/admin/erasures",
    }


async def test_where_nothing_waits_nothing_is_said(signed_in: SignIn) -> None:
    ada = await signed_in("ada")
    assert "notice" not in (await ada.get("/admin")).text
    assert "/admin/events?state=failing" not in (await ada.get("/")).text
