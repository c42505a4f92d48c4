"""How often a client may call: one moving window for all processes in Redis, one each while Redis is away."""

from __future__ import annotations

import asyncio
import math
import time
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from limits import parse
from limits.aio.storage import MemoryStorage, RedisStorage
from limits.aio.strategies import MovingWindowRateLimiter
from prometheus_client import Counter

from app.core.log import logger
from app.core.settings import settings

if TYPE_CHECKING:
    from limits import RateLimitItem

PATIENCE: Final = 0.25  # a lost lead costs more than a burst: the answer hardly waits for Redis
QUIET_AFTER_FAILURE: Final = 5.0
TURNED_AWAY: Final = Counter("crm_rate_limited_total", "Requests over their client's rate.", ["client"])

log = logger("rate_limit")


class Limiter:
    """The rates of this process's clients; opens its connections when they are first needed."""

    def __init__(self) -> None:
        self._shared: MovingWindowRateLimiter | None = None
        self._own = MovingWindowRateLimiter(MemoryStorage())
        self._loop: asyncio.AbstractEventLoop | None = None
        self._redis: Any = None
        self._quiet_until = 0.0
        self._full_until: dict[str, float] = {}

    async def wait_for(self, client: str, rate: str) -> int:
        """Count one call; returns 0 when it is within the rate, else the seconds to wait."""
        left = self._full_until.get(client, 0.0) - time.monotonic()
        if left <= 0:
            left = await self._count(client, _rate(rate))
            self._full_until[client] = time.monotonic() + min(left, 1.0)
        if left <= 0:
            return 0
        TURNED_AWAY.labels(client).inc()
        return math.ceil(left)

    async def _count(self, client: str, rate: RateLimitItem) -> float:
        if time.monotonic() >= self._quiet_until:
            try:
                async with asyncio.timeout(PATIENCE):
                    return await _hit(self._connected(), rate, client)
            except Exception as error:  # noqa: BLE001  whatever Redis says, captures go on
                self._quiet_until = time.monotonic() + QUIET_AFTER_FAILURE
                log.warning("rate_kept_alone", error=type(error).__name__)
        return await _hit(self._own_window(), rate, client)

    def _connected(self) -> MovingWindowRateLimiter:
        url = settings().redis_url
        if url is None:
            message = "REDIS_URL is not set"
            raise ConnectionError(message)
        self._own_window()
        if self._shared is None:
            found = f"async+{url}" if not url.startswith("unix:") else f"async+redis+{url}"
            storage = RedisStorage(
                found, implementation="redispy", socket_timeout=PATIENCE, socket_connect_timeout=PATIENCE
            )
            self._redis = storage.bridge
            self._shared = MovingWindowRateLimiter(storage)
        return self._shared

    async def close(self) -> None:
        """Close the connections; the next call opens new ones."""
        shared, self._shared = self._shared, None
        if shared is not None and self._loop is asyncio.get_running_loop():
            await self._redis.storage.aclose()

    def _own_window(self) -> MovingWindowRateLimiter:
        """Return the window of this process; connections and timers belong to one event loop."""
        loop = asyncio.get_running_loop()
        if self._loop is not loop:
            self._loop, self._shared = loop, None
            self._own, self._quiet_until = MovingWindowRateLimiter(MemoryStorage()), 0.0
            self._full_until.clear()
        return self._own


async def _hit(window: MovingWindowRateLimiter, rate: RateLimitItem, client: str) -> float:
    if await window.hit(rate, "capture", client):
        return 0.0
    return max((await window.get_window_stats(rate, "capture", client)).reset_time - time.time(), 0.05)


@cache
def _rate(words: str) -> RateLimitItem:
    return parse(words)


_limiter: Final = Limiter()


async def seconds_to_wait(client: str) -> int:
    """Count a capture of `client`; returns how many seconds it is too early, 0 when it is not."""
    return await _limiter.wait_for(client, settings().capture_rate)


async def close() -> None:
    """Close this process's connections."""
    await _limiter.close()
