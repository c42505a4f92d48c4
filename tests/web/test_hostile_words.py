"""What people type, however odd: refused with a reason, or shown as the text it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests import make

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    import asyncpg
    from httpx import AsyncClient as Client

    from tests.cast import Cast

SHOWN = {
    "<script>alert(1)</script>": "&lt;script&gt;alert(1)&lt;/script&gt;",
    '"><img src=x onerror=alert(1)>': "&lt;img src=x onerror=alert(1)&gt;",
    "{{7*7}} {% raw %}": "{{7*7}} {% raw %}",
    "abc\u202egnp.exe": "abc\u202egnp.exe",
    "e" + "\u0301" * 30: "\u0301" * 29,
    "=HYPERLINK(1)": "=HYPERLINK(1)",
}
WRONG = (
    ("occurred_at", "2999-01-01T00:00"), ("occurred_at", "yesterday"), ("duration_minutes", "-1"),
    ("duration_minutes", "\u0661\u0662"), ("outcome", "magic"), ("next", "99"), ("activity_type", "Fax"),
)  # fmt: skip
ODD = ("?cursor=x", "?kind=nonsense&kind=stage", "?q=%25", "?q=%00", "?cursor=WzFd&q=a")


async def test_notes_are_shown_as_the_text_they_are(
    owner: asyncpg.Connection, signed_in: Callable[[str], Awaitable[Client]]
) -> None:
    customer = await make.customer(owner)
    sam = await signed_in("sam")
    for words in SHOWN:
        form = {"activity_type": "Note", "notes": words}
        assert (await sam.post(f"/customers/{customer}/activities", data=form)).status_code == 303, words[:40]
    page = (await sam.get(f"/customers/{customer}")).text
    assert [words[:40] for words, shown in SHOWN.items() if shown not in page] == []
    assert "<script>alert" not in page
    assert "<img src=x" not in page


@pytest.mark.parametrize("bad", ["a\x00b", "a\x08b", "x" * 10_001, "e" + "\u0301" * 5_000])
async def test_what_cannot_be_kept_is_refused_everywhere_and_leaves_no_row(
    owner: asyncpg.Connection, cast: Cast, signed_in: Callable[[str], Awaitable[Client]], bad: str
) -> None:
    customer = await make.customer(owner)
    entry = await make.activity(owner, customer, cast.sam)
    ticket = await make.ticket(owner, customer)
    sam = await signed_in("sam")
    asked = {
        f"/customers/{customer}/activities": {"activity_type": "Note", "notes": bad},
        f"/customers/{customer}/tickets": {"subject": bad},
        f"/customers/{customer}/entries/{entry}/correct": {"notes": bad},
        f"/tickets/{ticket}": {"version": "1", "note": bad},
    }
    for path, form in asked.items():
        assert (await sam.post(path, data=form)).status_code == 422, path
    assert await owner.fetchval("SELECT count(*) FROM activity") == 1
    assert await owner.fetchval("SELECT count(*) FROM ticket") == 1


async def test_a_wrong_field_says_so_beside_itself_and_keeps_the_text(
    owner: asyncpg.Connection, signed_in: Callable[[str], Awaitable[Client]]
) -> None:
    customer = await make.customer(owner)
    sam = await signed_in("sam")
    for field, value in WRONG:
        form = {"activity_type": "Call", "notes": "Keep me", field: value}
        answer = await sam.post(f"/customers/{customer}/activities", data=form)
        assert answer.status_code == 422, (field, value)
        assert f'id="{field}-error"' in answer.text, (field, value)
        assert "Keep me" in answer.text
    assert await owner.fetchval("SELECT count(*) FROM activity") == 0


async def test_odd_urls_of_lists_are_answered(
    owner: asyncpg.Connection, signed_in: Callable[[str], Awaitable[Client]]
) -> None:
    customer = await make.customer(owner)
    sam = await signed_in("sam")
    for query in ODD:
        for path in (f"/customers/{customer}", "/customers", "/tickets"):
            assert (await sam.get(path + query)).status_code in {200, 303}, path + query
