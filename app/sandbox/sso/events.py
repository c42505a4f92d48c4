"""Tells the company what changed: the directory's outbox, sent to the Redis stream in order."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Final

from app.core.log import logger

if TYPE_CHECKING:
    from redis.asyncio import Redis

    from app.sandbox.sso.directory import Directory

STREAM: Final = "sso.events"
LOOK_AGAIN_AFTER: Final = 5.0

log = logger("sandbox.sso")


class Announcer:
    """Sends owed events, oldest first; an event leaves the outbox only after Redis has it."""

    def __init__(self, directory: Directory, redis: Redis) -> None:
        self._directory = directory
        self._redis = redis
        self._owed = asyncio.Event()

    def wake(self) -> None:
        """Send what is owed without waiting for the next look."""
        self._owed.set()

    async def step(self) -> None:
        """Send everything owed, then wait for more."""
        await self.send_owed()
        self._owed.clear()
        try:
            await asyncio.wait_for(self._owed.wait(), LOOK_AGAIN_AFTER)
        except TimeoutError:
            return

    async def send_owed(self) -> None:
        """Publish each event of the outbox, and forget it once it is published."""
        outbox = self._directory.outbox
        while outbox:
            event = outbox[0]
            await self._redis.xadd(STREAM, {"data": json.dumps(event, ensure_ascii=False)})
            outbox.pop(0)
            self._directory.save()
            log.info("event_sent", type=event["type"], id=event["id"])
