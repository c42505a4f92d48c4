"""The handoff of events to other systems: from the outbox to every sink (walk 2 of docs/map.md)."""

from __future__ import annotations

import random
import time
from datetime import timedelta
from typing import TYPE_CHECKING, Final
from uuid import UUID

import msgspec

from app.contracts.events import CRM_TEST_EVENT, SALE_CLOSED_WON, OutgoingEvent
from app.core import clock
from app.core.log import logger
from app.core.settings import settings
from app.domain.handoff import Attempt
from app.domain.timeline import NewEntry
from app.domain.viewer import system
from app.gateways.event_bus import Undelivered
from app.store import deliveries, outbox, timeline
from app.store.transaction import transaction

if TYPE_CHECKING:
    from app.domain.handoff import OwedEvent
    from app.gateways.event_bus import Sink
    from app.gateways.sinks import Sinks

VIEWER: Final = system("jobs")
SOURCE: Final = "/slyyfoxx/crm"
RUN_SECONDS: Final = 4.0
JITTER: Final = 0.2  # so that what failed together does not come back together

log = logger("handoff")


class _CustomerOf(msgspec.Struct):
    customer_id: str


async def publish_due(sinks: Sinks, name: str) -> int:
    """Hand over what the sink `name` is owed, oldest first, for a few seconds; returns how many it took.

    An event that fails waits for its next try and holds up nobody: neither other events nor other sinks.
    """
    taken, tried, end = 0, list[UUID](), time.monotonic() + RUN_SECONDS
    async with transaction(VIEWER):
        await outbox.number_events(VIEWER)
    while time.monotonic() < end:
        known = len(tried)
        try:
            attempt = await _publish_next(sinks, name, tried)
        except Exception as error:
            if len(tried) == known:  # it is the database, not one event
                raise
            log.error("event_stuck", event_id=str(tried[-1]), sink=name, error=type(error).__name__)  # noqa: TRY400
            continue
        if attempt is None:
            break
        taken += attempt.ok
    return taken


async def settle(sinks: Sinks) -> None:
    """Count as sent what every sink of today has, when yesterday's settings knew one more."""
    async with transaction(VIEWER):
        await outbox.settle_all(VIEWER, list(sinks), clock.now())


async def _publish_next(sinks: Sinks, name: str, tried: list[UUID]) -> Attempt | None:
    """Hand over one event while its row is locked: a worker that dies leaves it to the next at once."""
    sink = sinks[name]
    async with transaction(VIEWER):
        if sink.one_at_a_time and not await outbox.is_alone(VIEWER, name):
            return None
        owed = await outbox.claim_owed(VIEWER, name, clock.now(), tried)
        if owed is None:
            return None
        tried.append(owed.id)
        attempt, gone = await _try(sink, owed)
        all_have_it = await outbox.record_attempt(VIEWER, attempt, list(sinks))
        if gone:
            await deliveries.pause_sink(VIEWER, name, attempt.answer, attempt.at)
        if all_have_it:
            await _tell_timeline(owed, attempt)
    log.info("event_published" if attempt.ok else "event_failed", event_id=str(owed.id), sink=name,
             attempt=attempt.number, answer=attempt.answer)  # fmt: skip
    return attempt


async def _try(sink: Sink, owed: OwedEvent) -> tuple[Attempt, bool]:
    """Hand the event over once; says too whether the sink wants no more events at all."""
    at, started, failure, answer = clock.now(), time.monotonic(), None, ""
    try:
        answer = await sink.publish(envelope(owed))
    except Undelivered as error:
        failure = error
    except msgspec.MsgspecError as error:
        failure = Undelivered(str(error))
    except Exception as error:  # noqa: BLE001  whatever it is, it is written down, waited for and seen
        failure = Undelivered(f"the CRM failed while handing it over ({type(error).__name__})")
    attempt = Attempt(
        event_id=owed.id,
        sink=sink.name,
        number=owed.attempts + 1,
        at=at,
        ok=failure is None,
        answer=str(failure or answer),
        latency_ms=round((time.monotonic() - started) * 1000),
        retry_at=failure and at + _wait(sink, owed, failure),
    )
    return attempt, failure is not None and failure.gone


def envelope(owed: OwedEvent) -> OutgoingEvent:
    """Return the event as it is sent, the same each time."""
    return OutgoingEvent(
        id=owed.id,
        source=SOURCE,
        type=owed.type,
        subject=_subject(owed),
        time=owed.created_at,
        dataschema=f"{settings().public_url}/schemas/{owed.type}.json",
        data=msgspec.Raw(owed.payload.encode()),
    )


def _subject(owed: OwedEvent) -> str:
    """Return whom the event is about: a sale's customer; a test is about nobody."""
    if owed.type == CRM_TEST_EVENT:
        return owed.aggregate_id
    return msgspec.json.decode(owed.payload, type=_CustomerOf).customer_id


def _wait(sink: Sink, owed: OwedEvent, failure: Undelivered) -> timedelta:
    """Say how long until the next try: it grows and then stays, for a sale is never given up."""
    longest = sink.retry_after[min(owed.failures, len(sink.retry_after) - 1)]
    shorter = longest * random.uniform(0, JITTER)  # noqa: S311  spreads load, keeps no secret
    return timedelta(seconds=max(longest - shorter, failure.retry_after))


async def _tell_timeline(owed: OwedEvent, attempt: Attempt) -> None:
    """Append the handoff of a sale to the customer's timeline, once, however often the event is replayed."""
    if owed.type != SALE_CLOSED_WON:
        return
    lead_id = UUID(owed.aggregate_id)
    if await outbox.was_handed_over(VIEWER, lead_id):
        return
    entry = NewEntry(
        customer_id=UUID(msgspec.json.decode(owed.payload, type=_CustomerOf).customer_id),
        lead_id=lead_id,
        kind="sale_handed_over",
        actor_id=VIEWER.id,
        occurred_at=attempt.at,
        data={"event_id": str(owed.id), "attempt": attempt.number},
    )
    await timeline.append(VIEWER, entry)
