"""Capture: every submission kept, one open lead a person, however often and however concurrently it comes."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any
from uuid import UUID

import msgspec
import pytest
from msgspec.structs import fields

from app.contracts import examples
from app.contracts.lead_capture import LeadCapture
from app.core.errors import Invalid, KeyReused, Malformed
from app.domain.idempotency import Key
from app.gateways import live, queue
from app.services.lead_capture import capture_lead
from tests.hearing import boards_hear_of, changes
from tests.wait import PATIENCE

if TYPE_CHECKING:
    import asyncpg
    from redis.asyncio import Redis

    from tests.cast import Cast

pytestmark = pytest.mark.usefixtures("pool")


def form(**given: Any) -> bytes:
    return json.dumps({"name": "Grace Hopper", "email": "grace@navy.example", **given}).encode()


async def test_a_new_person_becomes_a_customer_with_a_lead_and_an_entry(
    owner: asyncpg.Connection, cast: Cast
) -> None:
    outcome = await capture_lead("cms", form(company="Navy", message="We need a demo"), None)
    lead = await owner.fetchrow("SELECT * FROM lead")
    assert outcome.value.outcome == "created"
    assert str(lead["id"]) == outcome.value.lead_id
    assert (lead["stage"], lead["status"], lead["version"]) == ("lead", "new", 1)
    assert lead["score_due_at"] is not None
    assert lead["assigned_to_id"] in {cast.rita.id, cast.omar.id}
    assert await owner.fetchval("SELECT company FROM customer") == "Navy"
    assert await owner.fetchval("SELECT kind FROM activity") == "lead_captured"
    body = json.loads(await owner.fetchval("SELECT body FROM activity_text"))
    assert body["message"] == "We need a demo"


async def test_the_published_example_is_answered_as_published(owner: asyncpg.Connection) -> None:
    answer = (await capture_lead("cms", json.dumps(examples.CAPTURE).encode(), None)).value
    said = msgspec.json.encode(answer).decode().replace(answer.lead_id, examples.LEAD_ID)
    assert json.loads(said.replace(answer.customer_id, examples.CUSTOMER_ID)) == examples.CAPTURED


async def test_a_second_submission_joins_the_open_lead(owner: asyncpg.Connection) -> None:
    first = await capture_lead("cms", form(), None)
    second = await capture_lead("cms", form(email="GRACE@Navy.example", company="Navy"), None)
    assert second.value.outcome == "merged"
    assert second.value.lead_id == first.value.lead_id
    assert await owner.fetchval("SELECT count(*) FROM capture_submission") == 2
    assert await owner.fetchval("SELECT count(*) FROM activity") == 2
    assert await owner.fetchval("SELECT company FROM customer") == "Navy"


@pytest.mark.usefixtures("cast")
async def test_its_reps_board_hears_of_a_new_lead_before_it_is_scored(
    owner: asyncpg.Connection, redis: Redis
) -> None:
    heard = redis.pubsub()
    await heard.subscribe(live.CHANNEL)
    answer = (await capture_lead("cms", form(), None)).value
    await queue.settle()
    told: dict[str, Any] = {}
    while not told:
        message = await heard.get_message(timeout=PATIENCE)
        assert message is not None, "nobody is told of the lead"
        told = next((each for each in changes(message) if each["lead_id"] == answer.lead_id), {})
    assert told["owners"] == [await owner.fetchval("SELECT assigned_to_id FROM lead")]
    await heard.aclose()


async def test_boards_hear_of_a_submission_that_joined(redis: Redis) -> None:
    first = await capture_lead("cms", form(), None)
    await boards_hear_of(redis, {UUID(first.value.lead_id)}, capture_lead("cms", form(company="Navy"), None))


async def test_what_a_known_person_says_anew_stands_in_the_entry(owner: asyncpg.Connection) -> None:
    await capture_lead("cms", form(phone="+1 202 555 0101", country="US"), None)
    anew = {"name": "Grace H.", "phone": "+31 20 1", "company": "Navy", "job_title": "CTO", "country": "NL"}
    await capture_lead("cms", form(**anew), None)
    assert await owner.fetchval("SELECT phone FROM customer") == "+1 202 555 0101"
    bodies = [json.loads(row["body"]) for row in await owner.fetch("SELECT body FROM activity_text")]
    said = next(body for body in bodies if "company" in body)
    assert {name: said.get(name) for name in anew} == anew


async def test_null_is_a_field_that_was_left_out(owner: asyncpg.Connection) -> None:
    await capture_lead("cms", form(campaign={"source": "google"}), None)
    names = [field.encode_name for field in fields(LeadCapture) if not field.required]
    nothing = dict.fromkeys(names) | {
        "campaign": dict.fromkeys(["source", "medium", "name", "term", "content"]),
        "consent": {"marketing": True, "text_version": None},
        "answers": {"team_size": None, "budget": "1000"},
    }
    assert (await capture_lead("cms", form(**nothing), None)).value.outcome == "merged"
    assert (await capture_lead("cms", form(**dict.fromkeys(names)), None)).value.outcome == "merged"
    row = await owner.fetchrow("SELECT phone, last_campaign FROM customer")
    assert (row["phone"], json.loads(row["last_campaign"])) == ("", {"source": "google"})
    bodies = [json.loads(row["body"]) for row in await owner.fetch("SELECT body FROM activity_text")]
    assert [body["answers"] for body in bodies if "answers" in body] == [{"budget": "1000"}]


async def test_first_campaign_and_consent_stay_and_the_last_follow(owner: asyncpg.Connection) -> None:
    await capture_lead("cms", form(campaign={"source": "google"}, consent={"marketing": False}), None)
    await capture_lead("cms", form(campaign={"source": "bing"}, consent={"marketing": True}), None)
    row = await owner.fetchrow(
        "SELECT first_campaign, last_campaign, first_consent, last_consent FROM customer"
    )
    first, last, consent, latest = (json.loads(value) for value in row)
    assert (first["source"], last["source"]) == ("google", "bing")
    assert (consent["marketing"], latest["marketing"]) == (False, True)


async def test_a_hundred_spellings_of_one_address_at_once_are_one_lead(owner: asyncpg.Connection) -> None:
    spellings = ["grace@navy.example", "Grace@Navy.Example", " grace@NAVY.example "]
    outcomes = await asyncio.gather(
        *(capture_lead("cms", form(email=spellings[n % 3]), None) for n in range(100))
    )
    assert sorted({outcome.value.outcome for outcome in outcomes}) == ["created", "merged"]
    assert len({outcome.value.lead_id for outcome in outcomes}) == 1
    counts = (
        "SELECT (SELECT count(*) FROM customer), (SELECT count(*) FROM lead), (SELECT count(*) FROM activity)"
    )
    assert tuple(await owner.fetchrow(counts)) == (1, 1, 100)


async def test_one_key_a_hundred_times_at_once_is_one_submission(owner: asyncpg.Connection) -> None:
    body = form()
    key = Key.of("cms", "abc", body)
    outcomes = await asyncio.gather(*(capture_lead("cms", body, key) for _ in range(100)))
    assert len({outcome.value.lead_id for outcome in outcomes}) == 1
    assert {outcome.value.outcome for outcome in outcomes} == {"created"}
    assert sum(not outcome.replayed for outcome in outcomes) == 1
    assert await owner.fetchval("SELECT count(*) FROM capture_submission") == 1
    assert await owner.fetchval("SELECT count(*) FROM activity") == 1


async def test_a_key_with_another_body_is_refused_and_leaves_no_row(owner: asyncpg.Connection) -> None:
    await capture_lead("cms", form(), Key.of("cms", "abc", form()))
    other = form(name="Somebody Else")
    with pytest.raises(KeyReused):
        await capture_lead("cms", other, Key.of("cms", "abc", other))
    assert await owner.fetchval("SELECT count(*) FROM activity") == 1


async def test_the_same_key_of_another_client_is_another_key(owner: asyncpg.Connection) -> None:
    await capture_lead("cms", form(), Key.of("cms", "abc", form()))
    other = await capture_lead("shop", form(), Key.of("shop", "abc", form()))
    assert not other.replayed
    assert await owner.fetchval("SELECT count(*) FROM capture_submission") == 2


async def test_a_lost_lead_stays_lost_and_its_person_gets_a_new_one(owner: asyncpg.Connection) -> None:
    first = await capture_lead("cms", form(), None)
    await owner.execute(
        "UPDATE lead SET stage = 'closed_lost', status = 'disqualified', lost_reason = 'price', closed_at = now()"
    )
    again = await capture_lead("cms", form(), None)
    assert again.value.outcome == "created"
    assert again.value.customer_id == first.value.customer_id
    assert again.value.lead_id != first.value.lead_id


async def test_captures_take_turns_among_the_reps(owner: asyncpg.Connection, cast: Cast) -> None:
    await asyncio.gather(*(capture_lead("cms", form(email=f"p{n}@x.example"), None) for n in range(20)))
    rows = await owner.fetch("SELECT assigned_to_id, count(*) FROM lead GROUP BY 1")
    assert {row[0]: row[1] for row in rows} == {cast.rita.id: 10, cast.omar.id: 10}


async def test_a_rep_who_takes_no_leads_gets_none(owner: asyncpg.Connection, cast: Cast) -> None:
    await owner.execute("UPDATE staff SET accepts_leads = false WHERE id = $1", cast.rita.id)
    await capture_lead("cms", form(), None)
    await capture_lead("cms", form(email="other@x.example"), None)
    assert await owner.fetch("SELECT DISTINCT assigned_to_id FROM lead") == [(cast.omar.id,)]


@pytest.mark.parametrize(
    ("given", "pointers"),
    [
        ({"name": "", "email": "nobody"}, {"#/name", "#/email"}),
        ({"name": 1, "surprise": True}, {"#/name", "#/surprise"}),
        ({"name": 1, "email": "nobody", "answers": {"a": 1}}, {"#/name", "#/email", "#/answers/a"}),
        (
            {"consent": {"marketing": 1, "text_version": "x" * 101}},
            {"#/consent/marketing", "#/consent/text_version"},
        ),
        ({"campaign": {"source": 1, "x": ""}}, {"#/campaign/source", "#/campaign/x"}),
        ({"answers": {"a": "b" * 1001}}, {"#/answers/a"}),
        ({"submitted_at": "2999-01-01T00:00:00Z"}, {"#/submitted_at"}),
        ({"submitted_at": "2026-01-01T00:00:00"}, {"#/submitted_at"}),
        ({"submitted_at": "0001-01-01T00:00:00Z"}, {"#/submitted_at"}),
        ({"message": "x" * 10_001}, {"#/message"}),
    ],
)
async def test_a_wrong_form_is_told_everything_and_leaves_no_row(
    owner: asyncpg.Connection, given: dict[str, Any], pointers: set[str]
) -> None:
    with pytest.raises(Invalid) as refused:
        await capture_lead("cms", form(**given), None)
    assert {problem.pointer for problem in refused.value.problems} == pointers
    assert await owner.fetchval("SELECT count(*) FROM customer") == 0


@pytest.mark.parametrize("body", [b"", b"nonsense", b"\xff"])
async def test_what_is_no_json_is_malformed(body: bytes) -> None:
    with pytest.raises(Malformed):
        await capture_lead("cms", body, None)


@pytest.mark.parametrize("body", [b"[]", b'"text"', b"null"])
async def test_what_is_no_json_object_is_wrong(body: bytes) -> None:
    with pytest.raises(Invalid) as refused:
        await capture_lead("cms", body, None)
    assert [problem.pointer for problem in refused.value.problems] == ["#"]
