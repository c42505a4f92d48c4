"""A logged contact: one immutable entry, the last contact, the next step, a score owed."""

from __future__ import annotations

import asyncio
import hashlib
import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from app.contracts.activity_log import ActivityLog
from app.core import clock
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.domain.idempotency import Key
from app.services.activities import log_activity
from tests import make
from tests.wait import until

if TYPE_CHECKING:
    from uuid import UUID

    import asyncpg

    from app.domain.viewer import Viewer
    from tests.cast import Cast

pytestmark = pytest.mark.usefixtures("pool")
WAITING = "SELECT count(*) FROM pg_locks WHERE NOT granted"


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
        customer_id, cast.rita, follow_up_at=tomorrow, follow_up_note="Send the offer", duration_minutes=5
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
