"""What an address asks a list for, read and said again."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import unquote

import pytest

from app.web.asked import next_page, number
from tests import make

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    import asyncpg
    from httpx import AsyncClient

    from tests.cast import Cast


@pytest.mark.parametrize(
    ("typed", "read"),
    [("0", 0), ("12", 12), ("999", 999), ("1000", 0), ("-1", 0), ("٣", 0), ("²", 0), ("", 0)],
)
def test_only_plain_digits_are_a_number(typed: str, read: int) -> None:
    assert number(typed, 3) == read


def test_the_next_page_keeps_what_narrows_the_list() -> None:
    assert next_page("/tickets", {"view": "mine", "q": ""}, "a b") == "/tickets?view=mine&cursor=a+b"


def test_behind_the_last_page_there_is_none() -> None:
    assert next_page("/tickets", {"view": "mine"}, None) == ""


@pytest.mark.parametrize(
    "path",
    [
        "/leads?sort=score&stage=lead", "/customers?q=grace", "/tickets?view=mine", "/tickets?view=done",
        "/board/lead?q=grace", "/admin/audit?kind=export", "/admin/captures?outcome=held", "/admin/events?state=sent",
        "/admin/duplicates?by=name",
    ],
)  # fmt: skip
@pytest.mark.parametrize("old", ["cursor=nonsense", "cursor=WyJvbGQiXQ&after=Today"])
async def test_a_page_that_an_older_version_knew_is_the_first_one(
    signed_in: Callable[[str], Awaitable[AsyncClient]], path: str, old: str
) -> None:
    ada = await signed_in("ada")
    led = await ada.get(f"{path}&{old}")
    assert (led.status_code, led.headers["location"]) == (303, path)
    assert unquote(led.cookies["said"]).startswith("That page of the list is no longer there.")
    assert (await ada.get(path)).status_code == 200


async def test_more_of_a_list_that_is_not_there_is_said_beside_it(
    signed_in: Callable[[str], Awaitable[AsyncClient]], owner: asyncpg.Connection, cast: Cast
) -> None:
    await make.lead(owner, cast.rita)
    customer = await owner.fetchval("SELECT id FROM customer")
    rita = await signed_in("rita")
    page = await rita.get(f"/customers/{customer}?kind=Call&cursor=nonsense")
    assert page.headers["location"] == f"/customers/{customer}?kind=Call"
    part = await rita.get("/board/lead?cursor=nonsense", headers={"HX-Request": "true"})
    assert (part.status_code, part.headers["hx-retarget"]) == (422, "#toasts")
    assert "begin at the first one" in part.text
