"""Events of the SSO: kept first, then acknowledged, then applied, in any order (walk 3 of docs/map.md)."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from prometheus_client import Counter

from app.contracts.events import LARGEST, SSO_STREAM, ReceiveAnswer
from app.core import clock
from app.core.errors import CrmError, NotFound, StoreDown, TooLarge
from app.core.log import logger
from app.domain.audit import Act
from app.domain.permissions import check_operate
from app.domain.sso_events import UNDERSTOOD, Verdict, after_failure, read_event, read_news, while_away
from app.domain.text import Checker
from app.domain.viewer import system
from app.gateways import queue
from app.gateways.sso.http import SsoDown, SsoRefused
from app.services.identity_changes import apply_news, settle_conflicts, tell_boards
from app.services.reread import current_news
from app.store import audit, identity_sync, inbox
from app.store.failures import known_failure
from app.store.inbox import Kept
from app.store.transaction import reading, transaction

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from app.domain.sso_events import Unwanted, UserNews
    from app.domain.viewer import Viewer
    from app.gateways.event_stream import StreamEntry
    from app.store.identity_sync import ConflictLine
    from app.store.inbox import DueEvent, InboxLine

VIEWER: Final = system("sso")
AT_ONCE: Final = 200
LONGEST_REASON: Final = 500
RECEIVED: Final = Counter("crm_sso_events_received_total", "Events of the SSO that came in.", ["outcome"])
SETTLED: Final = Counter("crm_sso_events_settled_total", "What became of events of the SSO.", ["status"])

log = logger("identity_events")


async def receive_event(raw: bytes) -> ReceiveAnswer:
    """Keep one event that came by HTTP; raises Malformed or Invalid, and then nothing is kept."""
    now = clock.now()
    kept = _read(raw, now)
    async with transaction(VIEWER):
        is_new = await inbox.insert_event(VIEWER, kept, now)
    answer = _answer(kept, is_new=is_new)
    RECEIVED.labels(answer.status).inc()
    await queue.wake("apply_sso_events")
    return answer


async def receive_entries(entries: Sequence[StreamEntry]) -> None:
    """Keep what the stream brought; what cannot be read is kept as dead, so that the stream flows on."""
    now = clock.now()
    present = [(entry.id, entry.data) for entry in entries if entry.data is not None]
    if not present:
        return
    async with transaction(VIEWER):
        for entry_id, data in present:
            kept = _read_or_bury(entry_id, data, now)
            is_new = await inbox.insert_event(VIEWER, kept, now)
            RECEIVED.labels(_answer(kept, is_new=is_new).status).inc()
    await queue.wake("apply_sso_events")


async def apply_due() -> int:
    """Apply what is due, each event in a transaction of its own; returns how many were looked at."""
    done = 0
    while done < AT_ONCE and await _apply_next():
        done += 1
    if done:
        await settle_conflicts()
    return done


async def list_inbox(viewer: Viewer, status: str | None) -> list[InboxLine]:
    """Return the newest events of the inbox."""
    check_operate(viewer)
    async with reading(viewer):
        return await inbox.list_inbox(viewer, status)


async def count_inbox(viewer: Viewer) -> dict[str, int]:
    """Return how many events there are of each status."""
    check_operate(viewer)
    async with reading(viewer):
        return await inbox.count_by_status(viewer)


async def list_conflicts(viewer: Viewer) -> list[ConflictLine]:
    """Return the customers whose address at the SSO another customer has here."""
    check_operate(viewer)
    async with reading(viewer):
        return await identity_sync.list_conflicts(viewer)


async def replay(viewer: Viewer, event_id: str | None = None) -> int:
    """Take up one dead or discarded event, or all dead ones, again; raises NotFound when there is none."""
    check_operate(viewer)
    async with transaction(viewer):
        count = await inbox.make_due(viewer, event_id, clock.now())
        if count == 0:
            raise NotFound("There is no such dead event")
        await audit.append(viewer, Act("inbox_replayed", number=count))
    await queue.wake("apply_sso_events")
    return count


async def discard(viewer: Viewer, event: Unwanted) -> int:
    """Put aside an event that can never be applied, with who did it and why; `replay` takes it up again.

    Raises Invalid without a reason, NotFound when it is neither dead nor failing.
    """
    check_operate(viewer)
    checker = Checker()
    because = checker.text("#/because", event.because, LONGEST_REASON, required=True)
    checker.finish()
    async with transaction(viewer):
        count = await inbox.discard(viewer, replace(event, because=because), clock.now())
        if count == 0:
            raise NotFound("There is no such dead or failing event")
        await audit.append(viewer, Act("inbox_discarded", number=count))
    SETTLED.labels("discarded").inc(count)
    return count


def _read(raw: bytes, now: datetime) -> Kept:
    if len(raw) > LARGEST:
        raise TooLarge
    event = read_event(raw)
    if event.type not in UNDERSTOOD:
        return Kept(event.source, event.id, event.type, "", Verdict("ignored", "not an event the CRM uses"))
    read_news(event)
    return Kept(event.source, event.id, event.type, raw.decode(), Verdict("received", None, now))


def _read_or_bury(entry_id: str, data: bytes, now: datetime) -> Kept:
    try:
        return _read(data, now)
    except CrmError as error:
        code, reason = error.code, error.detail
    except Exception as error:  # noqa: BLE001  one entry that we stumble over must not stop the stream
        code, reason = type(error).__name__, f"the CRM failed while reading it ({type(error).__name__})"
    log.warning("event_unreadable", entry_id=entry_id, reason=code)
    text = data[:LARGEST].decode(errors="replace").replace("\x00", "\N{REPLACEMENT CHARACTER}")
    return Kept(SSO_STREAM, entry_id, "unreadable", text, Verdict("dead", reason))


def _answer(kept: Kept, *, is_new: bool) -> ReceiveAnswer:
    if kept.verdict.status == "ignored":
        return ReceiveAnswer("ignored")
    return ReceiveAnswer("accepted" if is_new else "duplicate")


async def _apply_next() -> bool:
    """Apply the next due event; False when there is none. Raises only what is the database's failure."""
    event, now = None, clock.now()
    try:
        async with transaction(VIEWER):
            event = await inbox.claim_due(VIEWER, now)
            if event is None:
                return False
            verdict = await _verdict(event, now)
            if verdict is not None:
                await inbox.settle(VIEWER, event, verdict, now, _about(event))
        if verdict is None:
            verdict = await _follow_hint(event, now)
    except Exception as error:
        if event is None or isinstance(known_failure(error), StoreDown):
            raise
        verdict = await _bear_failure(event, error, now)
    await tell_boards(verdict)
    SETTLED.labels(verdict.status).inc()
    return True


async def _verdict(event: DueEvent, now: datetime) -> Verdict | None:
    """Apply an event inside the open transaction; None for a hint: nobody asks the SSO while rows are locked."""
    try:
        news = _news(event)
    except CrmError as error:
        return Verdict("dead", error.detail)
    return None if news.is_hint else await apply_news(VIEWER, news, event.received_at, now)


async def _follow_hint(event: DueEvent, now: datetime) -> Verdict:
    """Ask the SSO what holds now, and apply that. While it is away the hint waits."""
    news = None
    with contextlib.suppress(SsoDown, SsoRefused):
        news = await current_news(_news(event).user_id)
    async with transaction(VIEWER):
        if not await inbox.lock_event(VIEWER, event):
            return Verdict("ignored", "another worker settled it")
        verdict = (
            while_away(event.received_at, now)
            if news is None
            else await apply_news(VIEWER, news, event.received_at, now)
        )
        await inbox.settle(VIEWER, event, verdict, now, _about(event))
    return verdict


def _news(event: DueEvent) -> UserNews:
    return read_news(read_event(event.raw.encode()))


def _about(event: DueEvent) -> str | None:
    """Return whose account an event is about, None when it cannot be read."""
    with contextlib.suppress(Exception):
        return _news(event).user_id
    return None


async def _bear_failure(event: DueEvent, error: Exception, now: datetime) -> Verdict:
    """Count a failure, after its transaction was rolled back: again later, or dead."""
    # The driver's own words may quote an e-mail address; the constraint's name does not.
    fault = f"{type(error).__name__} {getattr(error, 'constraint_name', None) or ''}".strip()
    reason = f"the CRM failed while applying it ({fault})"
    verdict = after_failure(event.attempts + 1, reason, now)
    async with transaction(VIEWER):
        await inbox.settle(VIEWER, event, verdict, now, _about(event))
    log.warning("event_failed", event_id=event.id, reason=fault, status=verdict.status)
    return verdict
