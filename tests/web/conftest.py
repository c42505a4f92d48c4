"""What tests of pages share."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from app.web.live import Streams
from tests.conftest import browser_of

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from httpx import AsyncClient
    from litestar import Litestar
    from redis.asyncio import Redis

SECONDS = 10


@pytest.fixture
async def browser(app: Litestar) -> AsyncGenerator[AsyncClient]:
    """Somebody's browser, in which nobody has signed in yet."""
    async with browser_of(app) as client:
        yield client


@pytest.fixture
async def streams(redis: Redis) -> AsyncGenerator[Streams]:
    """Streams whose hub listens already, so that nobody is told to look at the beginning."""
    made = Streams()
    first = made._hub.join()
    assert await asyncio.wait_for(first.get(), SECONDS) is None
    made._hub.leave(first)
    yield made
    await made.close()
