"""How things flow through Redis: the queue of wake-ups, the worker's sign of life, and the streams' consumers."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any, Final

from redis.exceptions import RedisError, ResponseError

from app.domain.figures import Flow, GroupLag
from app.gateways.redis_server import connect

if TYPE_CHECKING:
    from collections.abc import Sequence

PATIENCE: Final = 1.0
QUEUE: Final = "arq:queue"
SIGN_OF_LIFE: Final = "arq:queue:health-check"


async def look_at_flow(url: str, streams: Sequence[str]) -> Flow | None:
    """Return what Redis says, None when it does not answer within a second."""
    redis = connect(url, PATIENCE)
    try:
        async with asyncio.timeout(PATIENCE):
            oldest = await redis.zrange(QUEUE, 0, 0, withscores=True)
            due_at = oldest[0][1] / 1000 if oldest else time.time()
            return Flow(
                jobs=await redis.zcard(QUEUE),
                jobs_age=max(time.time() - due_at, 0.0),
                worker=bool(await redis.exists(SIGN_OF_LIFE)),
                groups=tuple([group for stream in streams for group in await _groups(redis, stream)]),
            )
    except (RedisError, OSError, TimeoutError):
        return None
    finally:
        await redis.aclose()


async def _groups(redis: Any, stream: str) -> list[GroupLag]:
    try:
        found = await redis.xinfo_groups(stream)
    except ResponseError:  # nobody has written to it or read from it yet
        return []
    return [GroupLag(stream, group["name"].decode(), group["lag"] or 0, group["pending"]) for group in found]
