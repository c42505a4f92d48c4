"""The pages about the scoring."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from app.services.learning import train_scoring
from tests import make
from tests.services.test_learning import past

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    import asyncpg
    from httpx import AsyncClient

    from tests.cast import Cast

    SignIn = Callable[[str], Awaitable[AsyncClient]]

PATH = "/admin/scoring"
RULES: dict[str, Any] = {
    "from": "rules-v1", "start": "10", "fit_cap": "60", "engagement_cap": "40", "half_life_days": "14",
    "fit-0-label": "Came to a webinar", "fit-0-field": "source", "fit-0-values": "Webinar,  web  talk",
    "fit-0-points": "30", "touches-0-label": "Met us", "touches-0-field": "meetings", "touches-0-points": "10",
    "touches-0-cap": "20",
}  # fmt: skip


async def test_a_new_company_sees_its_rules_and_no_picture_yet(
    signed_in: SignIn, owner: asyncpg.Connection
) -> None:
    client = await signed_in("ada")
    shown = (await client.get(PATH)).text
    assert "rules-v1" in shown
    assert "Asked for a demo" in shown
    assert "A picture needs 100 closed leads" in shown
    assert await owner.fetchval("SELECT count(*) FROM score_model") == 0


async def test_what_was_learned_is_shown_compared_and_rolled_back(
    signed_in: SignIn, owner: asyncpg.Connection, cast: Cast
) -> None:
    await past(owner, cast, 600, edge=0.35)
    await train_scoring()
    client = await signed_in("ada")
    shown = (await client.get(PATH)).text
    assert "Said and happened" in shown
    assert "Source" in shown
    learned = await owner.fetchval("SELECT version FROM score_model WHERE active")
    compared = (await client.get(f"{PATH}/compare?a={learned}&b=rules-v1")).text
    assert "600 closed leads" in compared
    assert (await client.post(f"{PATH}/activate", data={"version": "rules-v1"})).status_code == 303
    assert await owner.fetchval("SELECT version FROM score_model WHERE active") == "rules-v1"


async def test_rules_are_tried_saved_and_refused_in_words(
    signed_in: SignIn, owner: asyncpg.Connection, cast: Cast
) -> None:
    await make.lead(owner, cast.rita, source="webinar")
    client = await signed_in("ada")
    assert "Asked for a demo" in (await client.get(f"{PATH}/rules")).text
    tried = (await client.post(f"{PATH}/rules/try", data=RULES)).text
    assert "1 of 1 open lead would change" in tried
    assert 'value="webinar, web talk"' in tried
    wrong = await client.post(f"{PATH}/rules", data={**RULES, "fit-0-field": "gender"})
    assert wrong.status_code == 422
    assert "is no field that may be scored" in wrong.text
    saved = await client.post(f"{PATH}/rules", data={**RULES, "note": "Webinars", "activate": "yes"})
    assert saved.status_code == 303
    assert await owner.fetchval("SELECT note FROM score_model WHERE active") == "Webinars"


@pytest.mark.parametrize("version", ["nonsense", "'; DROP TABLE lead", ""])
async def test_a_version_that_is_not_there_is_404(signed_in: SignIn, version: str) -> None:
    client = await signed_in("ada")
    assert (await client.post(f"{PATH}/activate", data={"version": version})).status_code == 404
    assert (await client.get(f"{PATH}/compare", params={"a": version, "b": "rules-v1"})).status_code == 404
