"""Servers that somebody else runs: checked before anything is started on them."""

from __future__ import annotations

import asyncio
from typing import Any, Final, cast
from urllib.parse import urlsplit

import asyncpg
from redis import RedisError

from app.core.settings import BadSetting
from app.sandbox.valkey import connect

OLDEST_POSTGRES: Final = 150_000
PATIENCE: Final = 5.0


def check_database(variable: str, url: str) -> None:
    """Refuse, naming the setting, when there is no PostgreSQL 15 or newer behind it that lets us in."""
    try:
        version = asyncio.run(_version(url))
    except (OSError, ValueError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise BadSetting(_unreachable(variable, url, error)) from error
    if version < OLDEST_POSTGRES:
        raise BadSetting(f"{variable} leads to PostgreSQL {version // 10_000}; it must be 15 or newer")


def check_redis(variable: str, url: str) -> None:
    """Refuse, naming the setting, when no Redis or Valkey answers behind it."""
    try:
        with connect(url, PATIENCE) as client:
            client.ping()
    except (OSError, ValueError, RedisError) as error:
        raise BadSetting(_unreachable(variable, url, error)) from error


async def _version(url: str) -> int:
    connection: Any = await cast("Any", asyncpg).connect(url, timeout=PATIENCE)
    try:
        return int(await connection.fetchval("SHOW server_version_num"))
    finally:
        await connection.close()


def _unreachable(variable: str, url: str, error: Exception) -> str:
    """Say where it failed, without the password that the URL carries."""
    place = urlsplit(url).netloc.rpartition("@")[2] or "no host"
    reason = next(iter(str(error).splitlines()), "") or type(error).__name__
    return f"{variable} leads nowhere ({place}): {reason}"
