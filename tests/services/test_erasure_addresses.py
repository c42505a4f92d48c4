"""An erasure takes what speaks of the person, and nothing of who has a longer address or theirs by now."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from app.domain.contact import Contact
from app.domain.idempotency import Key
from app.services import erasure, identity_events
from app.services.contacts import change_contact
from app.services.lead_capture import capture_lead
from app.services.saved_views import save_view
from app.web.board.filter import clean_query
from tests import make

if TYPE_CHECKING:
    import asyncpg

    from tests.cast import Cast

pytestmark = pytest.mark.usefixtures("pool", "redis")
SPEAKS = "SELECT speaks_of($1, ARRAY['e@big.example'])"
NAMES = "SELECT coalesce('sso-1' = ANY(accounts_in($1)), false)"
KEYCLOAK = {"realmId": "r", "id": "k"}


@pytest.mark.parametrize(
    ("message", "speaks"),
    [
        ('{"email": "e@big.example"}', True),
        ("Write to E@Big.example.", True),
        ("e@big.example-", True),
        ("<e@big.example>", True),
        ("-e@big.example", True),
        (json.dumps("Hello,\ne@big.example"), True),
        ('{"email": "joe@big.example"}', False),
        ("anna-e@big.example", False),
        ("a.e@big.example", False),
        ("a+e@big.example", False),
        ("e@big.examples", False),
        ("e@bigXexample", False),
    ],
)
async def test_a_message_speaks_of_an_address_as_a_whole(
    owner: asyncpg.Connection, message: str, *, speaks: bool
) -> None:
    assert await owner.fetchval(SPEAKS, message) is speaks


@pytest.mark.parametrize(
    ("said", "names"),
    [
        ({"sso_user_id": " sso-1 "}, True),
        ({"data": {"user_id": "sso-1"}}, True),
        ({"type": "com.auth0.user.updated", "data": {"object": {"user_id": "sso-1"}}}, True),
        ({**KEYCLOAK, "type": "UPDATE_EMAIL", "userId": "sso-1"}, True),
        ({**KEYCLOAK, "type": "access.UPDATE_PROFILE", "authDetails": {"userId": "sso-1"}}, True),
        ({**KEYCLOAK, "operationType": "UPDATE", "resourcePath": "users/sso-1"}, True),
        ({**KEYCLOAK, "resourcePath": "users/2", "authDetails": {"userId": "sso-1"}}, False),
        ({"data": {"user_id": "sso-12", "name": "sso-1"}}, False),
        ({"name": "sso-1", "answers": {"sso-1": "sso-1"}, "data": ["sso-1"]}, False),
        ('{"user_id" : "sso-1", broken', True),
        ('{"sso_user_id": "sso-1", "name": "\\u0000"}', True),
        ('{"name": "sso-1", broken', False),
        ('"sso-1"', False),
        ("sso-1", False),
        ("[" * 60_000, False),
        ("", False),
    ],
)
async def test_a_message_names_an_account_where_one_can_stand(
    owner: asyncpg.Connection, said: dict[str, object] | str, *, names: bool
) -> None:
    message = said if isinstance(said, str) else json.dumps(said)
    assert await owner.fetchval(NAMES, message) is names


@pytest.mark.parametrize("account", ["source", "42"])
async def test_an_account_like_any_word_takes_nobody_elses_rows(
    owner: asyncpg.Connection, cast: Cast, account: str
) -> None:
    person = await make.customer(owner, email="grace@navy.example", sso_user_id=account)
    await owner.execute("INSERT INTO idempotency VALUES ('x', '42', '', 200, '{\"source\": \"42\"}', now())")
    others = {"source": "42", "answers": {"age": "42", "42": "source"}, "sso_user_id": "x-42"}
    await make.capture(owner, **others)
    await make.capture(owner, email="elsewhere@navy.example", sso_user_id=account)
    for name, raw in (("theirs", {"user_id": account}), ("others", {"user_id": "7", "name": account})):
        said = {"source": "42", "id": "42", "data": {**raw, "version": 42, "email": "a@b.example"}}
        await make.event(owner, name, "waiting", raw=json.dumps(said))
    refused = [json.dumps({"sso_user_id": account}), json.dumps({"age": "42", "source": "source"})]
    for text in refused:
        await owner.execute(
            "INSERT INTO capture_submission (id, client, body_hash, raw, outcome, received_at)"
            " VALUES (gen_random_uuid(), 'cms', 'x', to_jsonb($1::text), 'refused', now())",
            text,
        )
    await erasure.confirm_erasure(cast.ada, await make.erasure(owner, person, cast.sam))
    kept = await owner.fetch("SELECT raw #>> '{}' AS raw FROM capture_submission WHERE raw IS NOT NULL")
    assert {json.loads(row["raw"]).get("sso_user_id") for row in kept} == {"x-42", None}
    waiting = await owner.fetch("SELECT id FROM inbox WHERE status = 'waiting' AND raw <> '{}'")
    assert [row["id"] for row in waiting] == ["others"]
    assert await owner.fetchval("SELECT count(*) FROM idempotency") == 1


async def test_a_saved_view_that_searches_for_the_person_is_forgotten(
    owner: asyncpg.Connection, cast: Cast
) -> None:
    person = await make.customer(owner, name="Zoë", email="zoë+e@big.example")
    searches = {
        "theirs": "q=zoë+e@big.example",
        "capital": "due=today&q=Zoë+E@Big.example",
        "zoë+e@big.example": "due=today",
        "odd": "q=\0zoë+e@big.example",
        "others": "q=e@big.example",
        "mine": "q=100 % of zoë&score=hot",
        "broken": "q=\0",
    }
    for name, query in searches.items():
        await save_view(cast.rita, name, clean_query(query.replace("+", "%2B")))
    await erasure.confirm_erasure(cast.ada, await make.erasure(owner, person, cast.sam))
    kept = await owner.fetch("SELECT name FROM saved_view ORDER BY name")
    assert [row["name"] for row in kept] == ["broken", "mine", "others"]


async def test_who_has_the_address_by_now_keeps_what_they_sent(owner: asyncpg.Connection, cast: Cast) -> None:
    person = await make.customer(owner, name="Grace", email="grace@navy.example", company="")
    seen = Contact("Grace", "grace@navy.example", "", "", "", "")
    typing_error = replace(seen, email="e@big.example")
    await change_contact(cast.ada, person, seen, typing_error, None)
    await change_contact(cast.ada, person, typing_error, seen, None)
    for email in ("e@big.example", "joe@big.example", "grace@navy.example"):
        body = json.dumps({"name": "Somebody", "email": email}).encode()
        await capture_lead("cms", body, Key.of("cms", email, body))
    said = {"user_id": "sso-joe", "email": "e@big.example", "version": 3}
    event = {"specversion": "1.0", "id": "e-1", "source": "/sso", "type": "UserEmailUpdated", "data": said}
    await identity_events.receive_event(json.dumps(event).encode())
    await erasure.confirm_erasure(cast.ada, await make.erasure(owner, person, cast.sam))
    kept = await owner.fetch(
        "SELECT raw->>'email' AS email FROM capture_submission WHERE raw IS NOT NULL ORDER BY 1"
    )
    assert [row["email"] for row in kept] == ["e@big.example", "joe@big.example"]
    assert await owner.fetchval("SELECT status FROM inbox") == "received"
