"""What an admin sees and does about people, their leads and the SSO's events."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import unquote

from app.services import identity_events
from tests import make

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    import asyncpg
    from httpx import AsyncClient

    from tests.cast import Cast

    SignIn = Callable[[str], Awaitable[AsyncClient]]


async def test_the_index_leads_everywhere_and_says_what_waits(
    owner: asyncpg.Connection, cast: Cast, signed_in: SignIn
) -> None:
    ada = await signed_in("ada")
    assert "notice" not in (await ada.get("/admin")).text
    await make.lead(owner, None)
    await make.event(owner, "e", "dead")
    shown = (await ada.get("/admin")).text
    assert "1 open lead without an owner" in shown
    assert "1 sign-in event could not be applied" in shown
    for path in re.findall(r'class="tile" href="([^"]+)"', shown):
        assert (await ada.get(path)).status_code == 200, path


async def test_a_rep_is_paused_and_signed_out(
    owner: asyncpg.Connection, cast: Cast, signed_in: SignIn
) -> None:
    rita, ada = await signed_in("rita"), await signed_in("ada")
    assert "Takes leads" in (await ada.get("/admin/staff")).text
    answer = await ada.post("/admin/staff/leads", data={"staff_id": cast.rita.id, "accepts": "no"})
    assert answer.headers["location"] == "/admin/staff"
    assert unquote(answer.cookies["said"]) == "They take no new leads."
    assert await owner.fetchval("SELECT accepts_leads FROM staff WHERE id = $1", cast.rita.id) is False
    assert "Paused" in (await ada.get("/admin/staff")).text
    assert (await rita.get("/board")).status_code == 200
    ended = await ada.post("/admin/staff/sessions", data={"staff_id": cast.rita.id})
    assert unquote(ended.cookies["said"]) == "Signed out of 1 session."
    assert (await rita.get("/board")).headers["location"].startswith("/login")
    assert (
        await ada.post("/admin/staff/leads", data={"staff_id": "nobody", "accepts": "no"})
    ).status_code == 404
    assert (await ada.post("/admin/staff/leads", data={"staff_id": cast.rita.id})).status_code == 400


async def test_dead_events_are_seen_and_tried_again(
    owner: asyncpg.Connection, cast: Cast, signed_in: SignIn
) -> None:
    ada = await signed_in("ada")
    assert "No event yet" in (await ada.get("/admin/inbox")).text
    for name in ("one", "two"):
        await make.event(owner, name, "dead", last_error="CheckViolationError no_poison")
    await make.event(owner, "three", "applied")
    shown = (await ada.get("/admin/inbox?status=dead")).text
    assert "CheckViolationError no_poison" in shown
    assert "<code>three</code>" not in shown
    replayed = await ada.post("/admin/inbox/replay", data={"id": "one"})
    assert unquote(replayed.cookies["said"]) == "The event is tried again."
    states = "SELECT id, status FROM inbox"
    assert dict(await owner.fetch(states)) == {"one": "received", "two": "dead", "three": "applied"}
    await ada.post("/admin/inbox/replay", data={"all": "yes"})
    assert dict(await owner.fetch(states)) == {"one": "received", "two": "received", "three": "applied"}
    assert (await ada.post("/admin/inbox/replay", data={"id": "three"})).status_code == 404
    assert (await ada.post("/admin/inbox/replay", data={"all": "yes"})).status_code == 303
    assert (await ada.post("/admin/inbox/replay", data={})).status_code == 400
    await identity_events.apply_due()
    assert "is required" in (await ada.get("/admin/inbox")).text


async def test_an_event_that_can_never_be_applied_is_discarded_with_a_reason(
    owner: asyncpg.Connection, cast: Cast, signed_in: SignIn
) -> None:
    ada = await signed_in("ada")
    await make.event(owner, "one", "dead", last_error="nobody here has this account")
    await make.event(owner, "two", "applied")
    assert "1 sign-in event could" in (await ada.get("/admin")).text
    shown = (await ada.get("/admin/inbox")).text
    assert shown.count('action="/admin/inbox/discard"') == 1
    asked = {"source": "test", "id": "one", "because": " "}
    again = await ada.post("/admin/inbox/discard", data=asked)
    assert again.status_code == 422
    assert "This is required" in again.text
    done = await ada.post("/admin/inbox/discard", data=asked | {"because": "<b>A test</b> of theirs"})
    assert "discarded" in unquote(done.cookies["said"])
    shown = (await ada.get("/admin/inbox?status=discarded")).text
    for said in (cast.ada.name, "&lt;b&gt;A test&lt;/b&gt; of theirs", "nobody here has this account"):
        assert said in shown
    assert "1 sign-in event could" not in (await ada.get("/admin")).text
    assert (await ada.post("/admin/inbox/discard", data=asked | {"because": "x"})).status_code == 404
    assert (await ada.post("/admin/inbox/replay", data={"id": "one"})).status_code == 303
    assert await owner.fetchval("SELECT status FROM inbox WHERE id = 'one'") == "received"


async def test_the_accounts_are_compared_on_request_and_watched(
    owner: asyncpg.Connection, signed_in: SignIn
) -> None:
    ada = await signed_in("ada")
    for _ in range(2):
        assert (await ada.post("/admin/reconcile")).headers["location"] == "/admin/inbox"
    under_way = (await ada.get("/admin/inbox", headers={"HX-Request": "true"})).text
    assert "Comparing" in under_way
    assert 'hx-get="/admin/inbox" hx-trigger="every 1s"' in under_way
    assert "<html" not in under_way
    await owner.execute("UPDATE reconcile_run SET state = 'done', seen = 7")
    done = (await ada.get("/admin/inbox", headers={"HX-Request": "true"})).text
    assert "7 accounts compared" in done
    assert "hx-trigger" not in done


async def test_addresses_that_two_customers_claim_are_listed(
    owner: asyncpg.Connection, cast: Cast, signed_in: SignIn
) -> None:
    holder = await make.customer(owner, name="Grace Hopper", email="grace@navy.example")
    claims = await make.customer(owner, name="Grace Murray", email_conflict="Grace@Navy.example")
    ada = await signed_in("ada")
    assert "1 customer with an e-mail address that another customer has" in (await ada.get("/admin")).text
    shown = (await ada.get("/admin/inbox")).text
    assert f'<a href="/customers/{claims}">Grace Murray</a> is Grace@Navy.example' in shown
    assert f'<a href="/customers/{holder}">Grace Hopper</a> has here' in shown
