"""Closing a lead and logging with a customer, over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests import make

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    import asyncpg
    from httpx import AsyncClient

    from tests.cast import Cast

    SignIn = Callable[[str], Awaitable[AsyncClient]]

PARTIAL = {"HX-Request": "true", "HX-Request-Type": "partial"}
SALE = {"version": "1", "key": "k-1", "amount": "12,000", "currency": "EUR", "product": "CRM Pro"}


async def test_a_won_lead_goes_to_its_page_and_is_handed_over_once(
    signed_in: SignIn, owner: asyncpg.Connection, cast: Cast
) -> None:
    lead = await make.lead(owner, cast.rita, "negotiation")
    client = await signed_in("rita")
    answers = [await client.post(f"/leads/{lead}/won", data=SALE) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [303, 303]
    assert await owner.fetchval("SELECT count(*) FROM outbox") == 1
    assert "Queued" in (await client.get(f"/leads/{lead}")).text


async def test_a_wrong_sale_shows_the_form_again_and_saves_nothing(
    signed_in: SignIn, owner: asyncpg.Connection, cast: Cast
) -> None:
    lead = await make.lead(owner, cast.rita, "negotiation")
    client = await signed_in("rita")
    wrong = SALE | {"amount": "lots", "starts_on": "soon", "handoff_note": "Be kind"}
    answer = await client.post(f"/leads/{lead}/won", data=wrong, headers=PARTIAL)
    assert answer.status_code == 422
    assert answer.text.count('class="error"') == 2
    assert "Be kind" in answer.text
    assert await owner.fetchval("SELECT count(*) FROM sale") == 0


async def test_somebody_elses_change_keeps_what_was_typed(
    signed_in: SignIn, owner: asyncpg.Connection, cast: Cast
) -> None:
    lead = await make.lead(owner, cast.rita, "negotiation", version=7)
    answer = await (await signed_in("rita")).post(f"/leads/{lead}/won", data=SALE, headers=PARTIAL)
    assert answer.status_code == 409
    assert 'name="version" value="7"' in answer.text
    assert "CRM Pro" in answer.text


async def test_a_lead_is_lost_with_a_reason(signed_in: SignIn, owner: asyncpg.Connection, cast: Cast) -> None:
    lead = await make.lead(owner, cast.rita)
    client = await signed_in("rita")
    without = await client.post(f"/leads/{lead}/lost", data={"version": "1", "reason": "other"})
    assert without.status_code == 422
    lost = await client.post(f"/leads/{lead}/lost", data={"version": "1", "reason": "price"})
    assert lost.status_code == 303
    assert await owner.fetchval("SELECT lost_reason FROM lead WHERE id = $1", lead) == "price"


async def test_a_logged_call_is_on_the_timeline_once_however_often_it_is_sent(
    signed_in: SignIn, owner: asyncpg.Connection, cast: Cast
) -> None:
    customer = await make.customer(owner)
    lead = await make.lead(owner, cast.rita, customer_id=customer)
    client = await signed_in("rita")
    form = {"activity_type": "Call", "notes": "<b>Hi</b>", "key": "k-1", "lead_id": str(lead), "next": "3"}
    answers = [
        await client.post(f"/customers/{customer}/activities", data=form, headers=PARTIAL) for _ in range(2)
    ]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert "&lt;b&gt;Hi&lt;/b&gt;" in answers[0].text
    assert await owner.fetchval("SELECT count(*) FROM activity WHERE kind = 'call_logged'") == 1


async def test_an_activity_that_is_wrong_keeps_its_text(
    signed_in: SignIn, owner: asyncpg.Connection, cast: Cast
) -> None:
    customer = await make.customer(owner)
    await make.lead(owner, cast.rita, customer_id=customer)
    client = await signed_in("rita")
    form = {"activity_type": "Shout", "notes": "Loud", "follow_up_note": "Again"}
    answer = await client.post(f"/customers/{customer}/activities", data=form, headers=PARTIAL)
    assert answer.status_code == 422
    assert answer.text.count('class="error"') == 2
    assert "Loud" in answer.text


async def test_support_sees_a_customer_without_amounts(
    signed_in: SignIn, owner: asyncpg.Connection, cast: Cast
) -> None:
    customer = await make.customer(owner)
    await make.lead(owner, cast.rita, customer_id=customer, expected_value=12000)
    html = (await (await signed_in("sam")).get(f"/customers/{customer}")).text
    assert "12,000" not in html
    assert "Lifetime value" not in html


async def test_a_search_finds_a_customer_by_part_of_a_name(
    signed_in: SignIn, owner: asyncpg.Connection, cast: Cast
) -> None:
    customer = await make.customer(owner, name="Grace Hopper")
    await make.lead(owner, cast.rita, customer_id=customer)
    client = await signed_in("rita")
    assert str(customer) in (await client.get("/customers", params={"q": "hopp"})).text
    assert "Nobody matches" in (await client.get("/customers", params={"q": "%_'\0"})).text
