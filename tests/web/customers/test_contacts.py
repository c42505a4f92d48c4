"""Correcting a contact over HTTP: back to where one came from, and nothing lost when it is refused."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING

import pytest

from tests import make

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from uuid import UUID

    import asyncpg
    from httpx import AsyncClient

    from tests.cast import Cast

    SignIn = Callable[[str], Awaitable[AsyncClient]]

PARTIAL = {"HX-Request": "true", "HX-Request-Type": "partial"}
NUMBER = "+1 202 555 0101"


@pytest.fixture
async def grace(owner: asyncpg.Connection) -> UUID:
    return await make.customer(
        owner, name='Grace "Amazing" Hopper', email="grace@navy.example", company="Navy"
    )


def fields(html: str) -> dict[str, str]:
    """Return the form as a browser would send it."""
    inputs = re.findall(r"<input[^>]*>", html)
    named = {m[1]: each for each in inputs if (m := re.search(r'name="([^"]*)"', each))}
    return {
        name: unescape(m[1]) if (m := re.search(r'value="([^"]*)"', each)) else ""
        for name, each in named.items()
    }


@pytest.mark.parametrize(
    ("email", "link"),
    [
        ("grace@navy.example", "grace@navy.example"),
        ("a?bcc=eve@evil.example", "a%3Fbcc%3Deve@evil.example"),
        ("a%2Cb&x@evil.example", "a%252Cb%26x@evil.example"),
    ],
)
async def test_a_mail_begun_on_a_page_goes_to_the_address_alone(
    signed_in: SignIn, owner: asyncpg.Connection, email: str, link: str
) -> None:
    customer = await make.customer(owner, email=email)
    page = (await (await signed_in("sam")).get(f"/customers/{customer}")).text
    assert re.findall(r'href="mailto:([^"]*)"', page) == [link]


async def test_a_number_typed_on_a_leads_page_is_on_both_pages(
    signed_in: SignIn, owner: asyncpg.Connection, cast: Cast, grace: UUID
) -> None:
    lead = await make.lead(owner, cast.rita, customer_id=grace)
    client = await signed_in("rita")
    assert 'name="lead" value="' + str(lead) in (await client.get(f"/leads/{lead}")).text
    sheet = await client.get(f"/customers/{grace}/contact?lead={lead}", headers=PARTIAL)
    sent = await client.post(f"/customers/{grace}/contact", data=fields(sheet.text) | {"phone": NUMBER})
    assert (sent.status_code, sent.headers["location"]) == (303, f"/leads/{lead}")
    for path in (f"/leads/{lead}", f"/customers/{grace}"):
        page = (await client.get(path)).text
        assert 'href="tel:+12025550101"' in page
        assert f"Phone: – → {NUMBER}" in page
    assert await owner.fetchval("SELECT name FROM customer") == 'Grace "Amazing" Hopper'


async def test_what_is_wrong_is_said_beside_its_field_and_changes_nothing(
    signed_in: SignIn, owner: asyncpg.Connection, grace: UUID
) -> None:
    client = await signed_in("sam")
    path = f"/customers/{grace}/contact"
    sheet = (await client.get(path)).text
    assert 'type="email"' not in sheet  # such a field writes müller.example in ASCII, and refuses jörg@
    form = fields(sheet) | {"phone": "call me", "company": "Army"}
    answer = await client.post(path, data=form, headers=PARTIAL)
    assert answer.status_code == 422
    assert "This is not a phone number, such as +49 30 123456" in answer.text
    assert fields(answer.text)["company"] == "Army"
    assert 'name="key" value="' in answer.text
    assert await owner.fetchval("SELECT company FROM customer") == "Navy"


async def test_what_a_colleague_changed_meanwhile_is_shown_and_then_decided(
    signed_in: SignIn, owner: asyncpg.Connection, grace: UUID
) -> None:
    client = await signed_in("sam")
    path = f"/customers/{grace}/contact"
    form = fields((await client.get(path)).text) | {"company": "Army", "phone": NUMBER}
    await owner.execute("UPDATE customer SET company = 'Air Force', country = 'US'")
    refused = await client.post(path, data=form, headers=PARTIAL)
    assert refused.status_code == 409
    assert "Somebody changed this meanwhile: Company." in refused.text
    assert "By now it is “Air Force”" in refused.text
    again = fields(refused.text)
    assert (again["seen_company"], again["company"], again["country"]) == ("Air Force", "Army", "US")
    assert (await client.post(path, data=again)).status_code == 303
    row = await owner.fetchrow("SELECT company, country, phone FROM customer")
    assert tuple(row) == ("Army", "US", NUMBER)


async def test_name_and_address_of_an_account_are_not_asked_for(
    signed_in: SignIn, owner: asyncpg.Connection, grace: UUID
) -> None:
    await owner.execute("UPDATE customer SET sso_user_id = 'sso-grace'")
    client = await signed_in("ada")
    path = f"/customers/{grace}/contact"
    sheet = (await client.get(path)).text
    assert not {"name", "email"} & fields(sheet).keys()
    assert "follow the company sign-in" in sheet
    assert (await client.post(path, data=fields(sheet) | {"phone": NUMBER})).status_code == 303
    refused = await client.post(path, data=fields(sheet) | {"name": "Grace", "key": "k-2"}, headers=PARTIAL)
    assert refused.status_code == 409
    assert not {"name", "email"} & fields(refused.text).keys()
