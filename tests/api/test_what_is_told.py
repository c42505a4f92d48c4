"""Bodies that are read: what may be left out may be null, and who is wrong learns everything at once."""

from __future__ import annotations

import json
from datetime import timedelta, timezone
from typing import TYPE_CHECKING, Any

import pytest

from app.core import clock
from tests import make

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    import asyncpg
    from httpx import AsyncClient, Response

    from tests.cast import Cast

    Headers = Callable[..., dict[str, str]]
    Ask = Callable[[str, Any], Any]

SALE = {"amount": "1.50", "product": "Gold"}
OPTIONAL_OF_SALE = ("currency", "starts_on", "contract_reference", "handoff_note", "closed_on")
OPTIONAL_OF_CALL = (
    "lead_id", "occurred_at", "duration_minutes", "direction", "outcome", "follow_up_at", "follow_up_note",
)  # fmt: skip


@pytest.fixture
async def ids(owner: asyncpg.Connection, cast: Cast) -> dict[str, UUID]:
    customer = await make.customer(owner)
    lead = await make.lead(owner, cast.rita, customer_id=customer)
    return {"customer": customer, "lead": lead, "ticket": await make.ticket(owner, customer)}


@pytest.fixture
def ask(client: AsyncClient, as_user: Headers, ids: dict[str, UUID]) -> Ask:
    async def send(path: str, body: Any) -> Response:
        headers = {**as_user("ada"), "Content-Type": "application/json"}
        method = "PATCH" if path.startswith("/tickets/") else "POST"
        return await client.request(
            method, f"/v1{path.format(**ids)}", headers=headers, content=json.dumps(body).encode()
        )

    return send


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/leads/{lead}/won", {"version": 1, "sale_details": SALE | dict.fromkeys(OPTIONAL_OF_SALE)}, 200),
        ("/leads/{lead}/lost", {"version": 1, "reason": "price", "note": None, "competitor": None}, 200),
        ("/customers/{customer}/tickets", {"subject": "Help"} | dict.fromkeys(
            ("description", "priority", "assignee_id", "due_at")), 201),
        ("/tickets/{ticket}", dict.fromkeys(("version", "subject", "status", "priority", "note")), 200),
    ],
)  # fmt: skip
async def test_null_is_a_field_that_was_left_out(
    ask: Ask, path: str, body: dict[str, Any], status: int
) -> None:
    answer = await ask(path, body)
    assert (answer.status_code, answer.json().get("errors")) == (status, None)


async def test_null_is_left_out_of_a_call_and_of_a_reassignment_too(
    ask: Ask, ids: dict[str, UUID], cast: Cast
) -> None:
    given = {"assigned_to_id": cast.omar.id, "version": 1, "reason": None}
    assert (await ask("/leads/{lead}/assign", given)).status_code == 200
    call = {
        "customer_id": str(ids["customer"]),
        "user_id": cast.ada.id,
        "activity_type": "Call",
        "notes": "Hi",
    }
    assert (await ask("/activity/log", call | dict.fromkeys(OPTIONAL_OF_CALL))).status_code == 201


async def test_a_timeline_answers_times_in_utc_whatever_offset_they_came_with(
    ask: Ask, ids: dict[str, UUID], cast: Cast, client: AsyncClient, as_user: Headers
) -> None:
    soon = (clock.now() + timedelta(days=2)).replace(microsecond=0)
    said = soon.astimezone(timezone(timedelta(hours=2))).isoformat()
    call = {
        "customer_id": str(ids["customer"]),
        "user_id": cast.ada.id,
        "activity_type": "Call",
        "notes": "Hi",
    }
    assert (await ask("/activity/log", call | {"follow_up_at": said})).status_code == 201
    assert (
        await ask("/customers/{customer}/tickets", {"subject": "Help", "due_at": said})
    ).status_code == 201
    assert (await ask("/tickets/{ticket}", {"due_at": said})).status_code == 200
    path = "/v1/customers/{customer}/timeline".format(**ids)
    entries = (await client.get(path, headers=as_user("ada"))).json()["items"]
    kinds = {entry["kind"]: json.dumps(entry["data"]) for entry in entries}
    assert set(kinds) == {"call_logged", "ticket_opened", "ticket_changed"}
    assert {soon.strftime("%Y-%m-%dT%H:%M:%SZ") in data for data in kinds.values()} == {True}
    assert not any("+02:00" in data for data in kinds.values())


@pytest.mark.parametrize("at", ["0001-01-01T00:00:00+01:00", "9999-12-31T23:59:00-01:00"])
async def test_a_time_that_no_calendar_of_utc_has_is_wrong(
    ask: Ask, ids: dict[str, UUID], cast: Cast, at: str
) -> None:
    call = {
        "customer_id": str(ids["customer"]),
        "user_id": cast.ada.id,
        "activity_type": "Call",
        "notes": "Hi",
    }
    told = (await ask("/activity/log", call | {"occurred_at": at, "follow_up_at": at})).json()["errors"]
    assert {problem["pointer"] for problem in told} == {"#/occurred_at", "#/follow_up_at"}
    for path in ("/customers/{customer}/tickets", "/tickets/{ticket}"):
        told = (await ask(path, {"subject": "Help", "due_at": at})).json()["errors"]
        assert {problem["pointer"] for problem in told} == {"#/due_at"}


async def test_a_loss_may_name_the_competitor(ask: Ask, owner: asyncpg.Connection) -> None:
    lost = {"version": 1, "reason": "competitor", "competitor": "Ledgerly"}
    assert (await ask("/leads/{lead}/lost", lost)).status_code == 200
    assert await owner.fetchval("SELECT lost_to FROM lead") == "Ledgerly"


LONG = "x" * 10_001
WRONG: list[tuple[str, Any, set[str]]] = [
    ("/leads/{lead}/stage", {"version": "x", "stage": "bogus"}, {"#/version", "#/stage"}),
    (
        "/leads/{lead}/lost",
        {"version": "x", "reason": "bogus", "note": LONG, "competitor": LONG},
        {"#/version", "#/reason", "#/note", "#/competitor"},
    ),
    (
        "/leads/{lead}/assign",
        {"version": "x", "assigned_to_id": "a", "reason": LONG},
        {"#/version", "#/reason"},
    ),
    (
        "/leads/{lead}/assign",
        {"version": 1, "assigned_to_id": "a", "reason": LONG},
        {"#/assigned_to_id", "#/reason"},
    ),
    (
        "/customers/{customer}/tickets",
        {"subject": "", "description": LONG, "priority": "bogus", "due_at": "2020-01-01T00:00:00Z"},
        {"#/subject", "#/description", "#/priority", "#/due_at"},
    ),
    (
        "/tickets/{ticket}",
        {"version": "x", "subject": "", "note": LONG, "due_at": "2999-01-01T00:00:00Z"},
        {"#/version", "#/subject", "#/note", "#/due_at"},
    ),
    ("/leads/{lead}/lost", [], {"#"}),
    ("/leads/{lead}/lost", None, {"#"}),
    ("/leads/{lead}/lost", "x", {"#"}),
]


@pytest.mark.parametrize(("path", "body", "pointers"), WRONG)
async def test_everything_that_is_wrong_is_told_at_once(
    ask: Ask, path: str, body: Any, pointers: set[str]
) -> None:
    answer = await ask(path, body)
    assert answer.status_code == 422
    told = [problem["pointer"] for problem in answer.json()["errors"]]
    assert (set(told), len(told)) == (pointers, len(pointers))
