"""The neighbours on a port of their own, beside an empty Redis."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.sandbox.neighbours import neighbours, settings_of

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator
    from pathlib import Path

    from httpx import AsyncClient
    from redis.asyncio import Redis

    from app.core.settings import Settings
    from tests.database import Place


@pytest.fixture
def config(tmp_path: Path, place: Place) -> Settings:
    """What the sandbox is told."""
    return settings_of(tmp_path, place.redis_url)


@pytest.fixture
async def sandbox(config: Settings, redis: Redis) -> AsyncGenerator[AsyncClient]:
    """A browser among the neighbours."""
    async with neighbours(config) as client:
        yield client
