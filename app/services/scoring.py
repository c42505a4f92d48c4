"""Scores: asked for by a wake-up, owed in the tables, given here."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from app.core import clock
from app.domain.scoring.model import COLD_START
from app.domain.scoring.result import is_news
from app.domain.timeline import NewEntry
from app.domain.viewer import system
from app.gateways import live
from app.gateways.live import Change
from app.store import scoring as store
from app.store import timeline
from app.store.transaction import transaction

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from app.domain.scoring.model import Model
    from app.store.scoring import Claimed, NewScore

VIEWER: Final = system("jobs")
BATCH: Final = 50  # their rows are locked together: short enough that nobody notices
PATIENCE: Final = 3.0
GOOD_FOR: Final = timedelta(days=1)  # engagement decays, so every open lead is scored again after a day


async def score_due(limit: int = BATCH) -> int:
    """Score up to `limit` leads that are owed a score, the oldest debt first; returns how many."""
    now = clock.now()
    async with transaction(VIEWER):
        scores = await _score(await store.claim_due(VIEWER, limit, now), now)
    await _announce(scores)
    return len(scores)


async def score_all_due(seconds: float = PATIENCE) -> int:
    """Score what is owed, batch after batch, for a few seconds at most; the next sweep goes on."""
    end, done = time.monotonic() + seconds, 0
    while (scored := await score_due()) and time.monotonic() < end:
        done += scored
    return done + scored


async def owe_old_scores(limit: int = 10_000) -> int:
    """Owe a new score to open leads whose score is a day old; returns how many."""
    now = clock.now()
    async with transaction(VIEWER):
        return await store.owe_old_scores(VIEWER, now - GOOD_FOR, limit, now)


async def _announce(scores: Sequence[NewScore]) -> None:
    """Tell open boards; a version does not count scores, so they look whatever version they show."""
    leads = [new.lead for new in scores]
    await live.announce_all(
        Change(str(lead.id), 0, (lead.owner_id,) if lead.owner_id else (), str(lead.customer_id))
        for lead in leads
    )


async def _score(claimed: Sequence[Claimed], now: datetime) -> list[NewScore]:
    """Score the claimed leads by the active version, with a snapshot and an entry where something changed."""
    if not claimed:
        return []
    model = await store.active_model(VIEWER, COLD_START, now)
    scores = [_score_one(model, lead, now) for lead in claimed]
    changed = [new for new in scores if new.differs(model.version)]
    await store.write_scores(VIEWER, scores, model.version, now)
    await store.insert_snapshots(changed, model.version, now)
    for new in changed:
        if is_news(new.lead.score, new.scored.score):
            await timeline.append(VIEWER, _entry(new, model.version, now))
    return scores


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
