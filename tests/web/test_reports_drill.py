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
    assert len(found) == links
    for path, count in found:
        html = (await client.get(unescape(path))).text
        assert html.count("<tr data-lead-id=") == int(count), path
        assert "was ignored" not in html
