"""Who meets a deadlock does not notice: what PostgreSQL ended is run again."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

import asyncpg
import pytest

from app.contracts.activity_log import ActivityLog
from app.core.errors import InFlight
from app.domain.board import BoardFilter
from app.domain.idempotency import Key
from app.domain.merge import Wish
from app.gateways import live, queue
from app.services import erasure
from app.services.activities import log_activity
from app.services.merge import merge_customers
from app.services.once import PAUSES, once
from app.services.pipeline import Move, move_card
from app.store.failures import Deadlock, known_failure
from tests import make
from tests.database import within
from tests.hearing import changes
from tests.wait import until

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Coroutine
    from uuid import UUID

    from redis.asyncio import Redis

    from tests.cast import Cast
    from tests.database import Place

pytestmark = pytest.mark.usefixtures("pool")
SECONDS: Final = 10
WAITING: Final = """
    SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"""
BEGIN: Final = "BEGIN; SET LOCAL deadlock_timeout = '1h'"
TAKE: Final = """
    INSERT INTO idempotency (client, key, body_hash, status, answer, created_at)
    VALUES ($1, $2, '', 200, '{}', now())"""


def take(key: Key) -> tuple[str, str, str]:
    """Return what takes the key."""
    return TAKE, key.client, key.value


@dataclass(frozen=True, slots=True)
class Way:
    """Three connections of a superuser: two whose transactions stand in the way, and one that looks."""

    gate: asyncpg.Connection
    other: asyncpg.Connection
    eye: asyncpg.Connection

    async def cross(
        self, customer_id: UUID, gate: UUID, taken: tuple[Any, ...], act: Coroutine[Any, Any, Any]
    ) -> Any:
        """Let the act meet a deadlock in which it is the one to be ended; return what it returns.

        It has its customer and waits at the gate, a row of a lead or ticket. The other waits for the customer, and has
        taken what the act needs later: so the act closes the circle, and nobody else looks for circles.
        """
        for each in (self.gate, self.other):
            await each.execute(BEGIN)
        for table in ("lead", "ticket"):
            await self.gate.execute(f"SELECT FROM {table} WHERE id = $1 FOR UPDATE", gate)
        await self.other.execute(*taken)
        acting = asyncio.create_task(act)
        await self._waiting(1)
        wanted = "SELECT FROM customer WHERE id = $1 FOR UPDATE"
        crossing = asyncio.create_task(self.other.execute(wanted, customer_id))
        await self._waiting(2)
        await self.gate.execute("ROLLBACK")
        await asyncio.wait_for(crossing, SECONDS)  # only the end of the act's transaction can let it through
        await self.other.execute("ROLLBACK")
        return await acting

    async def _waiting(self, number: int) -> None:
        async def look() -> bool:
            return int(await self.eye.fetchval(WAITING) or 0) >= number

        await until(look, f"{number} wait for a lock")


@pytest.fixture
async def way(database: Place) -> AsyncGenerator[Way]:
    """Whoever stands in the way of this test's database."""
    url = within(database.run.superuser_url, database.name)
    async with _connection(url) as gate, _connection(url) as other, _connection(url) as eye:
        yield Way(gate, other, eye)


@asynccontextmanager
async def _connection(url: str) -> AsyncGenerator[asyncpg.Connection]:
    connection = await asyncpg.connect(url)
    yield connection
    await connection.close()


async def test_a_move_and_a_call_are_run_again(way: Way, owner: asyncpg.Connection, cast: Cast) -> None:
    lead_id = await make.lead(owner, cast.rita)
    customer: Any = await owner.fetchval("SELECT customer_id FROM lead")
    first, second = Key(cast.rita.id, "first", b""), Key(cast.rita.id, "second", b"")
    moving = move_card(cast.rita, Move(lead_id, "qualified", 1, first), BoardFilter())
    lead, heads = await way.cross(customer, lead_id, take(first), moving)
    assert (lead.stage, lead.version, len(heads)) == ("qualified", 2, 2)
    call = ActivityLog(customer_id=customer, user_id=cast.rita.id, activity_type="Call", notes="Hello")
    calling = log_activity(cast.rita, call, second)
    logged = await way.cross(customer, lead_id, take(second), calling)
    assert (logged.replayed, logged.value.lead_id) == (False, lead_id)
    kinds = await owner.fetch("SELECT kind FROM activity ORDER BY seq")
    assert [row["kind"] for row in kinds] == ["stage_changed", "call_logged"]
    assert (await log_activity(cast.rita, call, second)).replayed


async def test_a_merge_is_run_again_and_told_once(
    way: Way, owner: asyncpg.Connection, cast: Cast, redis: Redis
) -> None:
    leads = [await make.lead(owner, cast.rita), await make.lead(owner, cast.omar, "closed_lost")]
    kept, gone = [await owner.fetchval("SELECT customer_id FROM lead WHERE id = $1", lead) for lead in leads]
    ticket, key = await make.ticket(owner, gone), Key(cast.ada.id, "merge", b"")
    heard = redis.pubsub()
    await heard.subscribe(live.CHANNEL)
    merged = await way.cross(kept, ticket, take(key), merge_customers(cast.ada, Wish(kept, gone), key))
    assert (merged.value.kept_id, merged.value.leads, merged.replayed) == (kept, 1, False)
    assert await owner.fetchval("SELECT count(*) FROM lead WHERE customer_id = $1", kept) == 2
    assert await owner.fetchval("SELECT count(*) FROM activity WHERE kind = 'customer_merged'") == 2
    await queue.settle()
    ours, told = {str(lead) for lead in leads}, Counter[str]()
    while message := await heard.get_message(timeout=0 if ours <= told.keys() else SECONDS):
        told.update(change["lead_id"] for change in changes(message))
    assert {lead: told[lead] for lead in ours} == dict.fromkeys(ours, 1)


@pytest.mark.parametrize("by_operator", [True, False])
async def test_an_erasure_is_run_again(
    way: Way, owner: asyncpg.Connection, cast: Cast, *, by_operator: bool
) -> None:
    lead_id = await make.lead(owner, cast.rita)
    customer: Any = await owner.fetchval("SELECT customer_id FROM lead")
    ticket = await make.ticket(owner, customer)
    if by_operator:
        erasing: Any = erasure.erase_by_operator(customer)
    else:
        erasing = erasure.confirm_erasure(cast.ada, await make.erasure(owner, customer, cast.sam))
    held = "SELECT FROM ticket WHERE id = $1 FOR UPDATE", ticket
    assert await way.cross(customer, lead_id, held, erasing) is (True if by_operator else None)
    assert await owner.fetchval("SELECT name FROM customer") == "Erased"
    assert await owner.fetchval("SELECT count(*) FROM activity WHERE kind = 'customer_erased'") == 1


async def test_whoever_always_meets_one_makes_way_twice_and_is_told_to_come_again(cast: Cast) -> None:
    runs: list[float] = []

    async def work() -> str:
        runs.append(time.monotonic())
        raise Deadlock

    with pytest.raises(Deadlock) as met:
        await once(cast.rita, Key(cast.rita.id, "key", b""), work, str)
    apart = [later - earlier for earlier, later in pairwise(runs)]
    assert len(apart) == 2
    assert all(between >= pause for between, pause in zip(apart, PAUSES, strict=True))
    told = known_failure(met.value)
    assert isinstance(told, InFlight)
    assert (told.status, told.retry_after) == (409, 1)
