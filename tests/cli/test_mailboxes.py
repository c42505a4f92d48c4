"""`crm outbox` and `crm inbox`: an operator sees where events are, and sends or applies them again."""

from __future__ import annotations

import asyncio
import os
import sys
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from app.core.clock import now
from app.gateways.event_bus import RedisStream
from app.services import handoff, identity_events
from tests import make
from tests.services.test_handoff import win
from tests.services.test_identity_events import event, raw

if TYPE_CHECKING:
    import asyncpg
    from redis.asyncio import Redis

    from tests.cast import Cast
    from tests.database import Place

pytestmark = pytest.mark.usefixtures("pool")
ROOT = Path(__file__).parents[2]


async def crm(*words: str) -> tuple[int, str, str]:
    command = [sys.executable, "-P", "-m", "app.cli", *words]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    process = await asyncio.create_subprocess_exec(*command, env=environment, stdout=-1, stderr=-1)
    out, err = await process.communicate()
    return process.returncode or 0, out.decode(), err.decode()


async def test_a_sent_event_is_listed_and_published_again(
    owner: asyncpg.Connection, cast: Cast, place: Place, redis: Redis
) -> None:
    await win(owner, cast)
    bus = RedisStream(place.redis_url)
    await handoff.publish_due({"stream": bus}, "stream")
    event_id = await owner.fetchval("SELECT id FROM outbox")
    status, out, _ = await crm("outbox", "list")
    assert status == 0
    assert out.startswith(str(event_id))
    assert "SaleClosedWonV1  sent" in out
    assert (await crm("outbox", "list", "--unsent"))[1] == ""
    status, out, err = await crm("outbox", "replay", "--since", f"{now() - timedelta(days=1):%Y-%m-%d}")
    assert (status, out, err) == (0, "Events to be published again: 1\n", "")
    await handoff.publish_due({"stream": bus}, "stream")
    assert [fields["id"] for _, fields in await redis.xrange("crm.events")] == [str(event_id)] * 2
    await bus.close()


async def test_a_dead_event_is_listed_and_applied_again(owner: asyncpg.Connection, redis: Redis) -> None:
    said = event(version=2 * 10**9)
    await identity_events.receive_event(raw(said))
    await identity_events.apply_due()
    status, out, _ = await crm("inbox", "list", "--status", "dead")
    assert status == 0
    assert out.startswith(said["id"])
    assert "grace" not in out
    await make.customer(owner, sso_user_id="sso-grace")
    assert (await crm("inbox", "replay", said["id"]))[:2] == (0, "Events to be applied again: 1\n")
    assert await owner.fetchval("SELECT status FROM inbox") == "received"
    await owner.execute("UPDATE inbox SET status = 'dead'")
    put_aside = await crm("inbox", "discard", said["id"], "--because", "A test of theirs")
    assert put_aside[:2] == (0, "Events discarded: 1\n")
    out = (await crm("inbox", "list", "--status", "discarded"))[1]
    assert out.endswith("  discarded by operator: A test of theirs\n")


@pytest.mark.parametrize(
    "words",
    [
        ("inbox", "discard", "no-such-event", "--because", "A test"),
        ("outbox", "replay"),
        ("outbox", "replay", str(uuid4())),
        ("inbox", "replay"),
        ("inbox", "replay", "no-such-event"),
    ],
)
async def test_what_cannot_be_replayed_is_one_clear_line(
    owner: asyncpg.Connection, redis: Redis, words: tuple[str, ...]
) -> None:
    status, out, err = await crm(*words)
    assert (status, out) == (1, "")
    assert err.startswith("crm: ")
    assert err.count("\n") == 1
