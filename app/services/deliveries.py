"""Deliveries for the people who look after them: what is on its way, what is stuck, and what to do about it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from app.contracts.events import CRM_TEST_EVENT, CrmTestEventDataV1
from app.core import clock
from app.core.errors import Conflict, NotFound
from app.core.ids import uuid7
from app.domain.audit import Act
from app.domain.handoff import NewEvent, SinkLine, mask
from app.domain.permissions import check_operate
from app.domain.viewer import system
from app.gateways import queue
from app.gateways.event_bus import Undelivered
from app.services.figures import STUCK_AFTER
from app.store import audit, deliveries, outbox
from app.store.transaction import reading, transaction

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from app.domain.handoff import EventDetail, EventFilter, EventLine, EventPage
    from app.domain.viewer import Viewer
    from app.gateways.sinks import Sinks


async def list_deliveries(viewer: Viewer, wanted: EventFilter, *, limit: int, after: str | None) -> EventPage:
    """Return a page of events, newest first; the state `stuck` are those that have failed for an hour."""
    check_operate(viewer)
    before = clock.now() - STUCK_AFTER
    async with reading(viewer):
        return await deliveries.list_deliveries(viewer, wanted, stuck_before=before, limit=limit, after=after)


async def read_delivery(viewer: Viewer, event_id: UUID) -> tuple[EventDetail, dict[str, Any]]:
    """Return an event with its ledger, and its data with everything personal hidden; raises NotFound."""
    detail = await _find(viewer, event_id)
    return detail, mask(msgspec.json.decode(detail.payload))


async def reveal_payload(viewer: Viewer, event_id: UUID) -> dict[str, Any]:
    """Return an event's whole data, and note who looked; raises NotFound."""
    detail = await _find(viewer, event_id)
    async with transaction(viewer):
        await audit.append(viewer, Act("event_revealed", str(event_id)))
    return msgspec.json.decode(detail.payload)


async def list_events(viewer: Viewer, *, unsent: bool) -> list[EventLine]:
    """Return the newest events, all or those that some sink does not have yet."""
    check_operate(viewer)
    async with reading(viewer):
        return await outbox.find_events(viewer, since=None, event_id=None, unsent=unsent)


async def replay(
    viewer: Viewer, sinks: Sinks, *, since: datetime | None = None, event_id: UUID | None = None
) -> int:
    """Publish one event, or all made since then, once more with the same ids; returns how many.

    Raises NotFound when there is none, and Conflict while a sink does not answer.
    """
    check_operate(viewer)
    asker = system(viewer.id)
    async with reading(asker):
        lines = await outbox.find_events(asker, since=since, event_id=event_id, unsent=False, limit=1_000_000)
    ids = [line.id for line in lines]
    if not ids:
        raise NotFound("There is no such event")
    try:
        for sink in sinks.values():
            await sink.forget(ids)
    except Undelivered as error:
        raise Conflict(f"Nothing is replayed: {error}") from error
    async with transaction(asker):
        await outbox.ask_again(asker, ids, list(sinks), clock.now(), f"by {asker.id}")
        about = str(event_id) if event_id else None
        await audit.append(asker, Act("events_replayed", about, number=len(ids)))
    await queue.wake("relay_outbox")
    return len(ids)


async def list_sinks(viewer: Viewer, names: Sequence[str]) -> list[SinkLine]:
    """Return these sinks, with what waits for each and whether it is paused."""
    check_operate(viewer)
    async with reading(viewer):
        paused = {sink.name: sink for sink in await deliveries.paused_sinks(viewer)}
        waiting = await deliveries.count_waiting(viewer, names)
    return [SinkLine(name, waiting[name], paused.get(name)) for name in names]


async def pause_sink(viewer: Viewer, name: str, reason: str) -> None:
    """Hand nothing to the sink until it is resumed; its events wait."""
    check_operate(viewer)
    async with transaction(viewer):
        await deliveries.pause_sink(viewer, name, reason, clock.now())
        await audit.append(viewer, Act("sink_paused", name))


async def resume_sink(viewer: Viewer, name: str) -> None:
    """Hand events to the sink again; raises Conflict when it is not paused."""
    check_operate(viewer)
    async with transaction(viewer):
        if not await deliveries.resume_sink(viewer, name, clock.now()):
            raise Conflict(f"{name} is not paused")
        await audit.append(viewer, Act("sink_resumed", name))
    await queue.wake("relay_outbox")


async def send_test_event(viewer: Viewer) -> UUID:
    """Send an event that stands for nothing, to see whether it arrives; returns its id."""
    check_operate(viewer)
    data = CrmTestEventDataV1(note="Does this arrive?", sent_by=viewer.id)
    event = NewEvent(uuid7(), CRM_TEST_EVENT, "test", msgspec.json.encode(data).decode())
    async with transaction(viewer):
        await outbox.insert_event(viewer, event, clock.now())
    await queue.wake("relay_outbox")
    return event.id


async def _find(viewer: Viewer, event_id: UUID) -> EventDetail:
    check_operate(viewer)
    async with reading(viewer):
        found = await deliveries.find_event(viewer, event_id)
    if found is None:
        raise NotFound
    return found
