"""Reading other systems' streams as a consumer group: nothing is skipped, whoever dies or is wiped."""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from redis.exceptions import RedisError, ResponseError

from app.gateways.redis_server import connect

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

BATCH: Final = 100
WAIT_MS: Final = 2_000
TIMEOUT: Final = 5.0  # longer than the wait for new entries
CLAIM_EVERY: Final = 30.0
ABANDONED_AFTER_MS: Final = 60_000


class StreamDown(Exception):
    """Redis does not answer."""


@dataclass(frozen=True, slots=True)
class StreamEntry:
    """One entry as it came; `data` is None when the entry was deleted before anybody read it."""

    id: str
    data: bytes | None


class StreamReader:
    """One consumer of a group: first what it left unfinished, then what others left, then what is new."""

    def __init__(self, url: str, stream: str, group: str, consumer: str) -> None:
        self._redis = connect(url, TIMEOUT)
        self._stream, self._group, self._consumer = stream, group, consumer
        self._unfinished = True
        self._claim_at = 0.0

    async def read(self) -> list[StreamEntry]:
        """Return the next entries, none after two quiet seconds; raises StreamDown.

        Whatever is read and not acknowledged is read again after `start_over`.
        """
        with _down_when_broken():
            try:
                return await self._next()
            except ResponseError as error:
                if "NOGROUP" not in str(error):
                    raise
            return await self._make_group()

    async def acknowledge(self, entries: Sequence[StreamEntry]) -> None:
        """Tell the group that these entries are safe with us; raises StreamDown."""
        with _down_when_broken():
            if entries:
                await self._redis.xack(self._stream, self._group, *(entry.id for entry in entries))

    def start_over(self) -> None:
        """Read what was not acknowledged again."""
        self._unfinished = True

    async def close(self) -> None:
        """Close the connection."""
        await self._redis.aclose()

    async def _next(self) -> list[StreamEntry]:
        if self._unfinished:
            entries = await self._read("0", None)
            self._unfinished = bool(entries)
            if entries:
                return entries
        return await self._claim() or await self._read(">", WAIT_MS)

    async def _read(self, start: str, wait_ms: int | None) -> list[StreamEntry]:
        said = await self._redis.xreadgroup(
            self._group, self._consumer, {self._stream: start}, count=BATCH, block=wait_ms
        )
        return _entries(said[0][1]) if said else []

    async def _claim(self) -> list[StreamEntry]:
        """Take over what a dead consumer left."""
        if time.monotonic() < self._claim_at:
            return []
        said = await self._redis.xautoclaim(
            self._stream, self._group, self._consumer, ABANDONED_AFTER_MS, count=BATCH
        )
        entries = _entries(said[1])
        if not entries:
            self._claim_at = time.monotonic() + CLAIM_EVERY
        return entries

    async def _make_group(self) -> list[StreamEntry]:
        """Begin at the very first entry: what was sent before the group was made, or wiped, counts too."""
        try:
            await self._redis.xgroup_create(self._stream, self._group, id="0", mkstream=True)
        except ResponseError as error:
            if "BUSYGROUP" not in str(error):  # another consumer was quicker
                raise
        return []


@contextmanager
def _down_when_broken() -> Generator[None]:
    try:
        yield
    except (RedisError, OSError) as error:
        raise StreamDown(str(error) or type(error).__name__) from error


def _entries(raw: list[tuple[bytes, dict[bytes, bytes] | None]]) -> list[StreamEntry]:
    return [
        StreamEntry(entry_id.decode(), fields.get(b"data", b"") if fields else None)
        for entry_id, fields in raw
    ]
