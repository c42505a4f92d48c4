"""The CRM learns from its own closed leads, and takes over what it learned only when that is better."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from app.core import clock
from app.domain.scoring.learning import is_enough, learn
from app.domain.scoring.model import COLD_START
from app.domain.viewer import system
from app.store import score_models
from app.store.scoring import active_model
from app.store.transaction import transaction

if TYPE_CHECKING:
    from app.domain.scoring.gate import Decision

VIEWER = system("jobs")


async def train_scoring() -> Decision | None:
    """Learn a new version and keep it with the verdict; None while there is too little that is new."""
    now = clock.now()
    async with transaction(VIEWER):
        incumbent = await active_model(VIEWER, COLD_START, now)
        examples = await score_models.read_examples(VIEWER)
        newly_closed = await score_models.count_newly_closed(VIEWER)
    if not is_enough(examples, newly_closed):
        return None
    # Seconds of arithmetic: in a thread, so that the worker's other jobs go on, and outside any transaction.
    candidate = await asyncio.to_thread(learn, examples, incumbent)
    version = f"points-{now:%Y%m%d-%H%M%S}"
    async with transaction(VIEWER):
        await score_models.insert_candidate(VIEWER, version, candidate, now)
        if candidate.decision.promote:
            await score_models.activate(VIEWER, version, now)
    return candidate.decision
