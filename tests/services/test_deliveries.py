"""A receiver by HTTP that misbehaves in every known way holds up nothing and loses nothing."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from app.core.clock import now
from app.core.errors import Conflict, Forbidden
from app.domain.handoff import EventFilter, mask
from app.gateways.event_bus import MemoryStream
from app.gateways.webhooks import RETRY_AFTER, WebhookSink
from app.services import deliveries, handoff
from tests.gateways.test_webhooks import OLD, receiver
from tests.services.test_handoff import later, win

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable

    import asyncpg

    from tests.cast import Cast
    from tests.gateways.test_webhooks import Receiver

pytestmark = pytest.mark.usefixtures("pool")
__all__ = ["later", "receiver"]


@pytest.fixture
async def sinks(receiver: Receiver) -> AsyncGenerator[dict[str, Any]]:
    webhook = WebhookSink(receiver.url, (OLD,), private=True)
    yield {"stream": MemoryStream(), "webhook": webhook}
    await webhook.close()


async def waits(owner: asyncpg.Connection) -> list[float]:
    rows = await owner.fetch(
        "SELECT retry_at - at AS wait FROM delivery WHERE sink = 'webhook' ORDER BY attempt"
    )
    return [row["wait"].total_seconds() for row in rows if row["wait"]]


async def test_gone_pauses_the_receiver_until_somebody_resumes_it(
    owner: asyncpg.Connection, cast: Cast, sinks: dict[str, Any], receiver: Receiver
) -> None:
    receiver.status = 410
    await win(owner, cast)
    await handoff.publish_due(sinks, "webhook")
    (line,) = [each for each in await deliveries.list_sinks(cast.ada, list(sinks)) if each.paused]
    assert line.paused
    assert (line.name, line.waiting, line.paused.paused_by) == ("webhook", 1, "jobs")
    assert "410" in line.paused.reason
    await win(owner, cast)
    assert await handoff.publish_due(sinks, "webhook") == 0
    assert len(receiver.came) == 1, "a paused receiver is left in peace"
    assert await handoff.publish_due(sinks, "stream") == 2
    receiver.status = 204
    await deliveries.resume_sink(cast.ada, "webhook")
    assert await handoff.publish_due(sinks, "webhook") == 2, "what failed before goes out at once"
    with pytest.raises(Conflict):
        await deliveries.resume_sink(cast.ada, "webhook")


async def test_a_receiver_is_left_as_long_as_it_asks_for(
    owner: asyncpg.Connection,
    cast: Cast,
    sinks: dict[str, Any],
    receiver: Receiver,
    later: Callable[[float], None],
) -> None:
    receiver.status, receiver.headers = 429, {"Retry-After": "30"}
    await win(owner, cast)
    await handoff.publish_due(sinks, "webhook")
    assert await waits(owner) == [30.0]
    later(25)
    await handoff.publish_due(sinks, "webhook")
    assert len(receiver.came) == 1
    later(6)
    receiver.status = 200
    assert await handoff.publish_due(sinks, "webhook") == 1


async def test_the_waits_grow_to_an_hour_with_some_chance_and_stay_there(
    owner: asyncpg.Connection,
    cast: Cast,
    sinks: dict[str, Any],
    receiver: Receiver,
    later: Callable[[float], None],
) -> None:
    receiver.status = 500
    await win(owner, cast)
    for _ in range(9):
        await handoff.publish_due(sinks, "webhook")
        later(3601)
    found = await waits(owner)
    longest = [*RETRY_AFTER, *[RETRY_AFTER[-1]] * 3]
    assert len(found) == 9
    assert all(0.8 * most <= wait <= most for wait, most in zip(found, longest, strict=True))
    assert len(set(found[-4:])) > 1, "what failed together does not come back together"


async def test_a_sink_taken_out_of_the_settings_leaves_nothing_unsent(
    owner: asyncpg.Connection, cast: Cast, sinks: dict[str, Any], receiver: Receiver
) -> None:
    receiver.status = 500
    await win(owner, cast)
    for name in sinks:
        await handoff.publish_due(sinks, name)
    assert await owner.fetchval("SELECT published_at IS NULL FROM outbox")
    await handoff.settle({"stream": sinks["stream"]})
    assert await owner.fetchval("SELECT published_at IS NOT NULL FROM outbox")


async def test_what_failed_for_an_hour_is_stuck(owner: asyncpg.Connection, cast: Cast) -> None:
    bus = MemoryStream()
    bus.trouble = "the disk is full"
    await win(owner, cast)
    await handoff.publish_due({"stream": bus}, "stream")
    stuck = EventFilter(state="stuck")
    assert (await deliveries.list_deliveries(cast.ada, stuck, limit=10, after=None)).items == ()
    await owner.execute("UPDATE outbox SET created_at = $1", now() - timedelta(hours=2))
    (line,) = (await deliveries.list_deliveries(cast.ada, stuck, limit=10, after=None)).items
    assert (line.state, line.latest[0].answer) == ("failing", "the disk is full")


async def test_pages_of_events_follow_each_other(owner: asyncpg.Connection, cast: Cast) -> None:
    for _ in range(5):
        await win(owner, cast)
    seen: list[Any] = []
    cursor = None
    while True:
        page = await deliveries.list_deliveries(cast.ada, EventFilter(), limit=2, after=cursor)
        seen += [line.id for line in page.items]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert seen == [
        row["id"] for row in await owner.fetch("SELECT id FROM outbox ORDER BY created_at DESC, id DESC")
    ]


async def test_only_admins_look_after_deliveries(cast: Cast) -> None:
    for viewer in (cast.rita, cast.sam):
        with pytest.raises(Forbidden):
            await deliveries.send_test_event(viewer)
        with pytest.raises(Forbidden):
            await deliveries.pause_sink(viewer, "stream", "")


def test_everything_that_is_not_known_to_be_harmless_is_hidden() -> None:
    sale = {"lead_id": "2", "amount": "9"}
    said = mask({"customer_id": "1", "new_field": "Grace", "sale_details": sale, "many": ["x"], "none": None})
    assert said == {
        "customer_id": "1",
        "new_field": "•••",
        "sale_details": {"lead_id": "2", "amount": "•••"},
        "many": ["•••"],
        "none": None,
    }
