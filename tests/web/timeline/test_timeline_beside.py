"""What stands beside a timeline follows the entries that come to it, whoever wrote them."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from app.core import clock
from tests import make
from tests.budgets.counting import trips

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from uuid import UUID

    import asyncpg
    from httpx import AsyncClient as Client

    from tests.cast import Cast

    SignIn = Callable[[str], Awaitable[Client]]

CLOSE = """
    UPDATE lead SET stage = 'closed_lost', status = 'disqualified', lost_reason = 'no_budget', closed_at = now()"""
CALL = {"activity_type": "Call", "notes": "They will decide"}


@pytest.fixture
async def lead_id(owner: asyncpg.Connection, cast: Cast) -> UUID:
    """An open lead of rita's that nobody has contacted yet."""
    return await make.lead(owner, cast.rita)


@pytest.fixture
async def customer_id(owner: asyncpg.Connection, lead_id: UUID) -> Any:
    return await owner.fetchval("SELECT customer_id FROM lead WHERE id = $1", lead_id)


def asking_from(path: str) -> dict[str, str]:
    return {"HX-Request": "true", "HX-Current-URL": f"http://crm.example{path}"}


async def log(browser: Client, customer_id: UUID, page: str, **more: str) -> str:
    answer = await browser.post(
        f"/customers/{customer_id}/activities", data=CALL | more, headers=asking_from(page)
    )
    assert answer.status_code == 200
    return answer.text


async def load(browser: Client, customer_id: UUID, page: str) -> str:
    """Ask for the new entries as the pill does."""
    asked = f"/customers/{customer_id}/timeline/newer?since=0&show=1"
    return (await browser.get(asked, headers=asking_from(page))).text


def swapped(html: str) -> list[str]:
    """Return the ids of the parts that replace older ones."""
    return re.findall(r'id="([a-z-]+?)(?:-[0-9a-f-]{36})?"[^>]* hx-swap-oob="true"', html)


def said(html: str, part: str) -> str:
    """Return the words of the part with that id."""
    found = re.search(rf'<(\w+)[^>]* id="{part}".*?</\1>', html, re.DOTALL)
    assert found is not None, part
    return " ".join(re.sub("<[^>]*>", " ", found[0]).split())


async def test_a_logged_call_moves_what_a_customers_page_says(
    customer_id: UUID, lead_id: UUID, signed_in: SignIn
) -> None:
    rita, page = await signed_in("rita"), f"/customers/{customer_id}"
    assert said((await rita.get(page)).text, "last-contact") == "Not yet"
    planned = {"lead_id": str(lead_id), "next": "1", "follow_up_note": "Ring them"}
    html = await log(rita, customer_id, page, **planned, move_to="qualified", version="1")
    assert swapped(html) == ["last-contact", "now", "lead"]
    assert said(html, "last-contact") == "just now"
    assert "Ring them" in said(html, "now")
    assert said(html, f"lead-{lead_id}").startswith("Qualified")


async def test_a_call_that_changes_nothing_else_brings_the_last_contact_alone(
    customer_id: UUID, lead_id: UUID, signed_in: SignIn
) -> None:
    rita, page = await signed_in("rita"), f"/customers/{customer_id}"
    assert swapped(await log(rita, customer_id, page)) == [
        "last-contact",
        "now",
        "lead",
    ]  # it is worked on now
    assert swapped(await log(rita, customer_id, page)) == ["last-contact"]
    assert swapped(await log(rita, customer_id, page, next="1")) == ["last-contact", "now", "lead"]


async def test_a_logged_call_moves_what_a_leads_page_says(
    customer_id: UUID, lead_id: UUID, signed_in: SignIn
) -> None:
    rita = await signed_in("rita")
    html = await log(rita, customer_id, f"/leads/{lead_id}", lead_id=str(lead_id))
    assert swapped(html) == ["lead-crumb", "facts", "lead-actions", "stepper", "score"]
    assert "Last contact just now" in said(html, "facts")


async def test_a_call_logged_on_a_lead_that_was_lost_meanwhile_says_so_everywhere(
    owner: asyncpg.Connection, customer_id: UUID, lead_id: UUID, signed_in: SignIn
) -> None:
    await owner.execute("UPDATE lead SET score = 6, win_probability = 0.06")
    rita, page = await signed_in("rita"), f"/leads/{lead_id}"
    assert "6% likely" in (await rita.get(page)).text
    await owner.execute(CLOSE)
    html = await log(rita, customer_id, page, lead_id=str(lead_id))
    assert said(html, "lead-crumb") == "Closed/Lost"
    assert said(html, "lead-actions") == "Reopen as a new lead"
    assert "likely" not in said(html, "score")


async def test_what_happened_earlier_is_not_the_last_contact(
    owner: asyncpg.Connection, cast: Cast, customer_id: UUID, lead_id: UUID, signed_in: SignIn
) -> None:
    sam, page = await signed_in("sam"), f"/customers/{customer_id}"
    earlier = (clock.now() - timedelta(days=9)).isoformat()
    assert said(await log(sam, customer_id, page, occurred_at=earlier), "last-contact") == "9 d ago"
    await make.activity(owner, customer_id, cast.sam, occurred_at=clock.now() - timedelta(days=3))
    assert said(await log(sam, customer_id, page, occurred_at=earlier), "last-contact") == "3 d ago"
    await owner.execute(CLOSE)
    assert said(await log(sam, customer_id, page, occurred_at=earlier), "last-contact") == "3 d ago"
    async with trips() as counted:
        assert said(await log(sam, customer_id, page), "last-contact") == "just now"
    assert len(counted.sent) <= 6, counted.sent  # its session, which may be a second old, included


async def test_the_pill_brings_what_stands_beside_a_customers_timeline(
    owner: asyncpg.Connection, cast: Cast, customer_id: UUID, lead_id: UUID, signed_in: SignIn
) -> None:
    rita, sam, page = await signed_in("rita"), await signed_in("sam"), f"/customers/{customer_id}"
    await make.ticket(owner, customer_id, subject="Cannot log in")
    await log(sam, customer_id, page, next="1", follow_up_note="Ring them")
    await load(rita, customer_id, page)  # the first one learns names
    async with trips() as counted:
        html = await load(rita, customer_id, page)
    assert len(counted.sent) <= 4, counted.sent
    assert html.count("data-activity-id=") == 1
    assert swapped(html) == [
        "composer-lead",
        "composer-next",
        "composer-move",
        "contact-panel",
        "now",
        "leads",
        "tickets",
    ]
    assert said(html, "last-contact") == "just now"
    assert "Ring them" in said(html, "now")
    assert "Cannot log in" in said(html, "tickets")
    theirs = await make.lead(owner, cast.omar, "closed_lost", customer_id=customer_id)
    assert str(theirs) not in await load(rita, customer_id, page)


async def test_the_pill_brings_what_stands_beside_a_leads_timeline(
    owner: asyncpg.Connection, customer_id: UUID, lead_id: UUID, signed_in: SignIn
) -> None:
    rita, sam, page = await signed_in("rita"), await signed_in("sam"), f"/leads/{lead_id}"
    await make.ticket(owner, customer_id, subject="Cannot log in")
    await log(sam, customer_id, f"/customers/{customer_id}", next="1", follow_up_note="Ring them")
    html = await load(rita, customer_id, page)
    assert swapped(html) == [
        "composer-lead", "composer-next", "composer-move", "contact-panel", "lead-crumb", "facts",
        "lead-actions", "stepper", "lead-tickets", "score",
    ]  # fmt: skip
    assert "Mark as won" in said(html, "lead-actions")
    assert "Ring them" in said(html, "facts")
    assert "Last contact just now" in said(html, "facts")
    assert "Cannot log in" in said(html, "lead-tickets")
    assert 'name="version" value="2"' in html
    assert swapped(await load(sam, customer_id, page)) == []
    assert swapped(await load(rita, customer_id, "/leads/[")) == []


async def test_the_pill_takes_back_what_can_no_longer_be_done(
    owner: asyncpg.Connection, customer_id: UUID, lead_id: UUID, signed_in: SignIn
) -> None:
    rita, page = await signed_in("rita"), f"/leads/{lead_id}"
    await owner.execute(CLOSE)
    html = await load(rita, customer_id, page)
    assert said(html, "lead-actions") == "Reopen as a new lead"
    assert said(html, "lead-crumb") == "Closed/Lost"
    assert said(html, "composer-move") == ""
