"""Forms about a lead that somebody else changed, or closed, while they were filled in."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING
from urllib.parse import unquote

import pytest

from tests import make
from tests.web.customers.test_contacts import fields

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from uuid import UUID

    import asyncpg
    from httpx import AsyncClient

    from tests.cast import Cast

    SignIn = Callable[[str], Awaitable[AsyncClient]]

PARTIAL = {"HX-Request": "true", "HX-Request-Type": "partial"}
KEPT = (
    "Ada Andersson changed this lead just now. Nothing is saved yet: what you left alone is up to date here"
)


@pytest.fixture
async def lead(owner: asyncpg.Connection, cast: Cast) -> UUID:
    return await make.lead(owner, cast.rita, expected_value=500)


def problems(html: str) -> dict[str, str]:
    """Return what is said beside each field."""
    found = re.findall(
        r'<span class="error" id="(\w+)-error">(?:<svg.*?</svg>)?(.*?)</span>', html, re.DOTALL
    )
    return {name: unescape(said) for name, said in found}


async def form_of(client: AsyncClient, path: str) -> dict[str, str]:
    return fields((await client.get(path, headers=PARTIAL)).text)


async def test_a_deal_changed_meanwhile_keeps_both_peoples_work(
    signed_in: SignIn, owner: asyncpg.Connection, lead: UUID
) -> None:
    rita, ada, path = await signed_in("rita"), await signed_in("ada"), f"/leads/{lead}/deal"
    seen = await form_of(rita, path)
    theirs = await form_of(ada, path) | {"value": "900", "close_on": "2026-12-24"}
    assert (await ada.post(path, data=theirs)).status_code == 303
    refused = await rita.post(path, data=seen | {"value": "800"}, headers=PARTIAL)
    assert refused.status_code == 409
    assert KEPT in refused.text
    again = fields(refused.text)
    assert (again["value"], again["close_on"]) == ("800", "2026-12-24")
    assert problems(refused.text) == {"value": "By now it is “€900”: saving replaces that"}
    assert (await rita.post(path, data=again)).status_code == 303
    row = await owner.fetchrow("SELECT expected_value, expected_close_on::text FROM lead")
    assert tuple(row) == (800, "2026-12-24")


async def test_a_plan_made_meanwhile_is_said_before_it_is_replaced(
    signed_in: SignIn, owner: asyncpg.Connection, lead: UUID
) -> None:
    rita, ada, path = await signed_in("rita"), await signed_in("ada"), f"/leads/{lead}/follow-up"
    seen = await form_of(rita, path) | {"next": "3"}
    theirs = await form_of(ada, path) | {"next": "1h", "follow_up_note": "Ask about the offer"}
    assert (await ada.post(path, data=theirs)).status_code == 303
    refused = await rita.post(path, data=seen, headers=PARTIAL)
    assert KEPT in refused.text
    assert problems(refused.text)["next"].startswith(("By now it is “today ", "By now it is “tomorrow "))
    assert 'value="3" checked' in refused.text
    again = fields(refused.text) | {"next": "3"}
    assert again["follow_up_note"] == "Ask about the offer"
    assert (await rita.post(path, data=again)).status_code == 303
    assert await owner.fetchval("SELECT follow_up_note FROM lead") == "Ask about the offer"


async def test_leaving_a_plan_empty_never_drops_what_was_planned_meanwhile_unsaid(
    signed_in: SignIn, lead: UUID
) -> None:
    rita, ada, path = await signed_in("rita"), await signed_in("ada"), f"/leads/{lead}/follow-up"
    seen = await form_of(rita, path) | {"next": ""}
    assert (await ada.post(path, data=await form_of(ada, path) | {"next": "1h"})).status_code == 303
    refused = await rita.post(path, data=seen, headers=PARTIAL)
    assert list(problems(refused.text)) == ["next"]


async def test_an_owner_given_meanwhile_is_named(
    signed_in: SignIn, owner: asyncpg.Connection, cast: Cast, lead: UUID
) -> None:
    await owner.execute("UPDATE lead SET assigned_to_id = NULL")
    first, second, path = await signed_in("ada"), await signed_in("ada"), f"/leads/{lead}/assign"
    seen = await form_of(first, path) | {"assigned_to_id": cast.rita.id}
    theirs = await form_of(second, path) | {"assigned_to_id": cast.omar.id}
    assert (await second.post(path, data=theirs)).status_code == 303
    refused = await first.post(path, data=seen, headers=PARTIAL)
    assert problems(refused.text) == {"assigned_to_id": "By now it is “Omar Okafor”: saving replaces that"}


async def test_a_sale_takes_the_value_that_the_deal_got_meanwhile(signed_in: SignIn, lead: UUID) -> None:
    rita, ada, path = await signed_in("rita"), await signed_in("ada"), f"/leads/{lead}/won"
    seen = await form_of(rita, path) | {"product": "CRM Pro"}
    deal = f"/leads/{lead}/deal"
    assert (await ada.post(deal, data=await form_of(ada, deal) | {"value": "900"})).status_code == 303
    refused = await rita.post(path, data=seen, headers=PARTIAL)
    assert KEPT in refused.text
    again = fields(refused.text)
    assert (again["amount"], again["product"], problems(refused.text)) == ("900.00", "CRM Pro", {})
    assert (await rita.post(path, data=again)).status_code == 303


@pytest.mark.parametrize(
    ("act", "typed"),
    [("won", {"product": "CRM Pro"}), ("lost", {"reason": "price"}), ("deal", {"value": "800"})],
)
async def test_who_closes_or_changes_what_somebody_closed_is_told_so_and_gets_no_form(
    signed_in: SignIn, lead: UUID, act: str, typed: dict[str, str]
) -> None:
    rita, ada, path = await signed_in("rita"), await signed_in("ada"), f"/leads/{lead}/{act}"
    seen = await form_of(rita, path) | typed
    lost = f"/leads/{lead}/lost"
    assert (await ada.post(lost, data=await form_of(ada, lost) | {"reason": "price"})).status_code == 303
    follow_up = {"version": "2", "next": "7"}  # whoever touched it last did not close it
    assert (await rita.post(f"/leads/{lead}/follow-up", data=follow_up)).status_code == 303
    for headers in (PARTIAL, {}):
        refused = await rita.post(path, data=seen, headers=headers)
        assert refused.status_code == 409
        assert (
            "Ada Andersson marked this lead as lost (Price) just now. Closed leads are final." in refused.text
        )
        assert f'action="{path}"' not in refused.text
        assert f'href="/leads/{lead}" autofocus>Close</a>' in refused.text
    assert "This lead is lost (Price) already" in (await rita.get(path, headers=PARTIAL)).text


async def test_a_form_on_a_page_of_its_own_does_not_come_back_in_a_dialog(
    signed_in: SignIn, lead: UUID
) -> None:
    rita = await signed_in("rita")
    for path in ("/leads/new", f"/leads/{lead}/won", f"/leads/{lead}/deal"):
        assert 'hx-target="#dialog"' in (await rita.get(path, headers=PARTIAL)).text
        page = (await rita.get(path)).text
        assert f'action="{path}" method="post" data-once' in page
        assert f'hx-post="{path}"' not in page


async def test_a_win_asks_for_no_currency(signed_in: SignIn, owner: asyncpg.Connection, lead: UUID) -> None:
    rita, path = await signed_in("rita"), f"/leads/{lead}/won"
    shown = await rita.get(path)
    assert "currency" not in fields(shown.text)
    assert "Final amount in EUR" in shown.text
    assert (await rita.post(path, data=fields(shown.text) | {"product": "Pro"})).status_code == 303
    assert tuple(await owner.fetchrow("SELECT amount, currency FROM sale")) == (500, "EUR")


async def test_reopening_twice_leads_to_the_lead_that_is_open(
    signed_in: SignIn, owner: asyncpg.Connection, cast: Cast
) -> None:
    lost, rita = await make.lead(owner, cast.rita, "closed_lost"), await signed_in("rita")
    first, second = [await rita.post(f"/leads/{lost}/reopen", data={"key": key}) for key in ("k-1", "k-2")]
    assert (second.status_code, second.headers["location"]) == (303, first.headers["location"])
    assert first.headers["location"] != f"/leads/{lost}"
    assert unquote(second.cookies["said"]) == "There is an open lead already."


@pytest.mark.parametrize("view", ["", "home"])
async def test_what_a_colleague_has_open_is_not_shown_but_said(
    signed_in: SignIn, owner: asyncpg.Connection, cast: Cast, view: str
) -> None:
    lost, rita = await make.lead(owner, cast.rita, "closed_lost"), await signed_in("rita")
    await make.lead(owner, cast.omar, customer_id=await owner.fetchval("SELECT customer_id FROM lead"))
    answer = await rita.post(f"/leads/{lost}/reopen", data={"key": "k-1", "view": view})
    assert (answer.status_code, answer.headers["location"]) == (303, "/" if view else f"/leads/{lost}")
    said = unquote(answer.cookies["said"])
    assert said == "This customer has an open lead already. Nothing was reopened."


async def test_a_lead_that_nobody_is_known_to_have_closed_still_says_how_it_ended(
    signed_in: SignIn, owner: asyncpg.Connection, lead: UUID
) -> None:
    rita, path = await signed_in("rita"), f"/leads/{lead}/lost"
    seen = await form_of(rita, path) | {"reason": "price"}
    await owner.execute(
        "UPDATE lead SET stage = 'closed_lost', status = 'disqualified', lost_reason = 'duplicate', closed_at = now()"
    )
    refused = await rita.post(path, data=seen, headers=PARTIAL)
    assert "This lead is lost (Duplicate) already. Closed leads are final." in refused.text
