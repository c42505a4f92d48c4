"""What tests of pages share."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from app.web.live import Streams

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from redis.asyncio import Redis

SECONDS = 10


@pytest.fixture
async def streams(redis: Redis) -> AsyncGenerator[Streams]:
    """Streams whose hub listens already, so that nobody is told to look at the beginning."""
    made = Streams()
    first = made._hub.join()
    assert await asyncio.wait_for(first.get(), SECONDS) is None
    made._hub.leave(first)
    yield made
    await made.close()
