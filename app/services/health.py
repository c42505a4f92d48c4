"""What works and what is down."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from app.domain.viewer import system
from app.gateways import queue
from app.gateways.sso.company import sso
from app.store import pulse
from app.store.transaction import transaction

if TYPE_CHECKING:
    from collections.abc import Awaitable

PATIENCE_SECONDS: Final = 2.0


@dataclass(frozen=True, slots=True)
class Health:
    """Each part with `up` or `down`; the CRM serves as long as PostgreSQL does."""

    parts: dict[str, str]

    @property
    def serving(self) -> bool:
        """True while requests can be answered."""
        return self.parts["postgresql"] == "up"

    @property
    def status(self) -> str:
        """`ready`, `degraded` while only helpers are down, or `down`."""
        if not self.serving:
            return "down"
        return "ready" if set(self.parts.values()) == {"up"} else "degraded"


async def look_around() -> Health:
    """Ask PostgreSQL, Redis and the SSO at once, each for at most two seconds.

    The SSO is up while it gave its signing keys lately: known keys and sessions work on without it for a while.
    """
    asked = (_try(_ask_postgresql()), _try(queue.ping()), _try(sso().keys.check()))
    postgresql, redis, sign_in = await asyncio.gather(*asked)
    return Health({"postgresql": postgresql, "redis": redis, "sso": sign_in})


async def _ask_postgresql() -> None:
    async with transaction(system("health")):
        await pulse.check()


async def _try(asking: Awaitable[object]) -> str:
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            await asking
    except Exception:  # noqa: BLE001  whatever it is, the part is down
        return "down"
    return "up"
