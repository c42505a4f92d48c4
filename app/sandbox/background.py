"""Work that goes on for as long as the sandbox runs."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final

from app.core.log import logger

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable

FIRST_PAUSE: Final = 0.2
LONGEST_PAUSE: Final = 5.0

log = logger("sandbox")


class Loop:
    """One step repeated for ever; an outage is waited out, and `trouble` says what it is."""

    def __init__(self, name: str, step: Callable[[], Awaitable[None]]) -> None:
        self.name = name
        self.step = step
        self.trouble: str | None = None

    async def run(self) -> None:
        """Repeat the step until cancelled, with longer pauses while it fails."""
        pause = FIRST_PAUSE
        while True:
            try:
                await self.step()
                self.trouble, pause = None, FIRST_PAUSE
            except Exception as error:  # noqa: BLE001 - a loop outlives what nobody foresaw
                self.trouble = str(error) or type(error).__name__
                log.warning("step_failed", loop=self.name, error=type(error).__name__, pause=pause)
                await asyncio.sleep(pause)
                pause = min(pause * 2, LONGEST_PAUSE)


@asynccontextmanager
async def running(loops: Iterable[Loop]) -> AsyncGenerator[None]:
    """Run the loops until the block ends."""
    tasks = [asyncio.create_task(loop.run(), name=loop.name) for loop in loops]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
