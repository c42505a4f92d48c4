"""The company's Redis and how it is reached: nobody connects before the first use, and nobody waits for ever."""

from __future__ import annotations

from typing import Any, cast

from redis.asyncio import Redis

from app.core.settings import settings


def redis_url() -> str:
    """Return where it is; raises ConnectionError like an outage where no place is set."""
    url = settings().redis_url
    if url is None:
        message = "REDIS_URL is not set"
        raise ConnectionError(message)
    return url


def connect(url: str, seconds: float, **more: float) -> Any:
    """Return a client that connects when it is first used, and never waits longer than that.

    The library leaves its own types partly unknown.
    """
    return cast("Any", Redis).from_url(url, socket_timeout=seconds, socket_connect_timeout=seconds, **more)
