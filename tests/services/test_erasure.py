"""The right to be forgotten: gone from every table and stream, and the chain still whole."""

from __future__ import annotations

import asyncio
import json
import secrets
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import asyncpg
import pytest

from app.contracts.activity_log import ActivityLog
from app.contracts.pipeline import SaleDetails
from app.contracts.tickets import ChangeTicket, OpenTicket
from app.core import clock
from app.core.errors import Conflict, Forbidden, NotFound
from app.core.ids import uuid7
from app.domain.deal import Plan
from app.domain.idempotency import Key
from app.domain.lead import FollowUp
from app.services import erasure
from app.services.activities import log_activity
from app.services.closing import close_won
from app.services.corrections import correct_entry
from app.services.deals import plan_follow_up
from app.services.lead_capture import capture_lead
from app.services.new_leads import reopen_lead
from app.services.pipeline import move_lead
from app.services.tickets import change_ticket, open_ticket
from app.services.verify import verify_customer
from app.store.transaction import close_pool, connection, open_pool, transaction
from tests import make
from tests.hearing import boards_hear_of
from tests.wait import WAITING, until

if TYPE_CHECKING:
    from uuid import UUID

    from redis.asyncio import Redis

    from tests.cast import Cast
    from tests.database import Place

pytestmark = pytest.mark.usefixtures("pool")
ACCOUNT = "sso-account-77"


@pytest.fixture
def mark() -> str:
    """A word that stands in everything about the person, and nowhere else."""
    return f"zq{secrets.token_hex(6)}"


@pytest.fixture
async def customer_id(owner: asyncpg.Connection, redis: Redis, cast: Cast, mark: str) -> UUID:
    """A person with two leads, one won and one open, a ticket, calls, submissions, events; texts everywhere."""
    await make.lead(owner, cast.rita, "closed_lost")
    first = await _captured(owner, mark, "1")
    customer_id: Any = await owner.fetchval("SELECT customer_id FROM lead WHERE id = $1", first)
    await owner.execute("UPDATE lead SET assigned_to_id = $1", cast.rita.id)
    await _talk(cast, customer_id, mark)
    version = await owner.fetchval("SELECT version FROM lead WHERE id = $1", first)
    sale = SaleDetails(Decimal(1200), "Plan", handoff_note=f"Ask {mark}")
    await close_won(cast.rita, first, version, sale, Key.of(cast.rita.id, "w", b""))
    second = await _captured(owner, mark, "2")
    await owner.execute("UPDATE lead SET assigned_to_id = $1 WHERE id = $2", cast.rita.id, second)
    await move_lead(cast.rita, second, "qualified", 1, Key.of(cast.rita.id, "m", b""))
    await owner.execute("UPDATE customer SET sso_user_id = $1 WHERE id = $2", ACCOUNT, customer_id)
    await _strangers(owner, redis, customer_id, mark)
    return customer_id


async def _captured(owner: asyncpg.Connection, mark: str, key: str) -> UUID:
    body = {
        "name": f"Grace {mark}", "email": f"{mark}@navy.example", "phone": "+1 202", "company": f"Navy {mark}",
        "message": f"I am {mark}", "answers": {"who": mark}, "campaign": {"source": mark}, "job_title": mark,
    }  # fmt: skip
    encoded = json.dumps(body).encode()
    await capture_lead("cms", encoded, Key.of("cms", key, encoded))
    found: Any = await owner.fetchval("SELECT id FROM lead ORDER BY created_at DESC LIMIT 1")
    return found


async def _talk(cast: Cast, customer_id: UUID, mark: str) -> None:
    call = ActivityLog(customer_id, cast.rita.id, "Call", f"Spoke with {mark}")
    await log_activity(cast.rita, call, None)
    ticket = OpenTicket(subject=f"{mark} cannot sign in", description=mark)
    await open_ticket(cast.sam, customer_id, ticket, Key.of(cast.sam.id, "t", b""))


async def _strangers(owner: asyncpg.Connection, redis: Redis, customer_id: UUID, mark: str) -> None:
    """Put the person into what other systems sent, and into what we published."""
    news = {"type": "UserEmailUpdated", "data": {"user_id": ACCOUNT, "email": f"{mark}@navy.example"}}
    await make.event(owner, "e1", "dead")
    await owner.execute("UPDATE inbox SET raw = $1", json.dumps(news))
    await owner.execute(
        "INSERT INTO capture_submission (id, client, body_hash, raw, outcome, received_at)"
        " VALUES ($1, 'cms', 'x', $2, 'refused', now())",
        uuid7(),
        json.dumps({"email": f"{mark}@NAVY.example", "name": ""}),
    )
    sale = json.dumps({"id": "1", "data": {"sale_details": {"handoff_note": mark, "product": "Plan"}}})
    await redis.xadd(
        "crm.events", {"data": sale, "id": "1", "type": "SaleClosedWonV1", "subject": str(customer_id)}
    )
    await redis.xadd("sso.events", {"data": json.dumps(news)})
    hint = {"realmId": "r", "id": "1", "type": "UPDATE_EMAIL", "userId": ACCOUNT, "details": {"new": mark}}
    await redis.xadd("sso.events", {"data": json.dumps(hint)})
    await redis.xadd("sso.events", {"data": '{"type": []}'})
    await redis.xadd("sso.events", {"data": "not json"})


async def everything(owner: asyncpg.Connection, redis: Redis) -> str:
    """Return all rows of all tables and all stream entries as one text."""
    tables = await owner.fetch(
        "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
    )
    rows = [
        str(row[0])
        for table in tables
        for row in await owner.fetch(f"SELECT t::text FROM {table['relname']} t")
    ]
    streams = [str(await redis.xrange(name)) for name in ("crm.events", "sso.events")]
    return "\n".join(rows + streams)


async def test_two_people_erase_everything_and_the_chain_is_whole(
    owner: asyncpg.Connection, redis: Redis, cast: Cast, customer_id: UUID, mark: str
) -> None:
    before = await owner.fetch("SELECT * FROM activity ORDER BY seq")
    assert (await everything(owner, redis)).lower().count(mark) > 20
    await erasure.request_erasure(cast.ada, customer_id)
    waiting = (await erasure.list_erasures(cast.ada))[0]
    with pytest.raises(Forbidden):
        await erasure.confirm_erasure(cast.ada, waiting.id)
    second = await _another_admin(owner, cast)
    await erasure.confirm_erasure(second, waiting.id)
    assert await erasure.clear_erased() == 3
    assert mark not in (await everything(owner, redis)).lower()
    report = await verify_customer(cast.ada, customer_id)
    assert report.ok
    assert report.erased_at
    after = await owner.fetch(
        "SELECT * FROM activity WHERE seq <= $1 AND customer_id = $2 ORDER BY seq", len(before), customer_id
    )
    assert after == [row for row in before if row["customer_id"] == customer_id]
    assert (
        await owner.fetchval(
            "SELECT count(*) FROM lead WHERE customer_id = $1 AND closed_at IS NULL", customer_id
        )
        == 0
    )
    assert await redis.xlen("crm.events") == 1
    assert await redis.xlen("sso.events") == 2


async def test_a_sale_won_while_somebody_confirms_stays_won(
    owner: asyncpg.Connection, cast: Cast, customer_id: UUID
) -> None:
    await erasure.request_erasure(cast.ada, customer_id)
    waiting = (await erasure.list_erasures(cast.ada))[0]
    second = await _another_admin(owner, cast)
    async with owner.transaction():
        await owner.execute(
            "SELECT FROM lead JOIN customer ON customer.id = customer_id WHERE customer_id = $1 FOR NO KEY UPDATE",
            customer_id,
        )
        confirming = asyncio.create_task(erasure.confirm_erasure(second, waiting.id))
        await until(lambda: owner.fetchval(WAITING), "it waits")
        await owner.execute(
            "UPDATE lead SET stage = 'closed_won', status = 'converted', closed_at = now()"
            " WHERE customer_id = $1 AND closed_at IS NULL",
            customer_id,
        )
    await confirming
    stages = await owner.fetch("SELECT stage FROM lead WHERE customer_id = $1", customer_id)
    assert [row["stage"] for row in stages] == ["closed_won", "closed_won"]


@pytest.mark.parametrize("by_operator", [True, False])
async def test_boards_hear_that_the_card_is_another(
    owner: asyncpg.Connection, redis: Redis, cast: Cast, customer_id: UUID, *, by_operator: bool
) -> None:
    leads = {
        row["id"] for row in await owner.fetch("SELECT id FROM lead WHERE customer_id = $1", customer_id)
    }
    if by_operator:
        await boards_hear_of(redis, leads, erasure.erase_by_operator(customer_id))
    else:
        wanted = await make.erasure(owner, customer_id, cast.sam)
        await boards_hear_of(redis, leads, erasure.confirm_erasure(cast.ada, wanted))


async def test_an_erasure_may_take_longer_than_other_statements(
    owner: asyncpg.Connection, cast: Cast, customer_id: UUID, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    await close_pool()
    monkeypatch.setattr("app.store.transaction.COMMAND_TIMEOUT", 3.0)
    await open_pool(place.app_url, 2)
    wanted = await make.erasure(owner, customer_id, cast.sam)
    async with owner.transaction():
        await owner.execute("SELECT FROM inbox FOR UPDATE")
        erasing = asyncio.create_task(erasure.confirm_erasure(cast.ada, wanted))
        await until(lambda: owner.fetchval(WAITING), "it waits")
        with pytest.raises(TimeoutError):  # who came later waits for the same rows, and gives up before it
            async with transaction(erasure.VIEWER):
                await connection().execute("SELECT FROM inbox FOR UPDATE")
        assert not erasing.done()
    await erasing
    assert await owner.fetchval("SELECT raw FROM inbox") == "{}"


async def test_what_came_before_still_answers_the_same_key(
    owner: asyncpg.Connection, cast: Cast, customer_id: UUID, mark: str
) -> None:
    assert await erasure.erase_by_operator(customer_id)
    assert not await erasure.erase_by_operator(customer_id)
    again = await open_ticket(
        cast.sam, customer_id, OpenTicket(subject="Again"), Key.of(cast.sam.id, "t", b"")
    )
    assert (again.replayed, again.value.subject, again.value.customer.name) == (True, "Erased", "Erased")


async def test_nothing_is_written_about_an_erased_person(cast: Cast, customer_id: UUID) -> None:
    await erasure.erase_by_operator(customer_id)
    with pytest.raises(Conflict):
        await open_ticket(cast.sam, customer_id, OpenTicket(subject="More"), None)
    with pytest.raises(Conflict):
        await erasure.request_erasure(cast.ada, customer_id)


async def test_what_is_left_of_an_erased_person_takes_no_new_words(
    owner: asyncpg.Connection, cast: Cast, customer_id: UUID
) -> None:
    await erasure.erase_by_operator(customer_id)
    lost = await owner.fetchrow(
        "SELECT * FROM lead WHERE customer_id = $1 AND stage = 'closed_lost'", customer_id
    )
    ticket = await owner.fetchval("SELECT id FROM ticket WHERE customer_id = $1", customer_id)
    assert lost is not None
    again = Plan(FollowUp(clock.now() + timedelta(days=9), "Ask Grace again"))
    for act in (
        reopen_lead(cast.rita, lost["id"], None),
        plan_follow_up(cast.rita, lost["id"], lost["version"], again, None),
        change_ticket(cast.sam, ticket, ChangeTicket(note="Grace called"), None),
        change_ticket(cast.sam, ticket, ChangeTicket(subject="Grace"), None),
    ):
        with pytest.raises(Conflict, match="erased"):
            await act
    await change_ticket(cast.sam, ticket, ChangeTicket(subject="Erased", status="closed"), None)
    assert await owner.fetchval("SELECT count(*) FROM activity_text WHERE customer_id = $1", customer_id) == 0


async def test_not_even_a_call_without_words_is_corrected_with_some(cast: Cast, customer_id: UUID) -> None:
    call = (await log_activity(cast.rita, ActivityLog(customer_id, cast.rita.id, "Call", ""), None)).value
    await erasure.erase_by_operator(customer_id)
    with pytest.raises(Conflict):
        await correct_entry(cast.rita, customer_id, call.id, "I meant Grace", None)


async def test_a_request_can_be_withdrawn_and_is_an_admins(cast: Cast, customer_id: UUID, mark: str) -> None:
    for other in (cast.rita, cast.sam):
        with pytest.raises(Forbidden):
            await erasure.request_erasure(other, customer_id)
    await erasure.request_erasure(cast.ada, customer_id)
    await erasure.request_erasure(cast.ada, customer_id)
    (waiting,) = await erasure.list_erasures(cast.ada)
    await erasure.withdraw_erasure(cast.ada, waiting.id)
    with pytest.raises(Conflict):
        await erasure.confirm_erasure(cast.ada, waiting.id)
    with pytest.raises(NotFound):
        await erasure.confirm_erasure(cast.ada, uuid7())


async def test_the_database_itself_wants_a_second_person(
    owner: asyncpg.Connection, cast: Cast, customer_id: UUID
) -> None:
    await erasure.request_erasure(cast.ada, customer_id)
    tricks = (
        "UPDATE erasure SET confirmed_by_id = requested_by_id, done_at = now()",
        "UPDATE erasure SET confirmed_by_id = 'somebody', done_at = now()",
        "SELECT erase_person(id) FROM erasure",
        "DELETE FROM activity_text",
        "SELECT erase_received(gen_random_uuid(), '{a}')",
    )
    for trick in tricks:
        with pytest.raises(asyncpg.PostgresError):
            async with transaction(cast.ada):
                await connection().execute(trick)
    for person in (cast.rita, cast.sam):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with transaction(person):
                await connection().execute("SELECT erase_person(gen_random_uuid())")
    assert await owner.fetchval("SELECT true FROM activity_text WHERE customer_id = $1 LIMIT 1", customer_id)


async def _another_admin(owner: asyncpg.Connection, cast: Cast) -> Any:
    """Sam is made an admin: the second pair of eyes."""
    await owner.execute("UPDATE staff SET roles = '{SLYYFOXX_ADMIN}' WHERE id = $1", cast.sam.id)
    return replace(cast.sam, role=cast.ada.role)
