"""The capture log: refused submissions are kept, suspicious ones held until an admin decides."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest

from app.core.errors import Forbidden
from app.domain.capture_log import AlreadyDecided, CaptureFilter
from app.domain.idempotency import Key
from app.services.capture_log import approve_capture, discard_capture, list_captures, read_capture
from app.services.lead_capture import capture_lead
from tests.hearing import boards_hear_of

if TYPE_CHECKING:
    import asyncpg
    from httpx import AsyncClient
    from redis.asyncio import Redis

    from tests.cast import Cast

LINKS = "Buy https://a.example https://b.example https://c.example www.d.example"
EVERYTHING = CaptureFilter()


def form(**given: Any) -> bytes:
    return json.dumps({"name": "Grace Hopper", "email": "grace@navy.example", **given}).encode()


async def held_id(owner: asyncpg.Connection) -> UUID:
    return await owner.fetchval("SELECT id FROM capture_submission WHERE outcome = 'held'")


@pytest.mark.usefixtures("pool")
@pytest.mark.parametrize(
    "given",
    [
        {"message": LINKS},
        {"name": "Win now http://spam.example"},
        {"company": "Navy www.a.example www.b.example"},
        {"job_title": "<a href='https://spam.example'>Win</a>"},
        {"email": "grace@mailinator.com"},
        {"email": "grace@eu.mailinator.com"},
        {"answers": {"website": "http://spam.example"}},
    ],
)
async def test_a_suspicious_submission_is_held_and_answered_like_any_other(
    owner: asyncpg.Connection, given: dict[str, Any]
) -> None:
    outcome = await capture_lead("cms", form(**given), None)
    assert (outcome.value.outcome, outcome.value.stage, outcome.value.status) == ("created", "lead", "new")
    assert outcome.value.links.lead == f"/leads/{UUID(outcome.value.lead_id)}"
    assert await owner.fetchval("SELECT count(*) FROM lead") == 0
    assert await owner.fetchval("SELECT count(*) FROM customer") == 0
    row = await owner.fetchrow("SELECT outcome, problems FROM capture_submission")
    assert row["outcome"] == "held"
    assert len(json.loads(row["problems"])) == 1


@pytest.mark.usefixtures("pool")
@pytest.mark.parametrize(
    "given",
    [
        {"message": "See https://navy.example and https://fleet.example"},
        {"answers": {"website": ""}},
        {"company": "Navy (www.navy.example)", "job_title": "Webmaster of https://www.navy.example/"},
    ],
)
async def test_what_people_usually_send_is_not_held(owner: asyncpg.Connection, given: dict[str, Any]) -> None:
    await capture_lead("cms", form(**given), None)
    assert await owner.fetchval("SELECT outcome FROM capture_submission") == "created"


@pytest.mark.usefixtures("pool")
async def test_an_approved_submission_becomes_the_lead_it_was_answered_with(
    owner: asyncpg.Connection, cast: Cast
) -> None:
    key = Key.of("cms", "k-1", form(message=LINKS))
    answered = await capture_lead("cms", form(message=LINKS), key)
    lead_id = await approve_capture(cast.ada, await held_id(owner))
    again = await capture_lead("cms", form(message=LINKS), key)
    assert str(lead_id) == answered.value.lead_id == again.value.lead_id
    assert again.replayed
    row = await owner.fetchrow("SELECT outcome, lead_id, decided_by_id FROM capture_submission")
    assert tuple(row) == ("created", lead_id, cast.ada.id)
    assert await owner.fetchval("SELECT id FROM customer") == UUID(answered.value.customer_id)
    assert await owner.fetchval("SELECT count(*) FROM activity WHERE kind = 'lead_captured'") == 1
    assert await owner.fetchval("SELECT score_due_at IS NOT NULL FROM lead")


@pytest.mark.usefixtures("pool")
async def test_boards_hear_of_an_approved_submission(
    owner: asyncpg.Connection, redis: Redis, cast: Cast
) -> None:
    answered = await capture_lead("cms", form(message=LINKS), None)
    lead = UUID(answered.value.lead_id)
    await boards_hear_of(redis, {lead}, approve_capture(cast.ada, await held_id(owner)))


@pytest.mark.usefixtures("pool")
async def test_approving_joins_the_lead_that_came_meanwhile(owner: asyncpg.Connection, cast: Cast) -> None:
    await capture_lead("cms", form(message=LINKS), None)
    open_lead = await capture_lead("cms", form(), None)
    assert str(await approve_capture(cast.ada, await held_id(owner))) == open_lead.value.lead_id
    assert await owner.fetchval("SELECT count(*) FROM lead") == 1


@pytest.mark.usefixtures("pool")
async def test_a_lead_that_closed_while_a_submission_was_held_stays_closed(
    owner: asyncpg.Connection, cast: Cast
) -> None:
    await capture_lead("cms", form(), None)
    answered = await capture_lead("cms", form(message=LINKS), None)
    assert answered.value.outcome == "merged"
    await owner.execute(
        "UPDATE lead SET stage = 'closed_lost', status = 'disqualified', lost_reason = 'price', closed_at = now()"
    )
    lead_id = await approve_capture(cast.ada, await held_id(owner))
    assert str(lead_id) != answered.value.lead_id
    assert await owner.fetchval("SELECT stage FROM lead WHERE id = $1", lead_id) == "lead"


@pytest.mark.usefixtures("pool")
async def test_of_two_decisions_at_once_one_counts(owner: asyncpg.Connection, cast: Cast) -> None:
    await capture_lead("cms", form(message=LINKS), None)
    held = await held_id(owner)
    decided = await asyncio.gather(
        approve_capture(cast.ada, held), discard_capture(cast.ada, held), return_exceptions=True
    )
    assert sum(isinstance(one, AlreadyDecided) for one in decided) == 1
    outcome = await owner.fetchval("SELECT outcome FROM capture_submission")
    assert await owner.fetchval("SELECT count(*) FROM lead") == (outcome == "created")


@pytest.mark.usefixtures("pool")
async def test_only_admins_read_the_log(cast: Cast) -> None:
    for viewer in (cast.rita, cast.sam):
        with pytest.raises(Forbidden):
            await list_captures(viewer, EVERYTHING, limit=10, cursor=None)


BAD = {
    "unreadable": (b"\xff\x00{", "application/json", 400),
    "no json": (b"hello", "application/json", 400),
    "wrong fields": (form(name="", surprise=1), "application/json", 422),
    "control characters": (form(name="a\x00b"), "application/json", 422),
    "lone surrogate in a name": (b'{"\\ud800": "\\u0000"}', "application/json", 422),
    "control character in a name": (b'{"\\u0000": {"a": "\\u0000"}}', "application/json", 422),
    "another type": (form(), "text/plain", 415),
    "too large": (form(message="x" * 70_000), "application/json", 413),
}


async def test_every_refused_submission_can_be_read(
    client: AsyncClient, as_user: Any, owner: asyncpg.Connection, cast: Cast
) -> None:
    for key, (body, kind, status) in BAD.items():
        headers = {**as_user("cms"), "Content-Type": kind, "Idempotency-Key": key}
        answer = await client.post("/v1/leads/capture", headers=headers, content=body)
        assert answer.status_code == status, key
    kept = await owner.fetch("SELECT id, idempotency_key, outcome, problems FROM capture_submission")
    assert {row["idempotency_key"] for row in kept} == set(BAD)
    assert {row["outcome"] for row in kept} == {"refused"}
    assert all(json.loads(row["problems"]) for row in kept)
    read = [await read_capture(cast.ada, row["id"]) for row in kept]
    assert {one.client for one in read} == {"slyyfoxx-cms"}
    assert all(isinstance(one.raw, str) for one in read)
    assert await owner.fetchval("SELECT count(*) FROM customer") == 0


async def test_what_nobody_we_know_sends_is_not_kept(
    client: AsyncClient, as_user: Any, owner: asyncpg.Connection
) -> None:
    for headers in ({}, as_user("rita"), as_user("cms", scope="")):
        await client.post("/v1/leads/capture", headers=headers, content=b"hello")
    assert await owner.fetchval("SELECT count(*) FROM capture_submission") == 0


async def test_the_log_pages_and_narrows(client: AsyncClient, cast: Cast) -> None:
    for number in range(5):
        await capture_lead("cms", form(email=f"p{number}@x.example"), None)
    await capture_lead("shop", form(email="last@y.example", message=LINKS), None)
    first, clients, held = await list_captures(cast.ada, EVERYTHING, limit=4, cursor=None)
    second, _, _ = await list_captures(cast.ada, EVERYTHING, limit=4, cursor=first.next_cursor)
    assert (len(first.items), len(second.items), second.next_cursor) == (4, 2, None)
    assert (clients, held) == (["cms", "shop"], 1)
    assert len({one.id for one in (*first.items, *second.items)}) == 6
    for narrowed in (
        CaptureFilter(outcome="held"),
        CaptureFilter(client="shop"),
        CaptureFilter(q="Y.EXAMPLE"),
    ):
        page, _, _ = await list_captures(cast.ada, narrowed, limit=10, cursor=None)
        assert [one.said("email") for one in page.items] == ["last@y.example"]
