"""The pages about the scoring."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from app.services.learning import train_scoring
from app.services.scoring import score_portion
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


WHOLE = "This must be a whole number from"
WRONG = {
    "start": ("ten", f"{WHOLE} 0 to 100", "Every lead starts with"),
    "fit_cap": ("-3", f"{WHOLE} 0 to 100", "Fit counts for at most"),
    "engagement_cap": ("", f"{WHOLE} 0 to 100", "Engagement counts for at most"),
    "half_life_days": ("0", "This must be a number from 1 to 365", "Engagement halves after (days)"),
    "fit-4-points": ("1,5", f"{WHOLE} 0 to 100", "“Came to a fair”, Points"),
    "fit-4-below": ("10k", "This must be a number from -1000000 to 1000000", "“Came to a fair”, Below"),
    "fit-0-values": (
        "",
        "This needs values, or a number to begin or end at",
        "“Came to a webinar”, Is one of",
    ),
    "touches-0-cap": ("101", f"{WHOLE} 0 to 100", "“Met us”, At most"),
    "penalties-0-points": ("0", f"{WHOLE} -100 to -1", "“Looks for a job”, Points"),
}


@pytest.mark.parametrize("path", [f"{PATH}/rules", f"{PATH}/rules/try"])
async def test_a_number_that_cannot_be_is_asked_for_again_beside_its_field(
    signed_in: SignIn, owner: asyncpg.Connection, path: str
) -> None:
    client = await signed_in("ada")
    rows = {"fit-4-label": "Came to a fair", "fit-4-values": "fair", "fit-4-field": "source"}
    rows |= {
        "penalties-0-label": "Looks for a job",
        "penalties-0-values": "jobs",
        "penalties-0-field": "form",
    }
    kept = {"note": "Less for fairs", "activate": "yes"}
    typed = {name: value for name, (value, _, _) in WRONG.items()}
    answer = await client.post(path, data={**RULES, **rows, **kept, **typed})
    assert answer.status_code == 422
    for name, (value, words, label) in WRONG.items():
        (field,) = re.findall(rf'<input[^>]* id="{name}"[^>]*>', answer.text)
        assert f'value="{value}"' in field, name
        assert f'aria-invalid="true" aria-describedby="{name}-error"' in field, name
        assert re.search(rf'id="{name}-error">.*{words}</span>', answer.text), name
        assert f'<li><a href="#{name}">{label}</a>: {words}</li>' in answer.text, name
    assert answer.text.count("aria-invalid") == len(WRONG)
    assert 'value="Less for fairs"' in answer.text
    assert 'name="activate" value="yes" checked' in answer.text
    assert await owner.fetchval("SELECT count(*) FROM score_model WHERE version <> 'rules-v1'") == 0


async def test_too_many_rules_and_a_rule_without_a_name_are_answered(signed_in: SignIn) -> None:
    client = await signed_in("ada")
    row = {"label": "One more", "field": "source", "values": "x", "points": "1"}
    many = {f"fit-{n}-{name}": value for n in range(101) for name, value in row.items()}
    answer = await client.post(f"{PATH}/rules", data={**RULES, **many})
    assert "The number of rules</a>: This must be at most 100" in answer.text
    nameless = {"fit-0-label": "", "half_life_days": "10,5"}
    assert (await client.post(f"{PATH}/rules", data={**RULES, **nameless})).status_code == 303
    shown = (await client.get(f"{PATH}/rules")).text
    assert 'value="10.5"' in shown
    assert "Came to a webinar" not in shown


async def test_the_page_says_how_far_the_new_scores_are(
    signed_in: SignIn, owner: asyncpg.Connection, cast: Cast
) -> None:
    client = await signed_in("ada")
    for _ in range(2):
        await make.lead(owner, cast.rita, score_due_at=make.now())
    await score_portion()
    assert "score of an earlier version" not in (await client.get(PATH)).text
    await client.post(f"{PATH}/rules", data={**RULES, "activate": "yes"})
    said = "2 open leads still have the score of an earlier version. The new one is there within 1 minute."
    assert said in (await client.get(PATH)).text
    part = {"hx-request": "true"}
    assert said in (await client.get(PATH, headers=part)).text
    await score_portion()
    assert (await client.get(PATH, headers=part)).text.strip() == ""


@pytest.mark.parametrize("version", ["nonsense", "'; DROP TABLE lead", ""])
async def test_a_version_that_is_not_there_is_404(signed_in: SignIn, version: str) -> None:
    client = await signed_in("ada")
    assert (await client.post(f"{PATH}/activate", data={"version": version})).status_code == 404
    assert (await client.get(f"{PATH}/compare", params={"a": version, "b": "rules-v1"})).status_code == 404
