"""A logged contact: one immutable entry, the last contact, the next step, a score owed."""

from __future__ import annotations

import asyncio
import hashlib
import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import msgspec
import pytest

from app.contracts.activity_log import ActivityLog
from app.core import clock
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.domain.idempotency import Key
from app.domain.timeline import TimelineFilter
from app.services.activities import log_activity, log_on_page
from app.services.timeline import read_timeline
from app.web import formats
from app.web.timeline import entries
from tests import make
from tests.wait import WAITING, until

if TYPE_CHECKING:
    from uuid import UUID

    import asyncpg

    from app.domain.viewer import Viewer
    from tests.cast import Cast

pytestmark = pytest.mark.usefixtures("pool")


def call(customer_id: UUID, author: Viewer, **given: Any) -> ActivityLog:
    return msgspec.convert(
        {
            "customer_id": customer_id,
            "user_id": author.id,
            "activity_type": "Call",
            "notes": "We talked",
            **given,
        },
        ActivityLog,
    )


@pytest.fixture
async def customer_id(owner: asyncpg.Connection, cast: Cast) -> UUID:
    """A customer with one open lead of rita's."""
    await make.lead(owner, cast.rita)
    return await owner.fetchval("SELECT customer_id FROM lead")


async def test_a_call_moves_what_hangs_on_it(
    owner: asyncpg.Connection, cast: Cast, customer_id: UUID
) -> None:
    tomorrow = clock.now() + timedelta(days=1)
    activity = call(
        customer_id, cast.rita, follow_up_at=tomorrow, follow_up_note="Send the offer", direction="inbound"
    )
    outcome = await log_activity(cast.rita, activity, None)
    assert outcome.value.seq == 1
    lead = await owner.fetchrow("SELECT * FROM lead")
    assert (lead["status"], lead["version"], lead["follow_up_note"]) == ("working", 2, "Send the offer")
    assert lead["follow_up_at"] == tomorrow
    assert lead["score_due_at"] is not None
    entry = await owner.fetchrow("SELECT * FROM activity")
    assert (entry["kind"], entry["actor_id"], entry["lead_id"]) == ("call_logged", cast.rita.id, lead["id"])
    assert entry["hash"].hex() == outcome.value.hash
    assert await owner.fetchval("SELECT last_contact_at FROM customer") == entry["occurred_at"]


@pytest.mark.parametrize("named", [True, False])
async def test_a_lost_lead_gets_the_day_to_try_again(
    owner: asyncpg.Connection, cast: Cast, *, named: bool
) -> None:
    customer = await make.customer(owner)
    await make.lead(
        owner, cast.rita, "closed_lost", customer_id=customer, closed_at=clock.now() - timedelta(days=9)
    )
    lost = await make.lead(owner, cast.rita, "closed_lost", customer_id=customer)
    await make.lead(owner, cast.rita, "closed_won", customer_id=customer)
    soon = clock.now() + timedelta(days=90)
    about = {"lead_id": str(lost)} if named else {}
    _, logged = await log_on_page(cast.rita, call(customer, cast.rita, follow_up_at=soon, **about), None)
    rows = await owner.fetch(
        "SELECT id, status, version, score_due_at FROM lead WHERE follow_up_at = $1", soon
    )
    assert [tuple(row) for row in rows] == [(lost, "disqualified", 2, None)]
    assert logged is not None
    assert logged.lead is not None
    assert (logged.lead.id, logged.lead.follow_up_at, logged.lead.version) == (lost, soon, 2)
    assert await owner.fetchval("SELECT lead_id FROM activity") == lost


@pytest.mark.parametrize("stage", ["closed_won", None])
async def test_a_follow_up_that_reminds_nobody_is_refused_on_pages_and_a_fact_from_outside(
    owner: asyncpg.Connection, cast: Cast, stage: str | None
) -> None:
    customer = await make.customer(owner)
    about = {"lead_id": str(await make.lead(owner, cast.rita, stage, customer_id=customer))} if stage else {}
    activity = call(customer, cast.ada, follow_up_at=clock.now() + timedelta(days=1), **about)
    with pytest.raises(Invalid) as caught:
        await log_on_page(cast.ada, activity, None)
    assert [problem.pointer for problem in caught.value.problems] == ["#/next"]
    assert await owner.fetchval("SELECT count(*) FROM activity") == 0
    await log_activity(cast.ada, activity, None)
    assert await owner.fetchval("SELECT count(*) FROM activity") == 1


async def test_the_words_are_committed_to_but_not_in_the_chain(
    owner: asyncpg.Connection, cast: Cast, customer_id: UUID
) -> None:
    await log_activity(cast.rita, call(customer_id, cast.rita), None)
    row = await owner.fetchrow(
        "SELECT commitment, data, salt, body FROM activity JOIN activity_text ON activity_id = activity.id"
    )
    assert row["commitment"] == hashlib.sha256(row["salt"] + row["body"].encode()).digest()
    assert "talked" not in row["data"]
    assert json.loads(row["body"]) == {"notes": "We talked"}


async def test_an_older_contact_does_not_move_the_last_one_back(
    owner: asyncpg.Connection, cast: Cast, customer_id: UUID
) -> None:
    await log_activity(cast.rita, call(customer_id, cast.rita), None)
    newest = await owner.fetchval("SELECT last_contact_at FROM customer")
    earlier = clock.now() - timedelta(days=3)
    await log_activity(cast.rita, call(customer_id, cast.rita, occurred_at=earlier), None)
    assert await owner.fetchval("SELECT last_contact_at FROM customer") == newest


async def test_one_key_twenty_times_is_one_entry(
    owner: asyncpg.Connection, cast: Cast, customer_id: UUID
) -> None:
    key = Key.of(cast.rita.id, "k", b"body")
    outcomes = await asyncio.gather(
        *(log_activity(cast.rita, call(customer_id, cast.rita), key) for _ in range(20))
    )
    assert len({outcome.value.id for outcome in outcomes}) == 1
    assert await owner.fetchval("SELECT count(*) FROM activity") == 1


async def test_twenty_calls_at_once_all_count_and_the_last_one_says_what_is_next(
    owner: asyncpg.Connection, cast: Cast, customer_id: UUID
) -> None:
    soon = clock.now() + timedelta(days=1)
    plans = [call(customer_id, cast.rita, follow_up_at=soon, follow_up_note=f"{n}") for n in range(20)]
    await asyncio.gather(*(log_activity(cast.rita, plan, None) for plan in plans))
    assert await owner.fetchval("SELECT count(*) FROM activity") == 20
    lead = await owner.fetchrow("SELECT version, follow_up_note FROM lead")
    last = "SELECT body FROM activity JOIN activity_text ON activity_id = id ORDER BY seq DESC LIMIT 1"
    said = json.loads(await owner.fetchval(last))
    assert (lead["version"], lead["follow_up_note"]) == (21, said["follow_up_note"])


@pytest.mark.parametrize("stage", ["lead", "closed_lost"])
async def test_an_entry_says_which_planned_step_it_replaced(
    owner: asyncpg.Connection, cast: Cast, stage: str
) -> None:
    due, soon = clock.now() + timedelta(hours=2), clock.now() + timedelta(days=7)
    planned = {"follow_up_at": due, "follow_up_note": "Call about the proposal"}
    customer = await make.customer(owner)
    await make.lead(owner, cast.rita, stage, customer_id=customer, **planned)
    await log_activity(cast.rita, call(customer, cast.rita, **planned), None)
    await log_activity(cast.sam, call(customer, cast.sam), None)
    for note in ("Check the ticket", ""):
        await log_activity(cast.sam, call(customer, cast.sam, follow_up_at=soon, follow_up_note=note), None)
    page = await read_timeline(cast.rita, customer, TimelineFilter(), limit=9, cursor=None)
    told = [entries.describe(entry, ZoneInfo("UTC")).facts[1:] for entry in page.items]
    days = [formats.day(moment, ZoneInfo("UTC")) for moment in (due, soon)]
    assert told == [
        (f"Instead of: Check the ticket, {days[1]}",),
        (f"Instead of: Call about the proposal, {days[0]}",),
        (),
        (),
    ]
    data = [json.loads(row["data"]) for row in await owner.fetch("SELECT data FROM activity ORDER BY seq")]
    assert not any("proposal" in str(each) for each in data)


async def test_a_call_that_waited_for_a_lead_which_went_to_somebody_else_leaves_no_trace(
    owner: asyncpg.Connection, cast: Cast, customer_id: UUID
) -> None:
    transaction = owner.transaction()
    await transaction.start()
    await owner.execute("UPDATE lead SET assigned_to_id = $1", cast.omar.id)
    logging = asyncio.create_task(log_activity(cast.rita, call(customer_id, cast.rita), None))
    await until(lambda: owner.fetchval(WAITING), "it waits")
    await transaction.commit()
    with pytest.raises(NotFound):
        await logging
    assert await owner.fetchval("SELECT count(*) FROM activity") == 0
    assert await owner.fetchval("SELECT version FROM lead") == 1


async def test_support_logs_for_every_customer(
    owner: asyncpg.Connection, cast: Cast, customer_id: UUID
) -> None:
    await log_activity(cast.sam, call(customer_id, cast.sam), None)
    assert await owner.fetchval("SELECT actor_id FROM activity") == cast.sam.id
    assert await owner.fetchval("SELECT status FROM lead") == "working"


async def test_an_admin_may_log_for_another_and_both_are_recorded(
    owner: asyncpg.Connection, cast: Cast, customer_id: UUID
) -> None:
    await log_activity(cast.ada, call(customer_id, cast.rita), None)
    row = await owner.fetchrow("SELECT actor_id, on_behalf_of FROM activity")
    assert tuple(row) == (cast.ada.id, cast.rita.id)


@pytest.mark.parametrize("other", ["", "a\tb", "x" * 256, "nobody-such"])
async def test_an_admin_logs_only_for_somebody_of_the_staff(
    owner: asyncpg.Connection, cast: Cast, customer_id: UUID, other: str
) -> None:
    activity = msgspec.structs.replace(call(customer_id, cast.ada), user_id=other)
    with pytest.raises(Invalid) as refused:
        await log_activity(cast.ada, activity, None)
    assert [problem.pointer for problem in refused.value.problems] == ["#/user_id"]
    assert await owner.fetchval("SELECT count(*) FROM activity") == 0


async def test_nobody_else_may(owner: asyncpg.Connection, cast: Cast, customer_id: UUID) -> None:
    for person in (cast.rita, cast.sam):
        with pytest.raises(Forbidden):
            await log_activity(person, call(customer_id, cast.omar), None)
    assert await owner.fetchval("SELECT count(*) FROM activity") == 0


async def test_another_reps_customer_does_not_exist(
    owner: asyncpg.Connection, cast: Cast, customer_id: UUID
) -> None:
    with pytest.raises(NotFound):
        await log_activity(cast.omar, call(customer_id, cast.omar), None)
    lead_id = await owner.fetchval("SELECT id FROM lead")
    theirs = await make.lead(owner, cast.omar)
    with pytest.raises(NotFound):
        await log_activity(cast.omar, call(customer_id, cast.omar, lead_id=theirs), None)
    with pytest.raises(NotFound):
        await log_activity(cast.omar, call(customer_id, cast.omar, lead_id=lead_id), None)
    assert await owner.fetchval("SELECT count(*) FROM activity") == 0


async def test_a_customer_without_an_open_lead_can_be_called_too(
    owner: asyncpg.Connection, cast: Cast
) -> None:
    await make.lead(owner, cast.rita, "closed_lost")
    customer_id = await owner.fetchval("SELECT customer_id FROM lead")
    await log_activity(cast.rita, call(customer_id, cast.rita), None)
    assert await owner.fetchval("SELECT last_contact_at FROM customer") is not None
    assert await owner.fetchval("SELECT status FROM lead") == "disqualified"


@pytest.mark.parametrize(
    ("given", "pointers"),
    [
        ({"notes": "x" * 10_001}, {"#/notes"}),
        ({"notes": "a\x00b"}, {"#/notes"}),
        ({"occurred_at": "2999-01-01T00:00:00Z"}, {"#/occurred_at"}),
        ({"occurred_at": "2026-01-01T00:00:00"}, {"#/occurred_at"}),
        ({"duration_minutes": -1, "outcome": "magic"}, {"#/duration_minutes", "#/outcome"}),
        ({"follow_up_at": "2020-01-01T00:00:00Z"}, {"#/follow_up_at"}),
        ({"follow_up_note": "Call"}, {"#/follow_up_at"}),
    ],
)
async def test_a_wrong_entry_is_told_everything_and_leaves_no_row(
    owner: asyncpg.Connection, cast: Cast, customer_id: UUID, given: dict[str, Any], pointers: set[str]
) -> None:
    with pytest.raises(Invalid) as refused:
        await log_activity(cast.rita, call(customer_id, cast.rita, **given), None)
    assert {problem.pointer for problem in refused.value.problems} == pointers
    assert await owner.fetchval("SELECT count(*) FROM activity") == 0


@pytest.mark.parametrize("named", ["named", ""])
async def test_nothing_is_written_about_an_erased_customer(
    owner: asyncpg.Connection, cast: Cast, named: str
) -> None:
    lead = await make.lead(owner, cast.rita, "closed_lost")
    customer_id: Any = await owner.fetchval("SELECT customer_id FROM lead")
    await owner.execute("UPDATE customer SET erased_at = now(), email = NULL, email_norm = NULL")
    about = {"lead_id": lead} if named else {}
    with pytest.raises(Conflict, match="erased"):
        await log_activity(cast.rita, call(customer_id, cast.rita, **about), Key.of("rita", "k", b""))
    rows = "(SELECT count(*) FROM activity) + (SELECT count(*) FROM idempotency)"
    traces = f"SELECT {rows}, last_contact_at FROM customer"
    assert tuple(await owner.fetchrow(traces)) == (0, None)
    with pytest.raises(NotFound):
        await log_activity(cast.omar, call(customer_id, cast.omar), None)
