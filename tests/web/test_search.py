"""The search finds pages by their names, each person's own."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from httpx import AsyncClient

    SignIn = Callable[[str], Awaitable[AsyncClient]]


async def found(browser: AsyncClient, q: str) -> list[str]:
    """Return where the list below a search field leads."""
    partial = {"HX-Request": "true", "HX-Request-Type": "partial"}
    answer = await browser.get("/search", params={"q": q}, headers=partial)
    return re.findall(r'<li><a href="([^"]+)"', answer.text)


@pytest.mark.parametrize(
    ("who", "q", "places"),
    [
        ("rita", "lost", ["/leads?stage=closed_lost", "/reports/lost"]),
        ("rita", "rep lo", ["/reports/lost"]),
        ("rita", "ost", []),
        ("rita", "l", []),
        ("rita", "audit", []),
        ("ada", "audit", ["/admin/audit"]),
        ("sam", "lost", []),
        ("sam", "audit", []),
    ],
)
async def test_a_page_is_found_by_the_beginning_of_its_name_by_who_may_see_it(
    signed_in: SignIn, who: str, q: str, places: list[str]
) -> None:
    assert await found(await signed_in(who), q) == places
