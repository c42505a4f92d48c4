"""Closing a lead and logging with a customer, over HTTP."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

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


@pytest.mark.parametrize(
    "where", ["Pacific/Kiritimati", "Etc/GMT+12"]
)  # one of them has another day than UTC
async def test_the_day_of_closing_is_the_readers(
    signed_in: SignIn, owner: asyncpg.Connection, cast: Cast, where: str
) -> None:
    lead = await make.lead(owner, cast.rita, "negotiation")
    client = await signed_in("rita")
    client.cookies.set("zone", where)
    today = datetime.now(ZoneInfo(where)).date()
    assert f'value="{today}"' in (await client.get(f"/leads/{lead}/won")).text
    tomorrow = SALE | {"closed_on": str(today + timedelta(days=1))}
    for path in ("won/preview", "won"):
        early = await client.post(f"/leads/{lead}/{path}", data=tomorrow, headers=PARTIAL)
        assert "must not be in the future" in early.text
    begins = {"closed_on": str(today), "starts_on": str(today)}
    assert (await client.post(f"/leads/{lead}/won", data=SALE | begins)).status_code == 303
    assert await owner.fetchval("SELECT closed_at BETWEEN now() - interval '1 minute' AND now() FROM sale")


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


async def test_all_that_is_wrong_with_a_sale_is_said_at_once(
    signed_in: SignIn, owner: asyncpg.Connection, cast: Cast
) -> None:
    lead = await make.lead(owner, cast.rita, "negotiation")
    client = await signed_in("rita")
    days = {"closed_on": "2999-01-01", "starts_on": "1999-01-01"}
    wrong = SALE | {"amount": "lots", "product": " ", "contract_reference": "x" * 101} | days
    answer = await client.post(f"/leads/{lead}/won", data=wrong, headers=PARTIAL)
    for name in ("amount", "product", "contract_reference", *days):
        assert f'id="{name}-error"' in answer.text, name
    assert answer.text.count("Please enter an amount") == 1


async def test_somebody_elses_change_keeps_what_was_typed(
    signed_in: SignIn, owner: asyncpg.Connection, cast: Cast
) -> None:
    lead = await make.lead(owner, cast.rita, "negotiation", version=7)
    answer = await (await signed_in("rita")).post(f"/leads/{lead}/won", data=SALE, headers=PARTIAL)
    assert answer.status_code == 409
    assert 'name="version" value="7"' in answer.text
    assert "CRM Pro" in answer.text


async def test_no_chance_is_promised_of_a_lead_that_is_closed(
    signed_in: SignIn, owner: asyncpg.Connection, cast: Cast
) -> None:
    scored: dict[str, object] = {"score": 60, "win_probability": 0.32}
    said = {
        await make.lead(owner, cast.rita, **scored): "32% likely to be won, by its score",
        await make.lead(owner, cast.rita, "closed_lost", **scored): "As it was when the lead closed",
        await make.lead(owner, cast.rita): "Not scored yet",
        await make.lead(owner, cast.rita, "closed_won"): "Closed without a score",
    }
    client = await signed_in("rita")
    for lead, words in said.items():
        page = (await client.get(f"/leads/{lead}")).text
        assert [each for each in said.values() if each in page] == [words]


async def test_a_lead_is_lost_with_a_reason(signed_in: SignIn, owner: asyncpg.Connection, cast: Cast) -> None:
    lead = await make.lead(owner, cast.rita)
    client = await signed_in("rita")
    without = await client.post(f"/leads/{lead}/lost", data={"version": "1", "reason": "other"})
    assert without.status_code == 422
    lost = await client.post(f"/leads/{lead}/lost", data={"version": "1", "reason": "price"})
    assert lost.status_code == 303
    assert await owner.fetchval("SELECT lost_reason FROM lead WHERE id = $1", lead) == "price"


async def test_a_lead_is_lost_to_a_competitor_whose_name_is_kept_with_that_reason_only(
    signed_in: SignIn, owner: asyncpg.Connection, cast: Cast
) -> None:
    client = await signed_in("rita")
    shown: list[str] = []
    for reason in ("competitor", "price"):
        lead = await make.lead(owner, cast.rita)
        assert 'name="competitor"' in (await client.get(f"/leads/{lead}/lost")).text
        form = {"version": "1", "reason": reason, "competitor": "Ledgerly & Sons"}
        assert (await client.post(f"/leads/{lead}/lost", data=form)).status_code == 303
        shown.append((await client.get(f"/leads/{lead}")).text)
    assert '<dt>Lost to</dt><dd dir="auto">Ledgerly &amp; Sons</dd>' in shown[0]
    assert "Went with a competitor: Ledgerly &amp; Sons" in shown[0]
    assert "Ledgerly" not in shown[1]


async def test_a_competitors_name_that_is_too_long_is_asked_for_again(
    signed_in: SignIn, owner: asyncpg.Connection, cast: Cast
) -> None:
    lead = await make.lead(owner, cast.rita)
    form = {"version": "1", "reason": "competitor", "competitor": "x" * 121}
    answer = await (await signed_in("rita")).post(f"/leads/{lead}/lost", data=form)
    assert answer.status_code == 422
    assert 'aria-describedby="competitor-error"' in answer.text


async def test_only_a_missing_note_is_asked_for_by_the_reason(
    signed_in: SignIn, owner: asyncpg.Connection, cast: Cast
) -> None:
    lead = await make.lead(owner, cast.rita)
    client = await signed_in("rita")
    for note, marked in ((" ", True), ("x" * 5_001, False)):
        form = {"version": "1", "reason": "other", "note": note}
        html = (await client.post(f"/leads/{lead}/lost", data=form)).text
        assert 'aria-describedby="note-error"' in html
        assert ('data-asked-by="reason"' in html) == marked


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


async def test_all_that_is_wrong_with_a_new_lead_is_said_at_once(signed_in: SignIn) -> None:
    wrong = {"name": " ", "email": "nobody", "phone": "call me", "value": "lots", "key": "k-1"}
    answer = await (await signed_in("rita")).post("/leads/new", data=wrong, headers=PARTIAL)
    assert answer.status_code == 422
    for name in ("name", "email", "phone", "value"):
        assert f'id="{name}-error"' in answer.text, name


@pytest.mark.parametrize(
    ("who", "said"), [("rita", "open lead already"), ("omar", "A colleague looks after")]
)
async def test_who_adds_somebody_known_is_told_and_may_go_there(
    signed_in: SignIn, owner: asyncpg.Connection, cast: Cast, who: str, said: str
) -> None:
    customer = await make.customer(owner, email="grace@navy.example")
    lead = await make.lead(owner, cast.rita, customer_id=customer)
    form = {"name": "Grace", "email": "Grace@navy.example", "value": "900", "key": "k-1"}
    answer = await (await signed_in(who)).post("/leads/new", data=form, headers=PARTIAL)
    assert said in answer.text
    assert (f'href="/leads/{lead}"' in answer.text) == (who == "rita")
    assert "Add lead" not in answer.text
    assert await owner.fetchval("SELECT kind FROM activity") == "lead_created"
    assert await owner.fetchval("SELECT expected_value FROM lead") is None


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


async def test_all_that_is_wrong_with_an_activity_is_said_at_once(
    signed_in: SignIn, owner: asyncpg.Connection, cast: Cast
) -> None:
    customer = await make.customer(owner)
    await make.lead(owner, cast.rita, customer_id=customer)
    when = {
        "occurred_at": "2999-01-01T10:00",
        "next": "pick",
        "follow_up_at": "2020-01-01T10:00",
        "plans": "1",
    }
    form = {"activity_type": "Call", "notes": "Hi", "duration_minutes": "ninety"} | when
    answer = await (await signed_in("rita")).post(
        f"/customers/{customer}/activities", data=form, headers=PARTIAL
    )
    for name in ("occurred_at", "duration_minutes", "follow_up_at"):
        assert f'id="{name}-error"' in answer.text, name


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
    similar = (await client.get("/customers", params={"q": "Hoper"})).text
    assert (str(customer) in similar, "Nobody matches exactly" in similar) == (True, True)
    assert str(customer) in (await client.get("/customers/export", params={"q": "Hoper"})).text
