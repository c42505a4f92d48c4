"""Where our events go: a Redis stream that every consumer of the company can read, or its in-memory twin."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final, Protocol

import msgspec
from redis.exceptions import RedisError
from typing_extensions import override

from app.contracts.events import OUR_STREAM
from app.core import clock
from app.gateways.redis_server import connect

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from app.contracts.events import OutgoingEvent

REMEMBERED_SECONDS: Final = 7 * 24 * 60 * 60
TIMEOUT: Final = 2.0
ENTRIES_AT_ONCE: Final = 500
RETRY_AFTER: Final = (1.0, 2.0, 5.0, 10.0, 20.0, 30.0)  # our own bus: it must not wait long once it is back
# One step for Redis: a worker killed between the marker and the entry would lose or double the event. Where the entry
# is refused (a key of another type, a right that is missing) the marker goes: the next try would take it for the event.
PUBLISH_ONCE: Final = """
if not redis.call('SET', KEYS[2], '1', 'NX', 'EX', ARGV[1]) then
    return 0
end
local added = redis.pcall(
    'XADD', KEYS[1], '*', 'data', ARGV[2], 'id', ARGV[3], 'type', ARGV[4], 'subject', ARGV[5])
if type(added) == 'table' and added.err then
    redis.call('DEL', KEYS[2])
    return added
end
return 1
"""
# One step for Redis too: a group made in between may still want what would go. Ids are compared by their milliseconds.
TRIM_READ: Final = """
local groups = redis.pcall('XINFO', 'GROUPS', KEYS[1])
if groups.err or #groups == 0 then
    return 0
end
local keep = tonumber(ARGV[1])
for _, group in ipairs(groups) do
    local said = {}
    for i = 1, #group, 2 do
        said[group[i]] = group[i + 1]
    end
    local unread = redis.call('XPENDING', KEYS[1], said['name'])[2] or said['last-delivered-id']
    keep = math.min(keep, tonumber(string.match(unread, '^%d+')))
end
return redis.call('XTRIM', KEYS[1], 'MINID', string.format('%.0f', keep))
"""


class Undelivered(Exception):
    """A sink did not take the event; the message says why, for an operator.

    `retry_after` are the seconds it asks us to wait at least; `gone` says that it wants no more events at all.
    """

    def __init__(self, why: str, *, retry_after: float = 0.0, gone: bool = False) -> None:
        super().__init__(why)
        self.retry_after, self.gone = retry_after, gone


class Sink(Protocol):
    """Something that takes events and has them safe once `publish` returns."""

    name: str
    # One event at a time in the whole fleet: a sink that can hang must not take every place of every worker.
    one_at_a_time: bool
    # Seconds to wait after the first failure, the second, …; the last wait repeats.
    retry_after: Sequence[float]

    async def publish(self, event: OutgoingEvent) -> str:
        """Hand the event over and return the sink's answer; raises Undelivered."""
        ...

    async def forget(self, event_ids: Sequence[UUID]) -> None:
        """Let these events be published again, though they were before; raises Undelivered."""

    async def lost(self, event_ids: Sequence[UUID]) -> list[UUID]:  # noqa: ARG002  most cannot be asked
        """Return which of these, handed over within six days, it does not have any more; raises Undelivered."""
        return []

    async def trim(self) -> int:
        """Drop what is older than a week and was read by everybody; returns how many events, raises Undelivered."""
        return 0

    async def close(self) -> None:
        """Give up the connections."""
        ...


class RedisStream(Sink):
    """The company's bus: plain JSON in the field `data`, at most one entry for each event id."""

    name = "stream"
    one_at_a_time = False
    retry_after = RETRY_AFTER

    def __init__(self, url: str) -> None:
        self._redis = connect(url, TIMEOUT)
        self._publish_once = self._redis.register_script(PUBLISH_ONCE)
        self._trim_read = self._redis.register_script(TRIM_READ)

    async def publish(self, event: OutgoingEvent) -> str:
        """Append the event unless it is there already; Redis has it when this returns."""
        fields = (msgspec.json.encode(event), str(event.id), event.type, event.subject)
        keys = (OUR_STREAM, _marker(event.id))
        try:
            added: int = await self._publish_once(keys, (REMEMBERED_SECONDS, *fields))
        except (RedisError, OSError) as error:
            raise _undelivered(error) from error
        return "added" if added else "was there already"

    async def forget(self, event_ids: Sequence[UUID]) -> None:
        """Drop the markers, so that the same ids can be appended again."""
        try:
            if event_ids:
                await self._redis.delete(*(_marker(each) for each in event_ids))
        except (RedisError, OSError) as error:
            raise _undelivered(error) from error

    @override
    async def lost(self, event_ids: Sequence[UUID]) -> list[UUID]:
        """Return which are neither marked nor in the stream: Redis was emptied, or has come back older than it was."""
        try:
            found: list[Any] = (
                await self._redis.mget([_marker(each) for each in event_ids]) if event_ids else []
            )
            missing = [each for each, mark in zip(event_ids, found, strict=True) if mark is None]
            there = await self._ids() if missing else set[str]()
        except (RedisError, OSError) as error:
            raise _undelivered(error) from error
        return [each for each in missing if str(each) not in there]

    async def _ids(self) -> set[str]:
        """Return the ids of all events in the stream: a full Redis may have dropped markers, but never those."""
        ids, after = set[str](), "-"
        while found := await self._redis.xrange(OUR_STREAM, after, count=ENTRIES_AT_ONCE):
            ids |= {fields.get(b"id", b"").decode() for _, fields in found}
            after = "(" + found[-1][0].decode()
        return ids

    @override
    async def trim(self) -> int:
        """Drop what is older than its marker and was acknowledged in every group; nothing while there is no group."""
        before = int((clock.now() - timedelta(seconds=REMEMBERED_SECONDS)).timestamp() * 1000)
        try:
            return await self._trim_read((OUR_STREAM,), (before,))
        except (RedisError, OSError) as error:
            raise _undelivered(error) from error

    async def close(self) -> None:
        """Close the connections."""
        await self._redis.aclose()


class MemoryStream(Sink):
    """The twin for tests: keeps the events in a list, and is away while `trouble` says why."""

    name = "stream"
    one_at_a_time = False
    retry_after = RETRY_AFTER

    def __init__(self) -> None:
        self.events: list[OutgoingEvent] = []
        self.trouble: str | None = None
        self._seen: set[UUID] = set()

    async def publish(self, event: OutgoingEvent) -> str:
        """Keep the event unless it is there already."""
        if self.trouble is not None:
            raise Undelivered(self.trouble)
        if event.id in self._seen:
            return "was there already"
        self._seen.add(event.id)
        self.events.append(event)
        return "added"

    async def forget(self, event_ids: Sequence[UUID]) -> None:
        """Let the same ids be kept again."""
        self._seen -= set(event_ids)

    @override
    async def lost(self, event_ids: Sequence[UUID]) -> list[UUID]:
        """Return those that were never kept, or forgotten."""
        if self.trouble is not None:
            raise Undelivered(self.trouble)
        return [each for each in event_ids if each not in self._seen]

    async def close(self) -> None:
        """Do nothing: there is no connection."""


def _marker(event_id: UUID) -> str:
    return f"{OUR_STREAM}:published:{event_id}"


def _undelivered(error: Exception) -> Undelivered:
    return Undelivered(f"Redis: {type(error).__name__}")
