"""A won sale reaches every sink once per id, whatever fails on the way, and everybody can see where it is."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from typing_extensions import override

from app.contracts.events import SaleClosedWonV1
from app.contracts.pipeline import SaleDetails
from app.core import clock
from app.core.errors import NotFound
from app.gateways.event_bus import MemoryStream, RedisStream
from app.services import deliveries, handoff
from app.services.closing import close_won
from tests import make
from tests.wait import until

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable
    from uuid import UUID

    import asyncpg
    from redis.asyncio import Redis

    from app.contracts.events import OutgoingEvent
    from tests.cast import Cast
    from tests.database import Place

pytestmark = pytest.mark.usefixtures("pool")
DETAILS = msgspec.convert({"amount": "12000.00", "product": "Gold plan"}, SaleDetails)


class MemoryWebhook(MemoryStream):
    name = "webhook"


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """`later(60)` moves the CRM's clock a minute on."""
    ahead = timedelta()

    def move(seconds: float) -> None:
        nonlocal ahead
        ahead += timedelta(seconds=seconds)

    monkeypatch.setattr(clock, "now", lambda: datetime.now(UTC) + ahead)
    return move


@pytest.fixture
async def bus(place: Place, redis: Redis) -> AsyncGenerator[RedisStream]:
    stream = RedisStream(place.redis_url)
    yield stream
    await stream.close()


async def win(owner: asyncpg.Connection, cast: Cast) -> UUID:
    lead_id = await make.lead(owner, cast.rita, "negotiation")
    await close_won(cast.rita, lead_id, 1, DETAILS, None)
    return lead_id


async def state(owner: asyncpg.Connection) -> Any:
    return await owner.fetchrow("SELECT attempts, published_at IS NOT NULL AS sent, last_error FROM outbox")


async def handed_over(owner: asyncpg.Connection) -> int:
    return await owner.fetchval("SELECT count(*) FROM activity WHERE kind = 'sale_handed_over'")


async def test_the_event_on_the_stream_is_what_the_contract_promises(
    owner: asyncpg.Connection, cast: Cast, bus: RedisStream, redis: Redis
) -> None:
    lead_id = await win(owner, cast)
    assert await handoff.publish_due({"stream": bus}, "stream") == 1
    ((_, fields),) = await redis.xrange("crm.events")
    event = json.loads(fields["data"])
    customer_id = await owner.fetchval("SELECT customer_id FROM lead")
    assert (fields["id"], fields["type"], fields["subject"]) == (
        event["id"],
        "SaleClosedWonV1",
        str(customer_id),
    )
    assert event["source"] == "/slyyfoxx/crm"
    assert event["subject"] == event["data"]["customer_id"] == str(customer_id)
    assert event["dataschema"] == "https://crm.example/schemas/SaleClosedWonV1.json"
    assert event["data"]["sale_details"]["lead_id"] == str(lead_id)
    assert event["data"]["sale_details"]["amount"] == "12000.00"
    assert msgspec.convert(event, SaleClosedWonV1).specversion == "1.0"


async def test_lead_ledger_and_timeline_tell_of_the_handoff(owner: asyncpg.Connection, cast: Cast) -> None:
    await win(owner, cast)
    await handoff.publish_due({"stream": MemoryStream()}, "stream")
    assert tuple(await state(owner)) == (1, True, None)
    assert tuple(await owner.fetchrow("SELECT sink, attempt, ok FROM delivery")) == ("stream", 1, True)
    entry = await owner.fetchrow("SELECT actor_id, data FROM activity WHERE kind = 'sale_handed_over'")
    assert entry["actor_id"] == "jobs"
    assert json.loads(entry["data"])["attempt"] == 1


async def test_a_failing_bus_is_tried_again_until_it_is_back(
    owner: asyncpg.Connection, cast: Cast, later: Callable[[float], None]
) -> None:
    await win(owner, cast)
    bus = MemoryStream()
    bus.trouble = "the disk is full"
    assert await handoff.publish_due({"stream": bus}, "stream") == 0
    assert tuple(await state(owner)) == (1, False, "stream: the disk is full")
    assert await handoff.publish_due({"stream": bus}, "stream") == 0
    assert (await state(owner))["attempts"] == 1, "it must wait before it tries again"
    for _ in range(20):
        later(31)
        await handoff.publish_due({"stream": bus}, "stream")
    assert (await state(owner))["attempts"] == 21, "a sale is never given up"
    bus.trouble = None
    later(31)
    assert await handoff.publish_due({"stream": bus}, "stream") == 1
    assert tuple(await state(owner)) == (22, True, None)
    assert len(bus.events) == await handed_over(owner) == 1


async def test_a_failing_webhook_holds_up_neither_the_stream_nor_other_events(
    owner: asyncpg.Connection, cast: Cast, later: Callable[[float], None]
) -> None:
    sinks = {"stream": MemoryStream(), "webhook": MemoryWebhook()}
    sinks["webhook"].trouble = "the receiver answered 500"
    await win(owner, cast)
    await win(owner, cast)
    assert await handoff.publish_due(sinks, "webhook") == 0
    assert await handoff.publish_due(sinks, "stream") == 2
    assert (await state(owner))["last_error"] == "webhook: the receiver answered 500"
    assert await handed_over(owner) == 0
    sinks["webhook"].trouble = None
    later(3600)
    assert await handoff.publish_due(sinks, "webhook") == 2
    assert [len(sink.events) for sink in sinks.values()] == [2, 2]
    assert await owner.fetchval("SELECT bool_and(published_at IS NOT NULL) FROM outbox")
    assert await handed_over(owner) == 2


class SlowWebhook(MemoryWebhook):
    """Holds each event until it is let go, and knows how many it held at once."""

    one_at_a_time = True

    def __init__(self) -> None:
        super().__init__()
        self.held = self.most = 0
        self.let_go = asyncio.Event()

    @override
    async def publish(self, event: OutgoingEvent) -> str:
        self.held += 1
        self.most = max(self.most, self.held)
        await self.let_go.wait()
        self.held -= 1
        return await super().publish(event)


async def test_a_receiver_that_hangs_takes_one_place_and_the_stream_goes_on(
    owner: asyncpg.Connection, cast: Cast
) -> None:
    for _ in range(3):
        await win(owner, cast)
    slow, bus = SlowWebhook(), MemoryStream()
    sinks: dict[str, Any] = {"stream": bus, "webhook": slow}
    first = asyncio.create_task(handoff.publish_due(sinks, "webhook"))
    await until(lambda: slow.held == 1, "the webhook holds an event")
    assert await handoff.publish_due(sinks, "webhook") == 0
    assert await handoff.publish_due(sinks, "stream") == 3
    slow.let_go.set()
    await first
    assert slow.most == 1
    assert await owner.fetchval("SELECT bool_and(published_at IS NOT NULL) FROM outbox")


class OddWebhook(MemoryWebhook):
    """Fails in a way nobody thought of."""

    @override
    async def publish(self, event: OutgoingEvent) -> str:
        raise OverflowError(event.subject)


async def test_whatever_goes_wrong_in_a_sink_is_a_failed_attempt_that_waits(
    owner: asyncpg.Connection, cast: Cast, later: Callable[[float], None]
) -> None:
    await win(owner, cast)
    sinks: dict[str, Any] = {"stream": MemoryStream(), "webhook": OddWebhook()}
    why = "webhook: the CRM failed while handing it over (OverflowError)"
    for _ in range(2):
        assert await handoff.publish_due(sinks, "webhook") == 0
        assert tuple(await state(owner)) == (1, False, why)
    later(60)
    await handoff.publish_due(sinks, "webhook")
    assert (await state(owner))["attempts"] == 2
    assert [line.state for line in await deliveries.list_events(cast.ada, unsent=True)] == ["failing"]


async def test_sinks_that_end_at_the_same_moment_settle_the_event(
    owner: asyncpg.Connection, cast: Cast
) -> None:
    for _ in range(10):
        await win(owner, cast)
    sinks: dict[str, Any] = {"stream": MemoryStream(), "webhook": MemoryWebhook()}
    await asyncio.gather(*(handoff.publish_due(sinks, name) for name in ("stream", "webhook") * 2))
    assert await owner.fetchval("SELECT bool_and(published_at IS NOT NULL) FROM outbox")
    assert [len(sink.events) for sink in sinks.values()] == [10, 10]
    assert await handed_over(owner) == 10


async def test_many_workers_publish_each_event_once(
    owner: asyncpg.Connection, cast: Cast, bus: RedisStream, redis: Redis
) -> None:
    for _ in range(10):
        await win(owner, cast)
    await asyncio.gather(*(handoff.publish_due({"stream": bus}, "stream") for _ in range(4)))
    assert await handoff.publish_due({"stream": bus}, "stream") == 0
    published = [fields["id"] for _, fields in await redis.xrange("crm.events")]
    assert len(published) == len(set(published)) == 10
    assert await owner.fetchval("SELECT count(*) FROM delivery") == 10


async def test_after_a_wipe_a_replay_brings_the_same_ids(
    owner: asyncpg.Connection, cast: Cast, bus: RedisStream, redis: Redis
) -> None:
    await win(owner, cast)
    await handoff.publish_due({"stream": bus}, "stream")
    ((_, before),) = await redis.xrange("crm.events")
    await redis.flushdb()
    assert await deliveries.replay(cast.ada, {"stream": bus}, since=datetime(2000, 1, 1, tzinfo=UTC)) == 1
    await handoff.publish_due({"stream": bus}, "stream")
    ((_, after),) = await redis.xrange("crm.events")
    assert after == before
    assert await handed_over(owner) == 1
    answers = [row["answer"] for row in await owner.fetch("SELECT answer FROM delivery ORDER BY attempt")]
    assert answers == ["added", f"replay by {cast.ada.id}", "added"]


async def test_a_replay_without_a_wipe_publishes_once_more(
    owner: asyncpg.Connection, cast: Cast, bus: RedisStream, redis: Redis
) -> None:
    await win(owner, cast)
    await handoff.publish_due({"stream": bus}, "stream")
    await deliveries.replay(cast.ada, {"stream": bus}, event_id=await owner.fetchval("SELECT id FROM outbox"))
    await handoff.publish_due({"stream": bus}, "stream")
    entries = await redis.xrange("crm.events")
    assert len(entries) == 2
    assert entries[0][1] == entries[1][1]


async def test_an_unknown_event_cannot_be_replayed(cast: Cast) -> None:
    with pytest.raises(NotFound):
        await deliveries.replay(cast.ada, {"stream": MemoryStream()}, since=clock.now())


async def test_an_event_that_cannot_be_built_fails_alone(owner: asyncpg.Connection, cast: Cast) -> None:
    bus = MemoryStream()
    await owner.execute(
        "INSERT INTO outbox (id, aggregatetype, aggregateid, type, payload, dedupe, created_at, next_try_at)"
        " VALUES (gen_random_uuid(), 'test', '1', 'OddV1', '{}', 'odd', now() - interval '1 day', now())"
    )
    await win(owner, cast)
    assert await handoff.publish_due({"stream": bus}, "stream") == 1
    assert [event.type for event in bus.events] == ["SaleClosedWonV1"]
    lines = {line.type: line.state for line in await deliveries.list_events(cast.ada, unsent=False)}
    assert lines == {"SaleClosedWonV1": "sent", "OddV1": "failing"}
