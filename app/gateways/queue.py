"""The alarm clock: wakes a worker through arq, by a job's name. What is owed stands in PostgreSQL only."""

from __future__ import annotations

import asyncio
import time
from contextvars import Context
from functools import partial
from typing import TYPE_CHECKING, Any, Final, cast

import msgspec
from arq.connections import ArqRedis
from prometheus_client import Counter
from redis.asyncio import ConnectionPool

from app.core.log import logger
from app.gateways.redis_server import redis_url

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Sequence

PATIENCE: Final = 0.3
QUIET_AFTER_FAILURE: Final = 2.0
APART: Final = 0.25  # seconds between two messages of a kind: what a crowd says meanwhile goes out together
TOGETHER: Final = 100  # lines in one message
WAKE_UPS: Final = Counter("crm_wake_ups_total", "Wake-ups sent to the workers.", ["job", "outcome"])

log = logger("queue")


class Alarm:
    """Connections to Redis that open when they are first needed, and are left alone while Redis is away."""

    def __init__(self) -> None:
        self._redis: ArqRedis | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._lock: tuple[asyncio.AbstractEventLoop, asyncio.Lock] | None = None
        self._quiet_until = 0.0

    async def ring(self, job: str) -> str:
        """Put a job into the queue and say how it went; never raises and never takes long."""
        async with self._turn():  # one at a time: without Redis only the first of a crowd waits for it
            return await self._try(job)

    async def _try(self, job: str) -> str:
        if self._is_away():
            return "skipped"
        try:
            async with asyncio.timeout(PATIENCE):
                await self._connected().enqueue_job(job)
        except Exception as error:  # noqa: BLE001  a sweep finds the work, whatever Redis says
            self._quiet_until = time.monotonic() + QUIET_AFTER_FAILURE
            log.warning("wake_up_failed", job=job, error=type(error).__name__)
            return "failed"
        return "sent"

    async def publish(self, channel: str, bodies: Sequence[bytes]) -> None:
        """Say lines to whoever listens, many in a message; like `ring` it never raises and never takes long."""
        if not bodies or self._is_away():
            return
        try:
            async with asyncio.timeout(PATIENCE):
                pipe: Any = self._connected().pipeline(transaction=False)
                for first in range(0, len(bodies), TOGETHER):
                    pipe.publish(channel, b"\n".join(bodies[first : first + TOGETHER]))
                await pipe.execute()
        except Exception as error:  # noqa: BLE001  open pages look again by themselves
            self._quiet_until = time.monotonic() + QUIET_AFTER_FAILURE
            log.warning("announcement_failed", channel=channel, error=type(error).__name__)

    async def ping(self) -> None:
        """Raise when Redis does not answer in time."""
        async with asyncio.timeout(PATIENCE):
            redis: Any = self._connected()
            await redis.ping()

    async def close(self) -> None:
        """Close the connections; the next ring opens new ones."""
        redis, self._redis = self._redis, None
        if redis is not None and self._loop is asyncio.get_running_loop():
            await redis.aclose(close_connection_pool=True)

    def _is_away(self) -> bool:
        """Say whether Redis failed a moment ago, as seen from this event loop's own connections."""
        return self._loop is asyncio.get_running_loop() and time.monotonic() < self._quiet_until

    def _turn(self) -> asyncio.Lock:
        loop = asyncio.get_running_loop()
        if self._lock is None or self._lock[0] is not loop:
            self._lock = loop, asyncio.Lock()
        return self._lock[1]

    def _connected(self) -> ArqRedis:
        loop = asyncio.get_running_loop()
        if self._redis is None or self._loop is not loop:
            # arq's own create_pool pings for five seconds: the web must start without Redis.
            untyped = cast("Any", ConnectionPool)
            pool = untyped.from_url(redis_url(), socket_connect_timeout=PATIENCE, socket_timeout=PATIENCE)
            self._redis = ArqRedis(pool, job_serializer=encode, job_deserializer=decode)
            self._redis.auto_close_connection_pool = True
            self._loop = loop
            self._quiet_until = 0.0
        return self._redis


_alarm: Final = Alarm()
_ringing: Final[set[asyncio.Task[None]]] = set()
_about_to: Final[dict[str, asyncio.Task[None]]] = {}
_last: Final[dict[str, float]] = {}
_unsaid: Final[dict[str, list[bytes]]] = {}


async def wake(job: str) -> None:
    """Ask a worker to run `job` now, behind the answer. Best effort: without Redis a sweep does it seconds later."""
    _soon(job, partial(_ring, job))


async def settle() -> None:
    """Wait until every wake-up so far has reached Redis, or failed to."""
    await asyncio.gather(*(each for each in _ringing if each.get_loop() is asyncio.get_running_loop()))


async def _ring(job: str) -> None:
    WAKE_UPS.labels(job, await _alarm.ring(job)).inc()


async def publish(channel: str, bodies: Sequence[bytes]) -> None:
    """Say lines to whoever listens, behind the answer. Best effort: who does not hear them looks again anyway."""
    if bodies:
        _unsaid.setdefault(channel, []).extend(bodies)
        _soon(channel, partial(_say, channel))


async def _say(channel: str) -> None:
    await _alarm.publish(channel, _unsaid.pop(channel, []))


def _soon(message: str, send: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Send now, or as soon as the last one is `APART` seconds ago; who asks meanwhile is served by that one."""
    waiting = _about_to.get(message)
    if waiting is not None and not waiting.done() and waiting.get_loop() is asyncio.get_running_loop():
        return
    # A context of its own: no transaction is open in there, whatever the caller has open.
    task = asyncio.create_task(_in_turn(message, send), context=Context())
    _about_to[message] = task
    _ringing.add(task)
    task.add_done_callback(_ringing.discard)


async def _in_turn(message: str, send: Callable[[], Coroutine[Any, Any, None]]) -> None:
    await asyncio.sleep(_last.get(message, 0.0) + APART - time.monotonic())
    # From here on a message is a new one: whoever listens may have looked already.
    del _about_to[message]
    _last[message] = time.monotonic()
    await send()


async def ping() -> None:
    """Raise when Redis does not answer."""
    await _alarm.ping()


async def close() -> None:
    """Close this process's connections to the queue, once what was asked for is sent."""
    await settle()
    await _alarm.close()


def encode(value: Any) -> bytes:
    """Write a job as JSON. arq's default is pickle: whoever writes to Redis would run code in the worker."""
    return msgspec.json.encode(value, enc_hook=repr)


def decode(body: bytes) -> Any:
    """Read a job written by `encode`."""
    return msgspec.json.decode(body)
