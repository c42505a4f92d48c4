"""Anchor the timeline: sign where every chain ends, and keep that outside the database."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from app.core import clock
from app.core.log import logger
from app.domain.anchor import Signing, unlike_the_files
from app.domain.viewer import system
from app.gateways import anchor_files
from app.store import verify
from app.store.transaction import reading, transaction

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from app.domain.anchor import Signed

VIEWER: Final = system("jobs")
OFTEN_ENOUGH: Final = timedelta(hours=20)

log = logger("anchor")


async def anchor_timeline(home: Path) -> Path:
    """Sign the ends of all chains; the root goes into the database and the log, the whole into a file."""
    at, signing = clock.now(), Signing()
    with anchor_files.open_body(home) as body:
        async with reading(VIEWER):
            async for heads in verify.read_heads(VIEWER):
                await asyncio.to_thread(body.write, signing.add(heads))
        signed = signing.sign(f"{at:%Y-%m-%dT%H:%M:%SZ}", anchor_files.signing_key(home))
        path = await asyncio.to_thread(anchor_files.write_anchor, home, signed, body, at)
    # Last: a row without a file would say for a day that there is a copy outside.
    async with transaction(VIEWER):
        await verify.insert_anchor(VIEWER, signed, at)
    log.info("timeline_anchored", root=signed.root, entries=signed.entries, customers=signed.customers)
    return path


async def anchor_if_due(home: Path) -> Path | None:
    """Anchor unless that was done within the day: a machine that sleeps at night does it when it wakes."""
    async with reading(VIEWER):
        last = await verify.last_anchored_at(VIEWER)
    if last is not None and clock.now() - last < OFTEN_ENOUGH:
        return None
    return await anchor_timeline(home)


async def unlike_the_database(kept: Sequence[Signed]) -> str | None:
    """Say in what these anchors are not those that the database knows of; None when they are."""
    async with reading(VIEWER):
        return unlike_the_files(await verify.recorded_anchors(VIEWER), kept)
