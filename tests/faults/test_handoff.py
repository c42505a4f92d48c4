"""Won sales, while workers are killed and Redis is stopped or wiped: none is lost and none is doubled."""

from __future__ import annotations

from typing import TYPE_CHECKING

import asyncpg
import pytest

from tests import make
from tests.services.test_handoff import win
from tests.services.test_identity_events import event, raw
from tests.wait import BOOT, until

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable
    from uuid import UUID

    from tests.cast import Cast
    from tests.database import Place
    from tests.faults.conftest import OwnRedis

    Start = Callable[[], subprocess.Popen[bytes]]

pytestmark = pytest.mark.usefixtures("pool")
ROUNDS = 10


async def all_sent(owner: asyncpg.Connection) -> bool:
    return await owner.fetchval("SELECT count(*) = 0 FROM outbox WHERE published_at IS NULL")


async def event_ids(owner: asyncpg.Connection) -> list[str]:
    return [str(row["id"]) for row in await owner.fetch("SELECT id FROM outbox ORDER BY created_at")]


async def test_a_worker_killed_between_publishing_and_noting_it(
    owner: asyncpg.Connection, cast: Cast, database: Place, own_redis: OwnRedis, worker: Start
) -> None:
    # Each victim first notes what the one before it published and could not note.
    for number in range(1, ROUNDS + 1):
        holder = await _win_and_hold(owner, cast, database)
        victim = worker()
        await until(lambda number=number: _has(own_redis, number), "the event on the stream", BOOT)
        victim.kill()
        victim.wait()
        assert not await all_sent(owner)
        await holder.close()
    worker()
    await until(lambda: all_sent(owner), "the last event noted as sent", BOOT)
    assert await own_redis.published() == await event_ids(owner)
    assert await owner.fetchval("SELECT count(*) FROM activity WHERE kind = 'sale_handed_over'") == ROUNDS


async def _win_and_hold(owner: asyncpg.Connection, cast: Cast, database: Place) -> asyncpg.Connection:
    """Win a sale and keep its customer locked: a worker publishes it, then waits to write the timeline."""
    lead_id = await win(owner, cast)
    holder = await asyncpg.connect(database.owner_url)
    await holder.execute("BEGIN")
    await holder.execute(
        "SELECT 1 FROM customer WHERE id = (SELECT customer_id FROM lead WHERE id = $1) FOR UPDATE",
        lead_id,
    )
    return holder


async def test_a_sale_won_while_redis_is_down(
    owner: asyncpg.Connection, cast: Cast, own_redis: OwnRedis, worker: Start
) -> None:
    own_redis.stop()
    await win(owner, cast)
    worker()
    own_redis.start()
    await until(lambda: all_sent(owner), "the event sent", BOOT)
    assert await own_redis.published() == await event_ids(owner)


async def test_everything_in_redis_wiped_under_a_running_worker(
    owner: asyncpg.Connection, cast: Cast, own_redis: OwnRedis, worker: Start
) -> None:
    customer_id = await make.customer(owner, sso_user_id="sso-grace")
    worker()
    await win(owner, cast)
    await until(lambda: all_sent(owner), "the first event sent", BOOT)
    await own_redis.client.flushall()
    await make.lead(owner, cast.rita, score_due_at=(await owner.fetchval("SELECT now()")))
    await win(owner, cast)
    await own_redis.client.xadd("sso.events", {"data": raw(event(version=1))})
    await until(lambda: all_sent(owner), "the second event sent", BOOT)
    await until(lambda: _scored(owner), "the lead scored by the sweep", BOOT)
    await until(lambda: _email(owner, customer_id), "the SSO's event applied", BOOT)
    assert await own_redis.published() == (await event_ids(owner))[1:]


async def _has(own_redis: OwnRedis, entries: int) -> bool:
    return await own_redis.client.xlen("crm.events") == entries


async def _scored(owner: asyncpg.Connection) -> bool:
    return await owner.fetchval("SELECT bool_or(score IS NOT NULL) FROM lead")


async def _email(owner: asyncpg.Connection, customer_id: UUID) -> bool:
    email = await owner.fetchval("SELECT email FROM customer WHERE id = $1", customer_id)
    return email == "new@grace.example"
