"""The CRM learns from its own closed leads, at a fixed age, and promotes only what is better."""

from __future__ import annotations

import json
from datetime import timedelta
from random import Random
from typing import TYPE_CHECKING, Any

import pytest

from app.core.clock import now
from app.core.ids import uuid7
from app.domain.scoring.engagement import GOOD_FOR
from app.domain.viewer import system
from app.services.learning import train_scoring
from app.services.scoring import score_due, score_portion
from app.store.score_models import read_examples
from app.store.transaction import transaction
from tests import make

if TYPE_CHECKING:
    import asyncpg

    from tests.cast import Cast

pytestmark = pytest.mark.usefixtures("pool")


ADD_LEAD = """
    INSERT INTO lead (id, customer_id, status, stage, lost_reason, currency, stage_entered_at, created_at, closed_at,
        updated_at)
    SELECT $1, $2, CASE WHEN $3::boolean THEN 'converted' ELSE 'disqualified' END,
        CASE WHEN $3 THEN 'closed_won' ELSE 'closed_lost' END, CASE WHEN NOT $3 THEN 'price' END, 'EUR',
        $4::timestamptz, $4, $4 + interval '20 days', $4
"""
ADD_SNAPSHOT = "INSERT INTO score_snapshot VALUES ($1, $2, $3, 'rules-v1', 10, 0.1, $4, '[]')"


async def past(owner: asyncpg.Connection, cast: Cast, leads: int, edge: float) -> None:
    """Closed leads of the last years: a webinar wins more often by `edge`, and only the end tells the outcome."""
    await make.lead(owner, cast.rita, score_due_at=now())
    await score_due()
    draw, start, customer_id = Random(3), now() - timedelta(days=600), await make.customer(owner)
    rows: list[Any] = []
    snapshots: list[Any] = []
    for number in range(leads):
        source = draw.choice(["webinar", "fair"])
        won = draw.random() < 0.5 + (edge if source == "webinar" else -edge)
        lead_id, at = uuid7(), start + timedelta(hours=number)
        rows.append((lead_id, customer_id, won, at))
        for days, quiet in ((0, 0), (5, 5), (19, 0 if won else 99)):
            features = json.dumps({"source": source, "days_quiet": quiet})
            snapshots.append((uuid7(), lead_id, at + timedelta(days=days), features))
    await owner.executemany(ADD_LEAD, rows)
    await owner.executemany(ADD_SNAPSHOT, snapshots)


async def test_a_better_model_takes_over_and_every_open_lead_is_scored_by_it(
    owner: asyncpg.Connection, cast: Cast
) -> None:
    await past(owner, cast, 600, edge=0.35)
    open_lead = await make.lead(owner, cast.rita, source="webinar", score_due_at=now() + GOOD_FOR)
    decision = await train_scoring()
    assert decision is not None
    assert decision.promote, decision.reason
    assert await score_portion() == 2
    lead: Any = await owner.fetchrow(
        "SELECT score, score_version, score_reasons FROM lead WHERE id = $1", open_lead
    )
    assert lead["score_version"].startswith("points-")
    assert "Source: webinar" in lead["score_reasons"]
    model: Any = await owner.fetchrow("SELECT * FROM score_model WHERE active")
    assert json.loads(model["metrics"])["candidate"]["auc"] > json.loads(model["metrics"])["incumbent"]["auc"]
    assert await train_scoring() is None, "nothing new closed since"


async def test_it_learns_what_was_known_at_a_fixed_age_never_how_it_ended(
    owner: asyncpg.Connection, cast: Cast
) -> None:
    await past(owner, cast, 600, edge=0.35)
    await train_scoring()
    model: Any = await owner.fetchval("SELECT body FROM score_model WHERE kind = 'points'")
    quiet = next(field for field in json.loads(model)["fields"] if field["name"] == "days_quiet")
    assert max(quiet["cuts"], default=0) <= 5


async def test_a_lead_that_was_silent_at_an_age_is_learned_from_as_silent(
    owner: asyncpg.Connection, cast: Cast
) -> None:
    """Its score stayed the same all the time, and so nothing was written down after the first day."""
    await past(owner, cast, 0, edge=0)
    lead_id, at = uuid7(), now() - timedelta(days=40)
    await owner.execute(ADD_LEAD, lead_id, await make.customer(owner), False, at)
    await owner.execute(ADD_SNAPSHOT, uuid7(), lead_id, at, json.dumps({"calls": 1.0, "days_quiet": 0}))
    async with transaction(system("jobs")):
        (example,) = await read_examples(system("jobs"), 10)
    assert example.ages == ({"calls": 0.998, "days_quiet": 0}, {"calls": 0.707, "days_quiet": 7})


async def test_leads_without_signal_leave_the_rules_in_charge(owner: asyncpg.Connection, cast: Cast) -> None:
    await past(owner, cast, 420, edge=0)
    decision = await train_scoring()
    assert decision is not None
    assert not decision.promote
    active: Any = await owner.fetchval("SELECT version FROM score_model WHERE active")
    assert active == "rules-v1"


async def test_a_young_company_has_too_little_to_learn_from(owner: asyncpg.Connection, cast: Cast) -> None:
    await past(owner, cast, 100, edge=0.35)
    assert await train_scoring() is None
