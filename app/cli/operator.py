"""What operators' commands share: the running stack's database, and who acts."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Final, TypeVar

from app.core.log import configure
from app.domain.viewer import system
from app.gateways import live, queue
from app.sandbox.stack import join_running_stack
from app.store.transaction import close_pool, open_pool, tell_of_entries

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from app.core.settings import Settings

T = TypeVar("T")
OPERATOR: Final = system("operator")


def on_stack(work: Callable[[Settings], Awaitable[T]]) -> T:
    """Run `work` as part of the stack that runs, or of the one the environment names."""
    configure(logging.WARNING)  # what a command says is its own output; only trouble is logged beside it
    settings = join_running_stack()
    return asyncio.run(_with_pool(settings, work))


async def _with_pool(settings: Settings, work: Callable[[Settings], Awaitable[T]]) -> T:
    await open_pool(settings.must_have("DATABASE_URL"), 1)
    tell_of_entries(live.announce_entries)
    try:
        return await work(settings)
    finally:
        await queue.close()
        await close_pool()
