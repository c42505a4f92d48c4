"""A person's file: everything that is held about them, nothing of anybody else, and who had it made."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from app.contracts.activity_log import ActivityLog
from app.contracts.pipeline import SaleDetails
from app.contracts.tickets import OpenTicket
from app.core.errors import Forbidden, Moved, NotFound
from app.core.ids import uuid7
from app.domain.idempotency import Key
from app.domain.merge import Wish
from app.domain.person_file import FORMAT
from app.services import erasure, privacy, scoring
from app.services.activities import log_activity
from app.services.closing import close_won
from app.services.lead_capture import capture_lead
from app.services.merge import merge_customers
from app.services.tickets import open_ticket
from app.services.verify import verify_customer
from app.store import person_file
from app.store.transaction import reading
from tests import make

if TYPE_CHECKING:
    from uuid import UUID

    import asyncpg

    from app.domain.viewer import Viewer
    from tests.cast import Cast

pytestmark = pytest.mark.usefixtures("pool")
ODD = 'Zo\u00eb \u202e\u05d8\u05e7\u05e1\u2028 \U0001f469\u200d\U0001f467 \\u0041 "quoted" </script> q\u0301 \ufeff'


async def exported(viewer: Viewer, customer_id: UUID) -> dict[str, Any]:
    """Return the file as somebody reads it who got it."""
    pieces = await privacy.export_person(viewer, customer_id)
    return json.loads(b"".join([piece async for piece in pieces]))


async def person(owner: asyncpg.Connection, cast: Cast, mark: str) -> UUID:
    """Live through everything: forms, calls, a score, a ticket, a sale, an account; the mark stands in each text."""
    form = {
        "name": f"Grace {mark}", "email": f"{mark}@navy.example", "company": f"Navy {mark}", "phone": "+1 202",
        "message": f"I am {mark}", "answers": {"who": mark}, "campaign": {"source": mark},
        "consent": {"marketing": True, "text_version": "7"},
    }  # fmt: skip
    body = json.dumps(form).encode()
    answer = await capture_lead("cms", body, Key.of("cms", mark, body))
    lead_id, customer_id = answer.value.lead_id, answer.value.customer_id
    await owner.execute("UPDATE lead SET assigned_to_id = $1 WHERE id = $2", cast.rita.id, lead_id)
    await scoring.score_due()
    await log_activity(cast.rita, ActivityLog(customer_id, cast.rita.id, "Call", f"{ODD} {mark}"), None)
    ticket = OpenTicket(subject=f"{mark} cannot sign in", description=mark)
    await open_ticket(cast.sam, customer_id, ticket, None)
    version = await owner.fetchval("SELECT version FROM lead WHERE id = $1", lead_id)
    sale = SaleDetails(Decimal("1200.50"), "Plan", handoff_note=f"Ask {mark}")
    await close_won(cast.rita, lead_id, version, sale, None)
    await owner.execute("UPDATE customer SET sso_user_id = $1 WHERE id = $2", f"account-{mark}", customer_id)
    said = {
        "type": "UserEmailUpdated",
        "data": {"user_id": f"account-{mark}", "email": f"{mark}@navy.example"},
    }
    await make.event(owner, f"event-{mark}", "applied", raw=json.dumps(said))
    refused = make_refused(mark)
    await make.capture(owner, "refused")
    await owner.execute(
        "UPDATE capture_submission SET raw = $1 WHERE id ="
        " (SELECT id FROM capture_submission ORDER BY received_at DESC LIMIT 1)",
        json.dumps(refused),
    )
    await make.capture(owner, "held", email=f" {mark}@NAVY.example", name=f"Held {mark}")
    await make.lead_import(owner, cast.ada, ["Name", "Mail"], [f"Line {mark}", f"{mark}@navy.example"])
    return customer_id


def make_refused(mark: str) -> str:
    """Return the text of a form that was none."""
    return f'{{"email": "{mark}@navy.example", "name": "", "note": "Refused {mark}"}}'


async def test_everything_about_a_person_is_in_their_file(owner: asyncpg.Connection, cast: Cast) -> None:
    customer_id = await person(owner, cast, "zqgrace")
    file = await exported(cast.ada, customer_id)
    assert (file["format"], file["customer"], file["made_by"]) == (FORMAT, str(customer_id), cast.ada.id)
    assert datetime.fromisoformat(file["made_at"]).tzinfo == UTC
    (contact,) = file["contacts"]
    assert (contact["name"], contact["email"]) == ("Grace zqgrace", "zqgrace@navy.example")
    assert (contact["account"], contact["last_consent"]["marketing"]) == ("account-zqgrace", True)
    assert contact["lifetime_value"] == {"amount": "1200.50", "currency": "EUR"}
    (lead,) = file["leads"]
    assert (lead["stage"], lead["campaign"], lead["answers"]) == (
        "closed_won", {"source": "zqgrace"}, {"who": "zqgrace"},
    )  # fmt: skip
    assert lead["score"] is not None
    assert lead["score_reasons"]
    assert lead["created_at"].endswith("Z")
    assert file["scores"][0]["made_of"]


async def test_what_they_did_and_what_came_of_them_is_in_their_file(
    owner: asyncpg.Connection, cast: Cast
) -> None:
    file = await exported(cast.ada, await person(owner, cast, "zqgrace"))
    (sale,) = file["sales"]
    assert (sale["amount"], sale["handoff_note"]) == ({"amount": "1200.50", "currency": "EUR"}, "Ask zqgrace")
    assert [each["subject"] for each in file["tickets"]] == ["zqgrace cannot sign in"]
    assert sorted(form["outcome"] for form in file["forms"]) == ["created", "held", "refused"]
    assert {"Refused zqgrace" in str(form["sent"]) for form in file["forms"]} == {True, False}
    assert file["imported_lines"][0]["columns"] == ["Name", "Mail"]
    assert file["imported_lines"][0]["cells"] == ["Line zqgrace", "zqgrace@navy.example"]
    assert json.loads(file["sign_in_events"][0]["said"])["data"]["user_id"] == "account-zqgrace"
    kinds = [entry["kind"] for entry in file["timeline"]]
    assert kinds[0] == "lead_captured"
    assert {"call_logged", "ticket_opened", "sale_won", "customer_exported"} <= set(kinds)
    call = next(entry for entry in file["timeline"] if entry["kind"] == "call_logged")
    assert call["words"]["notes"] == f"{ODD} zqgrace".strip()


async def test_nothing_of_anybody_else_is_in_it(owner: asyncpg.Connection, cast: Cast) -> None:
    grace = await person(owner, cast, "zqgrace")
    other = await person(owner, cast, "zqother")
    # Others who speak of her: their forms and events are theirs.
    await make.capture(owner, "held", email="zqstranger@x.example", message="Ask zqgrace@navy.example")
    await make.capture(owner, "refused", email="zqother@navy.example", note="Ask zqgrace@navy.example")
    said = {"data": {"user_id": "account-zqother", "old_email": "zqgrace@navy.example", "email": "zqother"}}
    await make.event(owner, "theirs", "applied", raw=json.dumps(said))
    await make.lead_import(
        owner, cast.ada, ["Mail", "Note"], ["zqother@x.example", "Ask zqgrace@navy.example"]
    )
    await owner.execute(
        "UPDATE lead_import_row SET email_norm = 'zqother@x.example' WHERE cells->>0 LIKE 'zqother%'"
    )
    longer = await make.customer(owner, email="bzqgrace@navy.example", name="zqother")
    file = json.dumps(await exported(cast.ada, grace))
    assert "zqgrace" in file
    for theirs in ("zqother", "zqstranger", str(other), str(longer), cast.rita.name, cast.sam.email):
        assert theirs not in file, theirs


async def test_it_is_all_of_one_moment(owner: asyncpg.Connection, cast: Cast) -> None:
    customer_id = await make.customer(owner)
    seen = []
    async with reading(cast.ada, much=True):
        await person_file.open_snapshot(cast.ada)
        async for name, record in person_file.read_person(cast.ada, customer_id, "EUR"):
            if (name, record) == ("contacts", None):
                await make.ticket(owner, customer_id)
                await make.activity(owner, customer_id, cast.ada)
            elif record is not None:
                seen.append(name)
    assert seen == ["contacts"]


async def test_a_long_history_is_in_it_whole_and_in_order(
    owner: asyncpg.Connection, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(privacy, "IN_MEMORY", 1000)
    customer_id = await make.customer(owner)
    await owner.execute(
        "INSERT INTO activity (id, customer_id, kind, actor_id, occurred_at)"
        " SELECT gen_random_uuid(), $1, 'call_logged', $2,"
        " now() - interval '1 day' + n * interval '1 second' FROM generate_series(1, 1200) AS n",
        customer_id, cast.rita.id,
    )  # fmt: skip
    numbers = [entry["number"] for entry in (await exported(cast.ada, customer_id))["timeline"]]
    assert numbers == list(range(1, 1202))


async def test_who_had_it_made_and_when_stands_on_the_timeline_for_good(
    owner: asyncpg.Connection, cast: Cast
) -> None:
    customer_id = await make.customer(owner)
    file = await exported(cast.ada, customer_id)
    entry = await owner.fetchrow("SELECT * FROM activity WHERE customer_id = $1", customer_id)
    assert entry is not None
    assert (entry["kind"], entry["actor_id"]) == ("customer_exported", cast.ada.id)
    assert entry["occurred_at"] == datetime.fromisoformat(file["made_at"])
    assert [each["entry"] for each in file["timeline"]] == [str(entry["id"])]
    assert (await verify_customer(cast.ada, customer_id)).ok


async def test_only_an_admin_gets_it_and_nothing_is_written_for_others(
    owner: asyncpg.Connection, cast: Cast
) -> None:
    lead_id = await make.lead(owner, cast.rita)
    customer_id = await owner.fetchval("SELECT customer_id FROM lead WHERE id = $1", lead_id)
    for viewer in (cast.rita, cast.omar, cast.sam):
        with pytest.raises(Forbidden):
            await privacy.export_person(viewer, customer_id)
        with pytest.raises(Forbidden):
            await privacy.find_people(viewer, "Person")
    with pytest.raises(NotFound):
        await privacy.export_person(cast.ada, uuid7())
    assert await owner.fetchval("SELECT count(*) FROM activity") == 0


async def test_of_an_erased_person_nothing_is_left_but_that(owner: asyncpg.Connection, cast: Cast) -> None:
    customer_id = await person(owner, cast, "zqgrace")
    await erasure.erase_by_operator(customer_id)
    file = await exported(cast.ada, customer_id)
    left = json.dumps(file).replace("account-zqgrace", "")  # it stays, so that later news is recognised
    assert "zqgrace" not in left.lower()
    (contact,) = file["contacts"]
    assert (contact["name"], contact["email"], contact["phone"]) == ("Erased", None, "")
    assert contact["erased_at"].endswith("Z")
    assert file["erasures"][0]["done_at"]
    assert [form["sent"] for form in file["forms"]] == [None]
    assert {entry["words"] is None for entry in file["timeline"]} == {True}


async def test_who_was_merged_into_them_is_in_it_and_leads_to_them(
    owner: asyncpg.Connection, cast: Cast
) -> None:
    kept, gone = await person(owner, cast, "zqgrace"), await person(owner, cast, "zqtwin")
    await owner.execute("UPDATE customer SET sso_user_id = NULL WHERE id = $1", kept)
    await merge_customers(cast.ada, Wish(kept, gone), None)
    with pytest.raises(Moved):
        await privacy.export_person(cast.ada, gone)
    file = await exported(cast.ada, kept)
    assert [each["customer"] for each in file["contacts"]] == [str(kept), str(gone)]
    assert file["contacts"][1]["merged_into"] == str(kept)
    assert {each["customer"] for each in file["timeline"]} == {str(kept), str(gone)}
    assert len(file["leads"]) == len(file["sales"]) == len(file["tickets"]) == 2
    assert len(file["forms"]) == 6
    assert len(file["sign_in_events"]) == 2


async def test_whoever_asks_is_found_by_name_and_by_every_address_they_had(
    owner: asyncpg.Connection, cast: Cast
) -> None:
    kept = await make.customer(owner, name="Grace Hopper", email="grace@navy.example")
    gone = await make.customer(owner, name="G. Hopper", email="rear.admiral@pensions.test")
    entry = await make.activity(owner, kept, cast.ada, kind="email_updated")
    await owner.execute(
        "INSERT INTO activity_text (activity_id, customer_id, salt, body) VALUES ($1, $2, 'salt', $3)",
        entry, kept, json.dumps({"old": "Hopper1906@yale.test", "new": "grace@navy.example"}),
    )  # fmt: skip
    await owner.execute("UPDATE customer SET merged_into_id = $1 WHERE id = $2", kept, gone)
    for asked in ("Grace Hop", "grace@navy.example", "hopper1906@YALE.test", "rear.admiral@pensions.test"):
        assert (await privacy.find_people(cast.ada, asked))[0].id == kept, asked
    assert await privacy.find_people(cast.ada, "nobody@elsewhere.test") == ()
