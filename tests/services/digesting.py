"""What tests of the daily e-mail share."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from app.services import digests
from app.web.home.letter import write
from tests import make

if TYPE_CHECKING:
    import asyncpg

    from app.domain.viewer import Viewer
    from tests.mailing import Post

TUESDAY = datetime(2026, 12, 1, 6, 30, tzinfo=UTC)  # half past seven in Berlin
MINUTE = timedelta(minutes=1)


async def lives_in(owner: asyncpg.Connection, who: Viewer, zone: str | None) -> None:
    await owner.execute("UPDATE staff SET zone = $2 WHERE id = $1", who.id, zone)


async def waiting(owner: asyncpg.Connection, who: Viewer, name: str = "Grace Hopper", **given: Any) -> None:
    """Give somebody a lead that has been overdue since yesterday."""
    person = await make.customer(owner, name=name)
    late = {"follow_up_at": TUESDAY - timedelta(days=1), "follow_up_note": "Ask about Zanzibar"}
    await make.lead(owner, who, customer_id=person, **{**late, **given})


async def send(post: Post | None) -> int:
    return await digests.send_due(post.server if post else None, write)


async def states(owner: asyncpg.Connection) -> list[str]:
    return [row["state"] for row in await owner.fetch("SELECT state FROM digest ORDER BY day, state")]


def token_of(mail: Any) -> str:
    return urlsplit(mail["List-Unsubscribe"].strip("<>")).path.rpartition("/")[2]
