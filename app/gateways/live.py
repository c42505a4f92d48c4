"""Tell open pages that a lead changed, or whose timeline grew: ids by Redis pub/sub. Best effort; pages look again.

Services announce after their commit. The web process listens with one `Hub` (app/web/live.py).
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import msgspec
from redis.asyncio import Redis
from redis.exceptions import RedisError

from app.core.log import logger
from app.core.settings import settings
from app.gateways import queue

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

    from app.domain.lead import Lead

CHANNEL: Final = "crm.live"
ENTRIES: Final = "crm.live.entries"
PATIENCE: Final = 0.3
AGAIN_AFTER: Final = 0.5
AT_MOST_AFTER: Final = 5.0
HEALTH_CHECK: Final = 10.0
LEADS: Final = "leads"
WAITING: Final = 256  # frames a slow page may be behind before it is told to look at everything again

log = logger("live")


@dataclass(frozen=True, slots=True)
class Change:
    """A lead changed; whoever is in `owners` may see it, or did until now. Version 0: look in any case."""

    lead_id: str
    version: int
    owners: tuple[str, ...]
    customer_id: str = ""


Heard = asyncio.Queue[Change | str | None]


async def announce(lead: Lead, *former_owners: str | None) -> None:
    """Say that a lead is now as given; somebody who just lost it is told too."""
    owners = tuple(owner for owner in (lead.assigned_to_id, *former_owners) if owner)
    await announce_all([Change(str(lead.id), lead.version, owners, str(lead.customer.id))])


async def announce_lead(lead_id: UUID | str, owner_id: str | None, customer_id: UUID | str = "") -> None:
    """Say that something about a lead changed that its version does not count: it came, it has a new score."""
    owners = (owner_id,) if owner_id else ()
    await announce_all([Change(str(lead_id), 0, owners, str(customer_id))])


async def announce_all(changes: Iterable[Change]) -> None:
    """Announce several changes at once; never raises and never takes long."""
    await queue.publish(CHANNEL, [msgspec.json.encode(change) for change in changes])


async def announce_entries(customer_ids: Iterable[UUID]) -> None:
    """Say whose timelines were written on, and nothing else; never raises and never takes long."""
    await queue.publish(ENTRIES, [str(customer_id).encode() for customer_id in customer_ids])


class Hub:
    """Listens for all pages of this process; each gets its own queue. None in it: look at everything again.

    A page hears of every lead, or of one customer: their id, when something was written on their timeline.
    """

    def __init__(self) -> None:
        self._queues: dict[str, set[Heard]] = defaultdict(set)
        self._listening: asyncio.Task[None] | None = None
        self._missed = False

    def join(self, customer_id: str = LEADS) -> Heard:
        """Return a queue that gets every change from now on: of leads, or this customer's."""
        if self._listening is None or self._listening.done():
            self._listening = asyncio.create_task(self._listen())
        queue: Heard = asyncio.Queue(WAITING)
        self._queues[customer_id].add(queue)
        return queue

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
        """Listen for ever; after each lost connection everybody looks again, because something may be missed."""
        pause = AGAIN_AFTER
        while True:
            redis: Any = _connect()
            try:
                subscription = redis.pubsub()
                await subscription.subscribe(CHANNEL, ENTRIES)
                if self._missed:
                    self._let_all_look()
                pause, self._missed = AGAIN_AFTER, True
                await self._pass_on(subscription)
            except (RedisError, OSError, msgspec.MsgspecError) as error:
                log.warning("live_connection_lost", error=type(error).__name__)
            finally:
                await redis.aclose()
            await asyncio.sleep(pause)
            pause = min(pause * 2, AT_MOST_AFTER)

    async def _pass_on(self, subscription: Any) -> None:
        """Hand out what is said; a connection that is silent for long is asked whether it still lives."""
        while True:
            said = await subscription.get_message(ignore_subscribe_messages=True, timeout=HEALTH_CHECK)
            if said is not None and said["channel"].decode() == ENTRIES:
                customer_id = said["data"].decode()
                self._hand_out(customer_id, customer_id)
            elif said is not None:
                self._hand_out(LEADS, msgspec.json.decode(said["data"], type=Change))

    def _let_all_look(self) -> None:
        for about in self._queues:
            self._hand_out(about, None)

    def _hand_out(self, about: str, heard: Change | str | None) -> None:
        for waiting in self._queues.get(about, ()):
            behind = waiting.full()
            while behind and not waiting.empty():
                waiting.get_nowait()
            waiting.put_nowait(None if behind else heard)


def _connect() -> Redis:
    url = settings().redis_url
    if url is None:
        message = "REDIS_URL is not set"
        raise ConnectionError(message)
    untyped: Any = Redis
    return untyped.from_url(
        url, socket_connect_timeout=PATIENCE, socket_timeout=PATIENCE, health_check_interval=HEALTH_CHECK
    )
