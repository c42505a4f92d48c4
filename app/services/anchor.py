"""Anchor the timeline: sign where every chain ends, and keep that outside the database."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from app.core import clock
from app.core.log import logger
from app.domain.anchor import sign_heads
from app.domain.viewer import system
from app.gateways import anchor_files
from app.store import verify
from app.store.transaction import transaction

if TYPE_CHECKING:
    from pathlib import Path

VIEWER: Final = system("jobs")
OFTEN_ENOUGH: Final = timedelta(hours=20)

log = logger("anchor")


async def anchor_timeline(home: Path) -> Path:
    """Sign the ends of all chains; the root goes into the database and the log, the whole into a file."""
    at = clock.now()
    async with transaction(VIEWER):
        heads = await verify.read_heads(VIEWER)
        stamp = f"{at:%Y-%m-%dT%H:%M:%SZ}"
        signed, text = await asyncio.to_thread(sign_heads, heads, stamp, anchor_files.signing_key(home))
        await verify.insert_anchor(VIEWER, signed, at)
    path = await asyncio.to_thread(anchor_files.write_anchor, home, text, at)
    log.info("timeline_anchored", root=signed.root, entries=signed.entries, customers=signed.customers)
    return path


async def anchor_if_due(home: Path) -> Path | None:
    """Anchor unless that was done within the day: a machine that sleeps at night does it when it wakes."""
    async with transaction(VIEWER):
        last = await verify.last_anchored_at(VIEWER)
    if last is not None and clock.now() - last < OFTEN_ENOUGH:
        return None
    return await anchor_timeline(home)
