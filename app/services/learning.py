"""The CRM learns from its own closed leads, and takes over what it learned only when that is better."""

from __future__ import annotations

import asyncio
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import TYPE_CHECKING, Final

from app.core import clock
from app.core.log import logger
from app.domain.audit import Act
from app.domain.scoring.learning import Candidate, is_enough, judged_features, learn
from app.domain.scoring.model import COLD_START
from app.domain.scoring.report import LEAST, find_drift, judge
from app.domain.scoring.versions import Check
from app.domain.viewer import system
from app.store import audit, score_checks, score_models
from app.store.scoring import active_model
from app.store.transaction import transaction

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.domain.scoring.gate import Decision
    from app.domain.scoring.learning import Example
    from app.domain.scoring.model import Model
    from app.domain.scoring.report import Judged

VIEWER = system("jobs")
NEWEST: Final = 3000  # more would add nothing to the order, and a job may not take long (docs/adr/0073)

log = logger("learning")


async def train_scoring() -> Decision | None:
    """Learn a new version and keep it with the verdict; None while there is too little that is new."""
    now = clock.now()
    async with transaction(VIEWER):
        incumbent = await active_model(VIEWER, COLD_START, now)
        examples = await score_models.read_examples(VIEWER, NEWEST)
        newly_closed = await score_models.count_newly_closed(VIEWER)
    if not is_enough(examples, newly_closed):
        return None
    candidate = await _learn_elsewhere(examples, incumbent)
    version = f"points-{now:%Y%m%d-%H%M%S}"
    async with transaction(VIEWER):
        await score_models.insert_candidate(VIEWER, version, candidate, now)
        if candidate.decision.promote:
            await score_models.activate(VIEWER, version)
            await audit.append(VIEWER, Act("version_activated", version))
    log.info("learned", version=version, promoted=candidate.decision.promote, why=candidate.decision.reason)
    return candidate.decision


async def check_scoring() -> Check | None:
    """Look how the active version does on leads that came after it; None while too few of them are closed."""
    now = clock.now()
    async with transaction(VIEWER):
        model = await active_model(VIEWER, COLD_START, now)
        version, _ = await score_models.read_version(VIEWER, model.version)
        since = await score_models.read_examples(VIEWER, NEWEST, since=version.created_at)
        before = await score_models.read_examples(VIEWER, NEWEST, before=version.created_at)
        if not _shows_something(since):
            return None
        known = _judge(model, before) if len(before) >= LEAST else None
        check = Check(now, model.version, *_tupled(find_drift(known, _judge(model, since))))
        await score_checks.insert_check(VIEWER, check)
    for warning in check.warnings:
        log.warning("scoring_drifts", version=check.version, warning=warning)
    return check


async def _learn_elsewhere(examples: Sequence[Example], incumbent: Model) -> Candidate:
    """Run seconds of arithmetic in a process of its own: neither the event loop nor its thread waits."""
    pool = ProcessPoolExecutor(1, get_context("spawn"))
    try:
        return await asyncio.get_running_loop().run_in_executor(pool, learn, examples, incumbent)
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _shows_something(examples: Sequence[Example]) -> bool:
    return len(examples) >= LEAST and 0 < sum(one.won for one in examples) < len(examples)


def _judge(model: Model, examples: Sequence[Example]) -> Judged:
    return judge(model, [judged_features(one) for one in examples], [one.won for one in examples])


def _tupled(found: tuple[dict[str, float], list[str]]) -> tuple[dict[str, float], tuple[str, ...]]:
    return found[0], tuple(found[1])
