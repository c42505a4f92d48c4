"""Events as the SSO sends them."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

from app.core import clock
from app.core.ids import uuid7
from app.services import identity_events

if TYPE_CHECKING:
    import asyncpg

GRACE = "sso-grace"


def event(**data: Any) -> dict[str, Any]:
    """A UserEmailUpdated of Grace; keywords change its data, or with a capital letter its envelope."""
    envelope = {key.lower(): data.pop(key) for key in list(data) if key[0].isupper()}
    return {
        "specversion": "1.0",
        "id": str(uuid7()),
        "source": "/slyyfoxx/sso",
        "type": "UserEmailUpdated",
        "subject": GRACE,
        "data": {"user_id": GRACE, "email": "new@grace.example", "updated_at": clock.now(), **data},
        **envelope,
    }


def raw(said: Any) -> bytes:
    return json.dumps(said, default=datetime.isoformat).encode()


async def receive(*events: dict[str, Any]) -> list[str]:
    answers = [(await identity_events.receive_event(raw(said))).status for said in events]
    await identity_events.apply_due()
    return answers


async def statuses(owner: asyncpg.Connection) -> list[str]:
    return [row["status"] for row in await owner.fetch("SELECT status FROM inbox ORDER BY received_at, id")]
