"""Tell open pages that a lead or ticket changed, or whose timeline grew: ids by Redis pub/sub. Pages look again anyway.

Services announce after their commit. The web process listens with one `Hub` (app/web/live.py).
"""

from __future__ import annotations

import asyncio
from collections import defaultdict, deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

import msgspec
from redis.exceptions import RedisError

from app.core import clock
from app.core.log import logger
from app.gateways import queue
from app.gateways.redis_server import connect, redis_url

if TYPE_CHECKING:
    from collections.abc import Iterable

    from app.domain.lead import Lead

CHANNEL: Final = "crm.live"
ENTRIES: Final = "crm.live.entries"
DESK: Final = "crm.live.tickets"
PATIENCE: Final = 0.3
AGAIN_AFTER: Final = 0.5
AT_MOST_AFTER: Final = 5.0
HEALTH_CHECK: Final = 10.0
LEADS: Final = "leads"
TICKETS: Final = "tickets"
WAITING: Final = 256  # frames a slow page may be behind before it is told to look at everything again
SKEW: Final = 0.05  # seconds by which the clocks of two hosts may differ

log = logger("live")


@dataclass(frozen=True, slots=True)
class Change:
    """A lead changed; whoever is in `owners` may see it, or did until now. Version 0: look in any case."""

    lead_id: str
    version: int
    owners: tuple[str, ...]

    @classmethod
    def uncounted(cls, lead_id: UUID | str, owner_id: str | None) -> Change:
        """Return that something changed which a lead's version does not count: it came, it has a new score."""
        return cls(str(lead_id), 0, (owner_id,) if owner_id else ())


Heard = asyncio.Queue[Change | str | None]


async def announce(lead: Lead, *former_owners: str | None) -> None:
    """Say that a lead is now as given; somebody who just lost it is told too."""
    owners = tuple(owner for owner in (lead.assigned_to_id, *former_owners) if owner)
    await announce_all([Change(str(lead.id), lead.version, owners)])


async def announce_lead(lead_id: UUID | str, owner_id: str | None) -> None:
    """Say that something about a lead changed that its version does not count."""
    await announce_all([Change.uncounted(lead_id, owner_id)])


async def announce_leads(leads: Iterable[Lead]) -> None:
    """Say that something on the cards of these leads changed that no version counts, such as their customer's name."""
    await announce_all(Change.uncounted(lead.id, lead.assigned_to_id) for lead in leads)


async def announce_all(changes: Iterable[Change]) -> None:
    """Announce several changes at once; never raises and never takes long."""
    await queue.publish(CHANNEL, [msgspec.json.encode(change) for change in changes])


async def announce_entries(customer_ids: Iterable[UUID]) -> None:
    """Say whose timelines were written on, and nothing else; never raises and never takes long."""
    await queue.publish(ENTRIES, [str(customer_id).encode() for customer_id in customer_ids])


async def announce_ticket(ticket_id: UUID) -> None:
    """Say that a ticket was opened or changed, and nothing else; never raises and never takes long."""
    await queue.publish(DESK, [str(ticket_id).encode()])


class Hub:
    """Listens for all pages of this process; each gets its own queue. None in it: look at everything again.

    A page hears of every lead, of every ticket by its id, or of one customer: their id, when something was written on
    their timeline. A board is also told what was heard since it was drawn.
    """

    def __init__(self) -> None:
        self._queues: dict[str, set[Heard]] = defaultdict(set)
        self._listening: asyncio.Task[None] | None = None
        self._lately: deque[tuple[float, Change | None]] = deque(maxlen=WAITING)

    def begin(self) -> None:
        """Listen, unless it does already."""
        if self._listening is None or self._listening.done():
            self._listening = asyncio.create_task(self._listen())

    def join(self, about: str = LEADS, since: float = 0.0) -> Heard:
        """Return a queue that gets each change of leads since then (Unix seconds), or of what else from now on.

        It begins with None where what was said since then is no longer known.
        """
        self.begin()
        queue: Heard = asyncio.Queue(WAITING)
        if about == LEADS:
            self._tell_since(since - SKEW, queue)
        self._queues[about].add(queue)
        return queue

    def _tell_since(self, since: float, queue: Heard) -> None:
        recent = [change for at, change in self._lately if at >= since]
        for change in [None] if None in recent or len(recent) == WAITING else recent:
            queue.put_nowait(change)

    def leave(self, queue: Heard) -> None:
        """Forget a queue."""
        for about in [about for about, queues in self._queues.items() if queue in queues]:
            self._queues[about].discard(queue)
            if not self._queues[about]:
                del self._queues[about]

    async def close(self) -> None:
        """Stop listening."""
        listening, self._listening = self._listening, None
        while listening is not None and not listening.done():
            listening.cancel()  # once more where the driver was connecting and took the first for itself
            await asyncio.wait({listening}, timeout=PATIENCE)

    async def _listen(self) -> None:
        """Listen for ever; with each connection everybody looks again: they may have missed what was said before it."""
        pause = AGAIN_AFTER
        while True:
            redis = connect(redis_url(), PATIENCE, health_check_interval=HEALTH_CHECK)
            try:
                subscription = redis.pubsub()
                await subscription.subscribe(CHANNEL, ENTRIES, DESK)
                self._let_all_look()
                pause = AGAIN_AFTER
                await self._pass_on(subscription)
            except (RedisError, OSError) as error:
                log.warning("live_connection_lost", error=type(error).__name__)
            finally:
                await redis.aclose()
            await asyncio.sleep(pause)
            pause = min(pause * 2, AT_MOST_AFTER)

    async def _pass_on(self, subscription: Any) -> None:
        """Hand out what is said; a connection that is silent for long is asked whether it still lives."""
        while True:
            said = await subscription.get_message(ignore_subscribe_messages=True, timeout=HEALTH_CHECK)
            if said is not None:
                for line in said["data"].splitlines():
                    try:
                        self._pass_on_line(said["channel"].decode(), line)
                    except (ValueError, msgspec.MsgspecError):  # nothing of ours says that
                        log.warning("news_unreadable", channel=said["channel"].decode())

    def _pass_on_line(self, channel: str, line: bytes) -> None:
        if channel != CHANNEL:
            about = str(UUID(line.decode()))
            return self._hand_out(TICKETS if channel == DESK else about, about)
        change = msgspec.json.decode(line, type=Change)
        self._note(change)
        return self._hand_out(LEADS, change)

    def _let_all_look(self) -> None:
        self._note(None)
        for about in self._queues:
            self._hand_out(about, None)

    def _note(self, change: Change | None) -> None:
        self._lately.append((clock.now().timestamp(), change))

    def _hand_out(self, about: str, heard: Change | str | None) -> None:
        for waiting in self._queues.get(about, ()):
            behind = waiting.full()
            while behind and not waiting.empty():
                waiting.get_nowait()
            waiting.put_nowait(None if behind else heard)
