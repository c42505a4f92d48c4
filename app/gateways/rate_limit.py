"""How often a client may call: one moving window for all processes in Redis, one each while Redis is away.

Who calls many times a second, and is far from the rate, is counted behind the answers, some at a time.
"""

from __future__ import annotations

import asyncio
import math
import time
from contextvars import Context
from dataclasses import dataclass, field
from functools import cache, partial
from typing import TYPE_CHECKING, Any, Final, TypeVar

from limits import parse
from limits.aio.storage import MemoryStorage, RedisStorage
from limits.aio.strategies import MovingWindowRateLimiter
from prometheus_client import Counter

from app.core.log import logger
from app.core.settings import settings
from app.gateways.redis_server import redis_url

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from limits import RateLimitItem

T = TypeVar("T")

PATIENCE: Final = 0.25  # a lost lead costs more than a burst: the answer hardly waits for Redis
QUIET_AFTER_FAILURE: Final = 5.0
APART: Final = 0.05  # seconds between two counts of a busy client
SHARE: Final = 8  # of what is left of a rate, the part that one process may let in before it counts
LOGINS: Final = "(logins)"  # no client is called so
LOGIN_RATE: Final = "1000/10seconds"
TURNED_AWAY: Final = Counter("crm_rate_limited_total", "Requests over their client's rate.", ["client"])

log = logger("rate_limit")


@dataclass(slots=True)
class _Tab:
    """What is left of a busy client's rate, and what it was let in for, until it is counted."""

    rate: RateLimitItem
    left: int = 0
    owed: int = 0
    calls: int = 0  # since it was counted last
    counting: asyncio.Lock = field(default_factory=asyncio.Lock)

    def take(self) -> int:
        """Return what is owed, and begin anew."""
        owed, self.owed = self.owed, 0
        return owed


class Limiter:
    """The rates of this process's clients; opens its connections when they are first needed."""

    def __init__(self) -> None:
        self._shared: MovingWindowRateLimiter | None = None
        self._own = MovingWindowRateLimiter(MemoryStorage())
        self._loop: asyncio.AbstractEventLoop | None = None
        self._redis: Any = None
        self._quiet_until = 0.0
        self._full_until: dict[str, float] = {}
        self._tabs: dict[str, _Tab] = {}
        self._counting: set[asyncio.Task[None]] = set()

    async def wait_for(self, client: str, rate: str) -> int:
        """Count one call; returns 0 when it is within the rate, else the seconds to wait."""
        self._own_window()
        wait = self._full_until.get(client, 0.0) - time.monotonic()
        if wait <= 0 and not self._puts_on_tab(client, _rate(rate)):
            wait = await self._count_now(client)
        if wait <= 0:
            return 0
        TURNED_AWAY.labels(client).inc()
        return math.ceil(wait)

    def _puts_on_tab(self, client: str, rate: RateLimitItem) -> bool:
        tab = self._tabs.get(client)
        if tab is None:
            tab = self._tabs[client] = _Tab(rate)
            # A context of its own: nothing of this request is open in there.
            task = asyncio.create_task(self._keep(tab, client), context=Context())
            self._counting.add(task)
            task.add_done_callback(self._counting.discard)
            return False
        tab.calls += 1
        if tab.owed >= tab.left // SHARE:
            return False
        tab.owed, tab.left = tab.owed + 1, tab.left - 1
        return True

    async def _count_now(self, client: str) -> float:
        """Count a call before its answer, together with what is owed: that was let in first."""
        tab = self._tabs[client]
        owed, tab.left = tab.take(), tab.left - 1
        wait = await self._count(client, tab.rate, owed + 1)
        if wait > 0:
            tab.owed += owed
        return wait

    async def _keep(self, tab: _Tab, client: str) -> None:
        """Count what is on the tab, again and again while the client keeps calling."""
        try:
            await asyncio.sleep(APART)
            while tab.calls:
                tab.calls = 0
                await self._settle(tab, client)
                tab.left = await self._ask(partial(_left, rate=tab.rate, client=client)) - tab.owed
                await asyncio.sleep(APART)
        finally:
            self._tabs.pop(client, None)

    async def _count(self, client: str, rate: RateLimitItem, calls: int) -> float:
        if not calls:
            return 0.0
        wait = await self._ask(partial(_hit, rate=rate, client=client, calls=calls))
        self._full_until[client] = time.monotonic() + min(wait, 1.0)
        return wait

    async def _ask(self, question: Callable[[MovingWindowRateLimiter], Awaitable[T]]) -> T:
        if time.monotonic() >= self._quiet_until:
            try:
                async with asyncio.timeout(PATIENCE):
                    return await question(self._connected())
            except Exception as error:  # noqa: BLE001  whatever Redis says, captures go on
                self._quiet_until = time.monotonic() + QUIET_AFTER_FAILURE
                log.warning("rate_kept_alone", error=type(error).__name__)
        return await question(self._own_window())

    def _connected(self) -> MovingWindowRateLimiter:
        url = redis_url()
        self._own_window()
        if self._shared is None:
            found = f"async+{url}" if not url.startswith("unix:") else f"async+redis+{url}"
            storage = RedisStorage(
                found, implementation="redispy", socket_timeout=PATIENCE, socket_connect_timeout=PATIENCE
            )
            self._redis = storage.bridge
            self._shared = MovingWindowRateLimiter(storage)
        return self._shared

    async def settle(self) -> None:
        """Count what is on any tab now, and wait for what is being counted."""
        self._own_window()
        for client, tab in list(self._tabs.items()):
            await self._settle(tab, client)

    async def _settle(self, tab: _Tab, client: str) -> None:
        async with tab.counting:
            await self._count(client, tab.rate, tab.take())

    async def close(self) -> None:
        """Close the connections once every call is counted; the next call opens new ones."""
        await self.settle()
        for task in self._counting:
            task.cancel()
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
            self._tabs.clear()
            self._counting.clear()
        return self._own


async def _hit(window: MovingWindowRateLimiter, rate: RateLimitItem, client: str, calls: int) -> float:
    if await window.hit(rate, "capture", client, cost=calls):
        return 0.0
    return max((await window.get_window_stats(rate, "capture", client)).reset_time - time.time(), 0.05)


async def _left(window: MovingWindowRateLimiter, rate: RateLimitItem, client: str) -> int:
    return (await window.get_window_stats(rate, "capture", client)).remaining


@cache
def _rate(words: str) -> RateLimitItem:
    return parse(words)


_limiter: Final = Limiter()


async def seconds_to_wait(client: str) -> int:
    """Count a capture of `client`; returns how many seconds it is too early, 0 when it is not."""
    return await _limiter.wait_for(client, settings().capture_rate)


async def seconds_to_wait_for_login() -> int:
    """Count a login that begins, whoever begins it; returns how many seconds it is too early, 0 when it is not."""
    return await _limiter.wait_for(LOGINS, LOGIN_RATE)


async def close() -> None:
    """Close this process's connections."""
    await _limiter.close()
