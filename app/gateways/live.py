"""Tell open pages that a lead changed: ids and versions by Redis pub/sub. Best effort; pages look again anyway.

Services announce after their commit. The web process listens with one `Hub` (app/web/live.py).
"""

from __future__ import annotations

import asyncio
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
PATIENCE: Final = 0.3
AGAIN_AFTER: Final = 0.5
AT_MOST_AFTER: Final = 5.0
HEALTH_CHECK: Final = 10.0
WAITING: Final = 256  # frames a slow page may be behind before it is told to look at everything again

log = logger("live")


@dataclass(frozen=True, slots=True)
class Change:
    """A lead changed; whoever is in `owners` may see it, or did until now. Version 0: look in any case."""

    lead_id: str
    version: int
    owners: tuple[str, ...]
    customer_id: str = ""


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


class Hub:
    """Listens for all pages of this process; each gets its own queue. None in it: look at everything again."""

    def __init__(self) -> None:
        self._queues: set[asyncio.Queue[Change | None]] = set()
        self._listening: asyncio.Task[None] | None = None
        self._missed = False

    def join(self) -> asyncio.Queue[Change | None]:
        """Return a queue that gets every change from now on."""
        if self._listening is None or self._listening.done():
            self._listening = asyncio.create_task(self._listen())
        queue: asyncio.Queue[Change | None] = asyncio.Queue(WAITING)
        self._queues.add(queue)
        return queue

    def leave(self, queue: asyncio.Queue[Change | None]) -> None:
        """Forget a queue."""
        self._queues.discard(queue)

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
                await subscription.subscribe(CHANNEL)
                if self._missed:
                    self._hand_out(None)
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
            if said is not None:
                self._hand_out(msgspec.json.decode(said["data"], type=Change))

    def _hand_out(self, change: Change | None) -> None:
        for waiting in self._queues:
            if waiting.full():
                while not waiting.empty():
                    waiting.get_nowait()
                change = None
            waiting.put_nowait(change)


def _connect() -> Redis:
    url = settings().redis_url
    if url is None:
        message = "REDIS_URL is not set"
        raise ConnectionError(message)
    untyped: Any = Redis
    return untyped.from_url(
        url, socket_connect_timeout=PATIENCE, socket_timeout=PATIENCE, health_check_interval=HEALTH_CHECK
    )
