"""What boards are told through Redis, heard as a web process hears it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from app.gateways import live, queue
from tests.wait import PATIENCE

if TYPE_CHECKING:
    from collections.abc import Awaitable
    from uuid import UUID

    from redis.asyncio import Redis


def lines(message: dict[str, Any] | None) -> list[str]:
    """Return what a message says, a line each; nothing of another kind of message."""
    return message["data"].splitlines() if message and message["type"] == "message" else []


def changes(message: dict[str, Any] | None) -> list[dict[str, Any]]:
    """Return the changes of leads that a message tells of."""
    return [json.loads(line) for line in lines(message)]


async def boards_hear_of(redis: Redis, leads: set[UUID], act: Awaitable[object]) -> None:
    """Do it, and return once boards were told to look at each of these leads; fails when they are not."""
    heard = redis.pubsub()
    await heard.subscribe(live.CHANNEL)
    await act
    await queue.settle()
    silent = {str(lead) for lead in leads}
    while silent:  # a channel is heard in every database of the server, by all who test
        message = await heard.get_message(timeout=PATIENCE)
        assert message is not None, f"nobody is told of {silent}"
        silent -= {change["lead_id"] for change in changes(message)}
    await heard.aclose()
