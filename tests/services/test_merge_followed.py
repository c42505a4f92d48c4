"""Whoever asks for a merged customer gets who is left, in whatever order things happen."""

from __future__ import annotations

import asyncio
import json
from contextvars import Context
from typing import TYPE_CHECKING, Any
from uuid import UUID

import asyncpg
import pytest

from app.contracts.activity_log import ActivityLog
from app.contracts.tickets import ChangeTicket, OpenTicket
from app.core import clock
from app.core.errors import Moved, NotFound, StaleLead
from app.core.ids import uuid7
from app.domain.merge import Wish
from app.domain.timeline import NewEntry, TimelineFilter
from app.domain.viewer import system
from app.services import erasure, identity_events
from app.services.activities import log_activity
from app.services.customers import find_lookalikes, read_customer
from app.services.identity_changes import settle_conflicts
from app.services.lead_capture import capture_lead
from app.services.merge import merge_customers
from app.services.pipeline import move_lead
from app.services.search import find_people
from app.services.tickets import change_ticket, open_ticket, read_ticket
from app.services.timeline import read_timeline
from app.services.verify import verify_customer, verify_log
from app.store import erasure as erasures
from app.store import timeline
from app.store.transaction import transaction
from tests import make
from tests.wait import WAITING, until

if TYPE_CHECKING:
    from tests.cast import Cast
    from tests.database import Place

pytestmark = pytest.mark.usefixtures("pool")
OLD, NEW = "old@grace.example", "new@grace.example"


@pytest.fixture
async def pair(owner: asyncpg.Connection) -> tuple[UUID, UUID]:
    """Grace twice: who is to be left, and who is to go."""
    kept = await make.customer(owner, name="Grace Hopper", email=NEW, company="Navy")
    return kept, await make.customer(owner, name="Grace Hopper", email=OLD, company="Navy")


async def test_a_form_with_the_old_address_joins_who_is_left(
    owner: asyncpg.Connection, cast: Cast, pair: tuple[UUID, UUID]
) -> None:
    kept, gone = pair
    await merge_customers(cast.ada, Wish(kept, gone), None)
    first = await capture_lead("cms", _form(phone="+31 20 1"), None)
    second = await capture_lead("cms", _form(), None)
    assert (first.value.outcome, second.value.outcome) == ("created", "merged")
    assert {first.value.customer_id, second.value.customer_id} == {str(kept)}
    assert await owner.fetchval("SELECT phone FROM customer WHERE id = $1", kept) == "+31 20 1"
    assert await owner.fetchval("SELECT phone FROM customer WHERE id = $1", gone) == ""
    held = await capture_lead("cms", _form(message="http://x.example " * 9), None)
    assert held.value.customer_id == str(kept)


async def test_a_form_that_comes_during_the_merge_joins_who_is_left(
    owner: asyncpg.Connection, cast: Cast, pair: tuple[UUID, UUID], database: Place
) -> None:
    kept, gone = pair
    other = await asyncpg.connect(database.owner_url)
    async with other.transaction():
        await other.execute("SELECT merge_customer($1, $2)", kept, gone)
        capturing = asyncio.create_task(capture_lead("cms", _form(), None))
        logging = asyncio.create_task(log_activity(cast.ada, _call(cast, gone), None))
        await until(lambda: _waiting(owner, 2), "both wait for the merge")
    captured, logged = await asyncio.gather(capturing, logging)
    await other.close()
    assert captured.value.customer_id == str(kept)
    assert logged.value.customer_id == kept
    assert await owner.fetchval("SELECT count(*) FROM activity WHERE customer_id = $1", gone) == 0
    assert await owner.fetchval("SELECT customer_id FROM lead") == kept
    assert await owner.fetchval("SELECT last_contact_at FROM customer WHERE id = $1", kept) is not None


async def test_a_form_that_comes_during_the_erasure_tells_the_erased_nothing(
    owner: asyncpg.Connection, cast: Cast, pair: tuple[UUID, UUID], database: Place
) -> None:
    kept, gone = pair
    await merge_customers(cast.ada, Wish(kept, gone), None)
    forgotten = "UPDATE customer SET email = NULL, email_norm = NULL, erased_at = now() WHERE id = ANY($1)"
    other = await asyncpg.connect(database.owner_url)
    async with other.transaction():
        await other.execute(forgotten, list(pair))
        capturing = asyncio.create_task(capture_lead("cms", _form(phone="+31 20 1"), None))
        await until(lambda: _waiting(owner, 1), "it waits for the erasure")
    await other.close()
    captured = await capturing
    assert captured.value.customer_id not in map(str, pair)
    assert (
        await owner.fetchval("SELECT string_agg(phone, '') FROM customer WHERE id = ANY($1)", list(pair))
        == ""
    )


async def test_who_waits_for_the_merge_finds_their_lead_and_ticket_where_they_are(
    owner: asyncpg.Connection, cast: Cast, pair: tuple[UUID, UUID], database: Place
) -> None:
    kept, gone = pair
    lead = await make.lead(owner, cast.rita, customer_id=gone)
    ticket = (await open_ticket(cast.sam, gone, OpenTicket(subject="Help"), None)).value
    other = await asyncpg.connect(database.owner_url)
    async with other.transaction():
        await other.execute("SELECT merge_customer($1, $2)", kept, gone)
        moving = asyncio.create_task(move_lead(cast.rita, lead, "qualified", 1, None))
        changing = asyncio.create_task(change_ticket(cast.sam, ticket.id, ChangeTicket(note="Again"), None))
        await until(lambda: _waiting(owner, 2), "both wait for the merge")
    moved, changed = await asyncio.gather(moving, changing, return_exceptions=True)
    await other.close()
    assert isinstance(moved, StaleLead)
    assert moved.extra["lead"].customer.id == kept
    assert not isinstance(changed, BaseException)
    assert changed.value.customer.id == kept
    _, story = await read_ticket(cast.sam, ticket.id)
    assert [(entry.kind, entry.customer_id) for entry in story.items] == [
        ("ticket_changed", kept),
        ("ticket_opened", gone),
    ]


async def test_first_is_who_came_first_and_last_is_the_newest_form(
    owner: asyncpg.Connection, cast: Cast, pair: tuple[UUID, UUID]
) -> None:
    kept, gone = pair
    await owner.execute("UPDATE customer SET created_at = created_at - interval '1 day' WHERE id = $1", gone)
    for email, source in ((OLD, "first"), (NEW, "middle"), (OLD, "last")):
        said = {"campaign": {"source": source}, "consent": {"marketing": source == "last"}}
        await capture_lead("cms", _form(email=email, **said), None)
    keep = await owner.fetchval("SELECT id FROM lead WHERE customer_id = $1", kept)
    await merge_customers(cast.ada, Wish(kept, gone, keep_lead_id=keep), None)
    row = await owner.fetchrow("SELECT * FROM customer WHERE id = $1", kept)
    assert row is not None
    first, last = json.loads(row["first_campaign"]), json.loads(row["last_campaign"])
    assert (first["source"], last["source"]) == ("first", "last")
    assert json.loads(row["last_consent"])["marketing"]
    assert not json.loads(row["first_consent"])["marketing"]


async def test_a_merge_waits_for_a_call_that_is_being_logged(
    owner: asyncpg.Connection, cast: Cast, pair: tuple[UUID, UUID]
) -> None:
    kept, gone = pair
    lead = await make.lead(owner, cast.rita, customer_id=gone)
    async with transaction(cast.rita):
        recorded = await timeline.append(
            cast.rita, NewEntry(gone, "note_logged", cast.rita.id, clock.now(), lead_id=lead)
        )
        # In a context of its own, as another request is: this one has a transaction open.
        merge = merge_customers(cast.ada, Wish(kept, gone), None)
        merging = asyncio.create_task(merge, context=Context())
        await until(lambda: _waiting(owner, 1), "the merge waits")
    await merging
    assert (recorded.customer_id, recorded.seq) == (gone, 1)
    report = await verify_customer(cast.rita, kept)
    assert (report.ok, report.entries) == (True, 3)


async def test_what_is_logged_on_the_old_record_goes_to_who_is_left(
    owner: asyncpg.Connection, cast: Cast, pair: tuple[UUID, UUID]
) -> None:
    kept, gone = pair
    lead = await make.lead(owner, cast.rita, customer_id=gone)
    await merge_customers(cast.ada, Wish(kept, gone), None)
    logged = await log_activity(cast.rita, _call(cast, gone, user_id=cast.rita.id, lead_id=lead), None)
    assert (logged.value.customer_id, logged.value.lead_id) == (kept, lead)
    async with transaction(system("jobs")):  # as the handoff does, which knows only what it once sent
        told = await timeline.append(
            system("jobs"), NewEntry(gone, "sale_handed_over", "jobs", clock.now(), lead_id=lead)
        )
    assert told.customer_id == kept
    for ask in (
        read_customer(cast.rita, gone),
        read_timeline(cast.sam, gone, TimelineFilter(), limit=5, cursor=None),
        verify_customer(cast.sam, gone),
        open_ticket(cast.sam, gone, OpenTicket(subject="Help"), None),
        find_lookalikes(cast.sam, gone),
    ):
        with pytest.raises(Moved) as moved:
            await ask
        assert moved.value.to_id == kept
    assert await owner.fetchval("SELECT last_contact_at FROM customer WHERE id = $1", gone) is None
    assert (await verify_log(None, lambda _: None, lambda _: None)).breaks == ()


async def test_nobody_outside_learns_of_the_merge_and_lists_show_one(
    owner: asyncpg.Connection, cast: Cast, pair: tuple[UUID, UUID]
) -> None:
    kept, gone = pair
    await make.lead(owner, cast.rita, customer_id=gone)
    twin = await make.customer(owner, name="Grace Hopper", company="Navy")
    await merge_customers(cast.ada, Wish(kept, gone), None)
    with pytest.raises(NotFound) as outside:
        await read_customer(cast.omar, gone)
    assert not isinstance(outside.value, Moved)
    assert [each.id for each in await find_lookalikes(cast.ada, twin)] == [kept]
    for viewer, found in ((cast.ada, {kept, twin}), (cast.rita, {kept}), (cast.omar, set[UUID]())):
        assert {hit.customer_id for hit in await find_people(viewer, "Hopper")} == found


@pytest.mark.parametrize("lock", ["filter", "policy"])
async def test_a_rep_sees_of_both_histories_what_is_theirs(
    owner: asyncpg.Connection,
    cast: Cast,
    pair: tuple[UUID, UUID],
    lock: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    kept, gone = pair
    hers = await make.lead(owner, cast.rita, "closed_lost", customer_id=gone)
    his = await make.lead(owner, cast.omar, customer_id=gone)
    for lead in (hers, his, None):
        await make.activity(owner, gone, cast.ada, lead_id=lead)
    await merge_customers(cast.ada, Wish(kept, gone), None)
    if lock == "filter":
        for table in ("activity", "activity_text", "lead", "customer"):
            await owner.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
    else:
        monkeypatch.setattr(timeline, "own_entries", lambda *_: "$1::text IS NOT NULL")
    seen = {}
    for viewer in (cast.rita, cast.omar, cast.sam):
        page = await read_timeline(viewer, kept, TimelineFilter(("call_logged",)), limit=9, cursor=None)
        seen[viewer.id] = {entry.lead_id for entry in page.items}
    assert seen == {cast.rita.id: {hers, None}, cast.omar.id: {his, None}, cast.sam.id: {hers, his, None}}


async def test_the_account_comes_over_with_its_address(
    owner: asyncpg.Connection, cast: Cast, pair: tuple[UUID, UUID]
) -> None:
    kept, gone = pair
    await owner.execute("UPDATE customer SET sso_user_id = 'sso-grace' WHERE id = $1", gone)
    await merge_customers(cast.ada, Wish(kept, gone), None)
    assert await _identity(owner, kept) == ("sso-grace", OLD)
    assert await _identity(owner, gone) == (None, NEW)
    assert (await capture_lead("cms", _form(email=NEW), None)).value.customer_id == str(kept)
    await _sso("sso-grace", "third@grace.example")
    assert await _identity(owner, kept) == ("sso-grace", "third@grace.example")


async def test_an_account_with_either_address_is_linked_to_who_is_left(
    owner: asyncpg.Connection, cast: Cast, pair: tuple[UUID, UUID]
) -> None:
    kept, gone = pair
    await merge_customers(cast.ada, Wish(kept, gone), None)
    await _sso("sso-grace", OLD)
    assert await _identity(owner, kept) == ("sso-grace", OLD)
    assert await _identity(owner, gone) == (None, NEW)


async def test_merging_with_who_holds_the_address_settles_the_conflict(
    owner: asyncpg.Connection, cast: Cast, pair: tuple[UUID, UUID]
) -> None:
    kept, gone = pair
    await owner.execute(
        "UPDATE customer SET sso_user_id = 'sso-grace', email_conflict = $2 WHERE id = $1", kept, OLD
    )
    await merge_customers(cast.ada, Wish(kept, gone), None)
    assert await settle_conflicts() == 1
    assert await _identity(owner, kept) == ("sso-grace", OLD)
    assert await _identity(owner, gone) == (None, NEW)


async def test_erasing_who_is_left_erases_who_was_merged(
    owner: asyncpg.Connection, cast: Cast, pair: tuple[UUID, UUID]
) -> None:
    kept, gone = pair
    await capture_lead("cms", _form(message="I am Grace", phone="+31 20 1", campaign={"source": "ads"}), None)
    await merge_customers(cast.ada, Wish(kept, gone), None)
    assert await erasure.erase_by_operator(gone)
    rows = await owner.fetch("SELECT name, email, phone, erased_at FROM customer")
    assert {(row["name"], row["email"], row["phone"]) for row in rows} == {("Erased", None, "")}
    assert all(row["erased_at"] for row in rows)
    assert await owner.fetchval("SELECT count(*) FROM activity_text") == 0
    assert await owner.fetchval("SELECT raw FROM capture_submission") is None
    async with transaction(system("jobs")):  # the streams are searched for both ids
        assert {traces.customer_id for traces in await erasures.uncleared(system("jobs"))} == {kept, gone}
    report = await verify_customer(cast.ada, kept)
    assert report.ok
    assert report.erased_at
    assert (await verify_log(None, lambda _: None, lambda _: None)).breaks == ()


async def test_a_text_that_is_lost_without_an_erasure_is_found_in_the_merged_history(
    owner: asyncpg.Connection, cast: Cast, pair: tuple[UUID, UUID]
) -> None:
    kept, gone = pair
    await capture_lead("cms", _form(message="I am Grace"), None)
    await merge_customers(cast.ada, Wish(kept, gone), None)
    await owner.execute("DELETE FROM activity_text")
    await owner.execute("UPDATE customer SET erased_at = now()")
    report = await verify_customer(cast.ada, kept)
    assert "lost its text" in report.breaks[0].problem
    found = await verify_log(None, lambda _: None, lambda _: None)
    assert [each.customer_id for each in found.breaks] == [str(gone)]


async def _waiting(owner: asyncpg.Connection, number: int) -> bool:
    return int(await owner.fetchval(WAITING) or 0) >= number


async def _identity(owner: asyncpg.Connection, customer: UUID) -> tuple[str | None, str | None]:
    row = await owner.fetchrow("SELECT sso_user_id, email FROM customer WHERE id = $1", customer)
    assert row is not None
    return row["sso_user_id"], row["email"]


async def _sso(user_id: str, email: str) -> None:
    said = {
        "specversion": "1.0", "id": str(uuid7()), "source": "/sso", "type": "UserEmailUpdated", "subject": user_id,
        "data": {"user_id": user_id, "email": email, "updated_at": clock.now().isoformat()},
    }  # fmt: skip
    await identity_events.receive_event(json.dumps(said).encode())
    await identity_events.apply_due()


def _form(**given: Any) -> bytes:
    return json.dumps({"name": "Grace Hopper", "email": OLD, **given}).encode()


def _call(cast: Cast, customer: UUID, **given: Any) -> ActivityLog:
    return ActivityLog(customer, given.pop("user_id", cast.ada.id), "Call", "Hello", **given)
