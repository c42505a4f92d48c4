"""The pages on which an admin finds a person and downloads what is held about them."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from structlog import wrap_logger
from structlog.testing import LogCapture

from app.core import security_log
from tests import make
from tests.cast import CAST

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    import asyncpg
    from httpx import AsyncClient

    from tests.cast import Cast

    SignIn = Callable[[str], Awaitable[AsyncClient]]

EMAIL = "grace@navy.example"


async def test_an_admin_finds_the_person_and_downloads_their_file(
    owner: asyncpg.Connection, signed_in: SignIn
) -> None:
    customer = await make.customer(owner, name="Grace <Hopper>", email=EMAIL)
    ada = await signed_in("ada")
    assert f'href="/customers/{customer}/privacy"' in (await ada.get(f"/customers/{customer}")).text
    for asked in (EMAIL, "grace hop"):
        found = (await ada.get("/admin/erasures", params={"q": asked})).text
        assert f'href="/customers/{customer}/privacy"><bdi>Grace &lt;Hopper&gt;' in found
    assert "No customer is called that" in (await ada.get("/admin/erasures?q=Nobody%00")).text
    page = (await ada.get(f"/customers/{customer}/privacy")).text
    assert re.search(rf'action="/customers/{customer}/export" method="post"', page)
    answer = await ada.post(f"/customers/{customer}/export")
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["content-disposition"] == f'attachment; filename="person-{customer}.json"'
    assert answer.headers["cache-control"] == "no-store"
    assert json.loads(answer.content)["contacts"][0]["email"] == EMAIL
    assert "Data exported" in (await ada.get(f"/customers/{customer}")).text


async def test_the_security_log_says_who_took_it_and_nothing_of_whom(
    owner: asyncpg.Connection, signed_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    customer = await make.customer(owner, name="Grace Hopper", email=EMAIL)
    ada, rita = await signed_in("ada"), await signed_in("rita")
    capture = LogCapture()
    monkeypatch.setattr(security_log, "log", wrap_logger(None, processors=[capture]))
    await rita.post(f"/customers/{customer}/export")
    await ada.post(f"/customers/{customer}/export")
    told = [(line["event"], line["outcome"], line["who"]) for line in capture.entries]
    assert told == [
        ("forbidden", "refused", CAST.rita.id),
        ("customer_exported", "succeeded", CAST.ada.id),
    ]
    assert capture.entries[1]["of"] == str(customer)
    assert "grace" not in str(capture.entries).lower()


async def test_a_file_is_never_made_by_looking(
    owner: asyncpg.Connection, cast: Cast, signed_in: SignIn
) -> None:
    customer = await make.customer(owner)
    ada = await signed_in("ada")
    assert (await ada.get(f"/customers/{customer}/export")).status_code == 405
    assert (await ada.post(f"/customers/{uuid4()}/export")).status_code == 404
    del ada.headers["x-csrftoken"]
    assert (await ada.post(f"/customers/{customer}/export")).status_code == 403
    for who in ("rita", "sam"):
        other = await signed_in(who)
        assert "privacy" not in (await other.get(f"/customers/{customer}")).text.lower()
    assert await owner.fetchval("SELECT count(*) FROM activity") == 0


async def test_a_merged_record_leads_to_the_file_of_who_is_left(
    owner: asyncpg.Connection, signed_in: SignIn
) -> None:
    kept = await make.customer(owner)
    gone = await make.customer(owner, merged_into_id=kept)
    ada = await signed_in("ada")
    for answer in (
        await ada.get(f"/customers/{gone}/privacy"),
        await ada.post(f"/customers/{gone}/export"),
    ):
        assert (answer.status_code, str(kept) in answer.headers["location"]) == (308, True)


async def test_an_erased_person_has_a_file_too(owner: asyncpg.Connection, signed_in: SignIn) -> None:
    customer = await make.customer(owner, name="Erased", email=None)
    await owner.execute("UPDATE customer SET erased_at = now() WHERE id = $1", customer)
    ada = await signed_in("ada")
    assert f'href="/customers/{customer}/privacy"' in (await ada.get(f"/customers/{customer}")).text
    page = (await ada.get(f"/customers/{customer}/privacy")).text
    assert "Erased on" in page
    assert f"/customers/{customer}/erase" not in page
    assert json.loads((await ada.post(f"/customers/{customer}/export")).content)["contacts"][0]["erased_at"]
