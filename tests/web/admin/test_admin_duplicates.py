"""The pages for customers who may be one person."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from app.domain.merge import Wish
from app.services.merge import merge_customers
from tests import make

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from uuid import UUID

    import asyncpg
    from httpx import AsyncClient, Response

    from tests.cast import Cast

    SignIn = Callable[[str], Awaitable[AsyncClient]]

LIST = "/admin/duplicates"
FIELDS = re.compile(r'name="(key|seen)" value="([^"]*)"')


@pytest.fixture
async def pair(owner: asyncpg.Connection) -> tuple[UUID, UUID]:
    """Grace twice, with the same phone number."""
    kept = await make.customer(owner, name="Grace <b>Hopper</b>", phone="+31 20 1234567", company="")
    return kept, await make.customer(owner, name="G. Hopper", phone="31-20-123 45 67", company="Navy")


async def test_from_the_list_to_one_customer(
    owner: asyncpg.Connection, cast: Cast, signed_in: SignIn, pair: tuple[UUID, UUID]
) -> None:
    kept, gone = pair
    await make.lead(owner, cast.rita, customer_id=gone)
    client = await signed_in("ada")
    shown = (await client.get(LIST)).text
    assert "Grace &lt;b&gt;Hopper" in shown
    assert f"{LIST}/{kept}/with/{gone}" in shown
    page = await client.get(_path(pair))
    assert '<strong dir="auto">Navy</strong>' in page.text
    assert "cannot be undone" in page.text

    answers = [await client.post(_path(pair), data=_fields(page)) for _ in range(2)]

    assert [(answer.status_code, answer.headers["location"]) for answer in answers] == [
        (303, f"/customers/{kept}")
    ] * 2
    story = (await client.get(f"/customers/{kept}")).text
    assert "Another record of the same person was merged into this one" in story
    assert "The history of the merged record ends here" in story
    assert "Nobody looks alike" in (await client.get(LIST)).text
    again = await client.get(_path(pair), follow_redirects=True)
    assert again.url.path == f"/customers/{kept}"
    late = await client.post(_path(pair), data=_fields(page) | {"key": "another"})
    assert late.status_code == 409
    assert "merged already" in late.text


async def test_old_pages_lead_on_and_keep_what_was_asked(
    owner: asyncpg.Connection, cast: Cast, signed_in: SignIn, pair: tuple[UUID, UUID]
) -> None:
    kept, gone = pair
    await make.lead(owner, cast.rita, customer_id=gone)
    await _merge(await signed_in("ada"), pair)
    rita, omar = await signed_in("rita"), await signed_in("omar")
    for path in ("", "/timeline?kind=stage", "/lookalikes", "/verify"):
        moved = await rita.get(f"/customers/{gone}{path}")
        assert (moved.status_code, moved.headers["location"]) == (308, f"/customers/{kept}{path}")
        assert (await omar.get(f"/customers/{gone}{path}")).status_code == 404
    form = {"activity_type": "Call", "notes": "On an old page"}
    partial = {"HX-Request": "true", "HX-Request-Type": "partial"}
    noted = await rita.post(f"/customers/{gone}/activities", data=form, headers=partial)
    assert "On an old page" in noted.text


async def test_old_ids_lead_on_over_the_api(
    owner: asyncpg.Connection, client: AsyncClient, as_user: Callable[..., dict[str, str]], cast: Cast
) -> None:
    kept, gone = await make.customer(owner), await make.customer(owner)
    await make.lead(owner, cast.rita, customer_id=gone)
    await merge_customers(cast.ada, Wish(kept, gone), None)
    rita, omar = as_user("rita"), as_user("omar")
    for path in ("", "/timeline?limit=3", "/timeline/verify"):
        moved = await client.get(f"/v1/customers/{str(gone).upper()}{path}", headers=rita)
        assert (moved.status_code, moved.headers["location"]) == (308, f"/v1/customers/{kept}{path}")
        assert (await client.get(f"/v1/customers/{gone}{path}", headers=omar)).status_code == 404
    tickets = f"/v1/customers/{gone}/tickets"
    opened = await client.post(tickets, json={"subject": "Help"}, headers=rita, follow_redirects=True)
    assert opened.status_code == 201
    assert opened.json()["customer"]["id"] == str(kept)
    body = {"customer_id": str(gone), "user_id": cast.rita.id, "activity_type": "Call", "notes": "Hi"}
    logged = await client.post("/v1/activity/log", json=body, headers=rita)
    assert logged.json()["customer_id"] == str(kept)


async def test_one_of_two_open_leads_has_to_be_chosen(
    owner: asyncpg.Connection, cast: Cast, signed_in: SignIn, pair: tuple[UUID, UUID]
) -> None:
    first, second = [await make.lead(owner, cast.rita, customer_id=customer) for customer in pair]
    client = await signed_in("ada")
    page = await client.get(_path(pair))
    assert f'value="{first}"' in page.text
    refused = await client.post(_path(pair), data=_fields(page))
    assert refused.status_code == 422
    assert 'id="keep_lead_id-error"' in refused.text
    done = await client.post(_path(pair), data=_fields(refused) | {"keep_lead_id": str(second)})
    assert done.status_code == 303
    assert await owner.fetchval("SELECT id FROM lead WHERE closed_at IS NULL") == second


async def test_a_page_from_before_says_so_and_shows_how_it_is_now(
    owner: asyncpg.Connection, signed_in: SignIn, pair: tuple[UUID, UUID]
) -> None:
    client = await signed_in("ada")
    page = await client.get(_path(pair))
    await owner.execute("UPDATE customer SET company = 'Army', updated_at = now() WHERE id = $1", pair[1])
    stale = await client.post(_path(pair), data=_fields(page))
    assert stale.status_code == 409
    assert "nothing was merged" in stale.text
    assert "Army" in stale.text
    assert (await client.post(_path(pair), data=_fields(stale))).status_code == 303


async def test_two_people_are_kept_apart_for_good(signed_in: SignIn, pair: tuple[UUID, UUID]) -> None:
    client = await signed_in("ada")
    assert "Merge…" in (await client.get(f"/customers/{pair[0]}/lookalikes")).text
    done = await client.post(f"{_path(pair)}/apart", data={"by": "phone"})
    assert done.headers["location"] == f"{LIST}?by=phone"
    assert "Nobody looks alike" in (await client.get(LIST)).text
    assert "Nobody looks like" in (await client.get(f"/customers/{pair[0]}/lookalikes")).text


async def test_a_pair_that_cannot_be_merged_says_why(owner: asyncpg.Connection, signed_in: SignIn) -> None:
    both = [await make.customer(owner, sso_user_id=account) for account in ("a", "b")]
    page = (await (await signed_in("ada")).get(_path((both[0], both[1])))).text
    assert "account of their own" in page
    assert "Merge for good" not in page


async def test_support_sees_no_way_to_merge(signed_in: SignIn, pair: tuple[UUID, UUID]) -> None:
    found = (await (await signed_in("sam")).get(f"/customers/{pair[0]}/lookalikes")).text
    assert "G. Hopper" in found
    assert "Merge" not in found


async def test_a_page_of_pairs_leads_to_the_next(owner: asyncpg.Connection, signed_in: SignIn) -> None:
    for number in range(40):
        for _ in range(2):
            await make.customer(owner, name=f"Person {number}", phone=f"+31 20 55512{number:02}")
    client = await signed_in("ada")
    first = (await client.get(LIST)).text
    further = re.search(r'href="(/admin/duplicates\?by=phone[^"]*cursor=[^"]+)"', first)
    assert further is not None
    second = (await client.get(further[1].replace("&amp;", "&"))).text
    assert first.count('class="pair"') + second.count('class="pair"') == 40


async def _merge(client: AsyncClient, pair: tuple[UUID, UUID]) -> None:
    done = await client.post(_path(pair), data=_fields(await client.get(_path(pair))))
    assert done.status_code == 303


def _path(pair: tuple[UUID, UUID]) -> str:
    return f"{LIST}/{pair[0]}/with/{pair[1]}"


def _fields(page: Response) -> dict[str, str]:
    return dict(FIELDS.findall(page.text))
