"""What works and what is down."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from app.core.errors import Conflict
from app.core.settings import settings
from app.domain.viewer import system
from app.gateways import queue
from app.gateways.sso.company import sso
from app.store import pulse
from app.store.checks import failed, run_checks
from app.store.transaction import transaction

if TYPE_CHECKING:
    from collections.abc import Awaitable

PATIENCE_SECONDS: Final = 2.0
SAFEGUARDS_SECONDS: Final = 30.0
FAILED_SECONDS: Final = 1.0


@dataclass(frozen=True, slots=True)
class Health:
    """Each part with `up` or `down`; the CRM serves as long as PostgreSQL does and keeps its safeguards."""

    parts: dict[str, str]

    @property
    def serving(self) -> bool:
        """True while requests can be answered."""
        return self.parts["postgresql"] == self.parts["safeguards"] == "up"

    @property
    def status(self) -> str:
        """`ready`, `degraded` while only helpers are down, or `down`."""
        if not self.serving:
            return "down"
        return "ready" if set(self.parts.values()) == {"up"} else "degraded"


async def look_around() -> Health:
    """Ask PostgreSQL, its safeguards, Redis and the SSO at once, each for at most two seconds.

    The SSO is up while it gave its signing keys lately: known keys and sessions work on without it for a while.
    """
    asked = (_try(_ask_postgresql()), _try(_SAFEGUARDS.check()), _try(queue.ping()), _try(sso().keys.check()))
    answers = await asyncio.gather(*asked)
    return Health(dict(zip(("postgresql", "safeguards", "redis", "sso"), answers, strict=True)))


class Safeguards:
    """The boot checks again, once in half a minute: a trigger may be switched off under a running system."""

    def __init__(self) -> None:
        self._look: asyncio.Task[None] | None = None
        self._looked_at: float | None = None
        self._failed = False
        self._wrong = ""

    async def check(self) -> None:
        """Raise when roles, policies or triggers are not as they must be; all who ask meanwhile share one look."""
        if self._look is None or self._look.done():
            self._look = asyncio.create_task(self._look_at_them()) if self._is_due() else None
        if self._look is not None:
            await asyncio.shield(self._look)
        if self._wrong:
            raise Conflict(self._wrong)

    def _is_due(self) -> bool:
        rest = FAILED_SECONDS if self._failed else SAFEGUARDS_SECONDS
        return self._looked_at is None or time.monotonic() - self._looked_at > rest

    async def _look_at_them(self) -> None:
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                self._wrong = failed(await run_checks(settings().must_have("DATABASE_URL")))
            self._failed = False
        except Exception as error:  # noqa: BLE001  whatever it is, nobody knows how they are
            self._wrong = f"The safeguards cannot be looked at ({type(error).__name__})"
            self._failed = True
        self._looked_at = time.monotonic()


_SAFEGUARDS: Final = Safeguards()


async def _ask_postgresql() -> None:
    async with transaction(system("health")):
        await pulse.check_unscoped()


async def _try(asking: Awaitable[object]) -> str:
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            await asking
    except Exception:  # noqa: BLE001  whatever it is, the part is down
        return "down"
    return "up"
