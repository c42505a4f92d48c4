"""Scores: asked for by a wake-up, owed in the tables, given here."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Final

from app.core import clock
from app.domain.scoring.engagement import GOOD_FOR
from app.domain.scoring.model import COLD_START
from app.domain.scoring.result import is_news
from app.domain.timeline import NewEntry
from app.domain.viewer import system
from app.gateways import live
from app.gateways.live import Change
from app.store import score_models, timeline
from app.store import scoring as store
from app.store.transaction import transaction

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from app.domain.scoring.model import Model
    from app.domain.viewer import Viewer
    from app.store.scoring import Claimed, NewScore

VIEWER: Final = system("jobs")
BATCH: Final = 50  # their rows are locked together: short enough that nobody notices
PATIENCE: Final = 1.5  # seconds; the next sweep comes after two, and must not find this one at work
NEWS: Final = timedelta(minutes=1)
CROWD: Final = 1000  # for one wake-up; the next one goes on
PORTION: Final = 400  # of one sweep: a whole company scored anew leaves its pages room
PER_MINUTE: Final = PORTION * 30  # the sweep comes every other second (jobs/worker.py)
LONG_AGO: Final = datetime(2000, 1, 1, tzinfo=UTC)


async def score_due(limit: int = BATCH, after: datetime = LONG_AGO) -> int:
    """Score up to `limit` leads whose score fell due after a moment, the newest debt first; returns how many."""
    now = clock.now()
    async with transaction(VIEWER):
        claimed = await store.claim(VIEWER, limit, after, now, now)
        changed = await _score(claimed, now)
    await _announce(changed)
    return len(claimed)


async def score_outdated(limit: int = BATCH) -> int:
    """Score up to `limit` leads not scored since another version became the active one; returns how many."""
    now = clock.now()
    async with transaction(VIEWER):
        until = await outdated_until(VIEWER)
        claimed = await store.claim(VIEWER, limit, now, until, now)
        changed = await _score(claimed, now)
    await _announce(changed)
    return len(claimed)


async def outdated_until(viewer: Viewer) -> datetime:
    """Return when a score falls due that was given as the active version became it: what falls due before is older."""
    activated_at = await score_models.read_activated_at(viewer)
    return activated_at + GOOD_FOR if activated_at else LONG_AGO


async def score_news() -> None:
    """Score what changed a moment ago; a sweep finds what is left."""
    await _batches(partial(score_due, after=clock.now() - NEWS), CROWD, time.monotonic() + PATIENCE)


async def score_portion(portion: int = PORTION, seconds: float | None = None) -> int:
    """Score about a portion of what is due, then of what is outdated, while there is time; returns how many."""
    end = time.monotonic() + (PATIENCE if seconds is None else seconds)
    done = await _batches(score_due, portion, end)
    return done + await _batches(score_outdated, portion - done, end)


async def _batches(score: Callable[[], Awaitable[int]], most: int, end: float) -> int:
    """Score while batches are full: what comes in meanwhile makes a better batch a moment later."""
    done = 0
    while done < most and time.monotonic() < end:
        scored = await score()
        done += scored
        if scored < BATCH:
            break
    return done


async def owe_forgotten(limit: int = PORTION) -> int:
    """Owe the next score to open leads without one, as an older release leaves them; returns how many."""
    async with transaction(VIEWER):
        return await store.owe_forgotten(VIEWER, limit, clock.now())


async def _announce(scores: Sequence[NewScore]) -> None:
    """Tell open boards; a version does not count scores, so they look whatever version they show."""
    await live.announce_all(Change.uncounted(new.lead.id, new.lead.owner_id) for new in scores)


async def _score(claimed: Sequence[Claimed], now: datetime) -> list[NewScore]:
    """Score the claimed leads by the active version; returns those of which a person could see something new."""
    if not claimed:
        return []
    await store.keep_active(VIEWER)
    model = await store.active_model(VIEWER, COLD_START, now)
    scores = [_score_one(model, lead, now) for lead in claimed]
    changed = [new for new in scores if new.differs(model.version)]
    await store.write_scores(VIEWER, scores, model.version, now)
    await store.insert_snapshots(changed, model.version, now)
    for new in changed:
        if is_news(new.lead.score, new.scored.score):
            await timeline.append(VIEWER, _entry(new, model.version, now))
    return changed


def _score_one(model: Model, lead: Claimed, now: datetime) -> NewScore:
    features = model.features(lead.facts, now)
    return store.NewScore(lead, model.score(features), features)


def _entry(new: NewScore, version: str, now: datetime) -> NewEntry:
    return NewEntry(
        customer_id=new.lead.customer_id,
        lead_id=new.lead.id,
        kind="score_changed",
        actor_id=VIEWER.id,
        occurred_at=now,
        data={"from": new.lead.score, "to": new.scored.score, "version": version},
    )
