"""What one must know before calling stands on the lead's page, and what the lead is worth on the customer's."""

from __future__ import annotations

import re
from datetime import timedelta
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


def part(html: str, name: str) -> str:
    """Return the section with that id."""
    found = re.search(rf'<section[^>]* id="{name}".*?</section>', html, re.DOTALL)
    assert found is not None, name
    return found[0]


def words(html: str, name: str) -> str:
    return " ".join(re.sub("<[^>]*>", " ", part(html, name)).split())


@pytest.mark.parametrize("who", ["rita", "ada"])
async def test_a_leads_page_counts_the_open_tickets_and_links_the_two_newest(
    signed_in: SignIn, owner: asyncpg.Connection, cast: Cast, who: str
) -> None:
    person = await make.customer(owner)
    lead = await make.lead(owner, cast.rita, customer_id=person)
    hours = {"Oldest": 3, "Older": 2, "Newest": 1}
    ids = {
        subject: await make.ticket(
            owner, person, subject=subject, created_at=clock.now() - timedelta(hours=ago)
        )
        for subject, ago in hours.items()
    }
    await make.ticket(owner, person, subject="Done", status="closed", closed_at=clock.now())
    await make.ticket(owner, await make.customer(owner), subject="Of somebody else")
    client = await signed_in(who)
    shown = (await client.get(f"/leads/{lead}")).text
    assert words(shown, "lead-tickets").startswith("Open tickets 3")
    assert re.findall(r'href="/tickets/([^"]+)"', shown) == [str(ids["Newest"]), str(ids["Older"])]
    assert f'href="/customers/{person}#tickets"' in part(shown, "lead-tickets")
    await owner.execute("UPDATE ticket SET status = 'closed', closed_at = now()")
    assert "No open ticket" in words((await client.get(f"/leads/{lead}")).text, "lead-tickets")


async def test_a_leads_page_says_who_may_be_written_to_and_what_they_bought(
    signed_in: SignIn, owner: asyncpg.Connection, cast: Cast
) -> None:
    person = await make.customer(
        owner,
        last_consent='{"marketing": false, "text_version": "2026-03"}',
        first_campaign='{"source": "google", "name": "autumn"}',
    )
    lead = await make.lead(owner, cast.rita, customer_id=person)
    shown = words((await (await signed_in("rita")).get(f"/leads/{lead}")).text, "contact-panel")
    assert "Marketing Not agreed text 2026-03" in shown
    assert "autumn" in shown
    assert "Last contact" not in shown  # it stands beside the deal


@pytest.mark.parametrize(("who", "shows"), [("rita", True), ("ada", True), ("sam", False)])
async def test_a_customers_page_says_what_the_open_lead_is_worth_to_who_sees_money(
    signed_in: SignIn, owner: asyncpg.Connection, cast: Cast, who: str, *, shows: bool
) -> None:
    person = await make.customer(owner)
    await make.lead(owner, cast.rita, "proposal_sent", customer_id=person, expected_value=48_000)
    shown = words((await (await signed_in(who)).get(f"/customers/{person}")).text, "now")
    assert ("Expected €48,000" in shown) == shows
