"""Versions of the scoring: how the active one does, promotion, roll-back, drift."""

from __future__ import annotations

import asyncio
from random import Random
from typing import TYPE_CHECKING

import pytest

from app.core.errors import Forbidden, NotFound
from app.domain.scoring.report import Judged, find_drift, psi, report
from app.domain.scoring.rules_v1 import RULES_V1
from app.services.learning import check_scoring, train_scoring
from app.services.score_models import activate_version, compare_versions, read_overview
from app.services.score_rules import save_rules
from app.services.scoring import BATCH, score_portion
from tests import make
from tests.services.test_learning import past

if TYPE_CHECKING:
    import asyncpg

    from tests.cast import Cast

DRAW = Random(5)
CHANCES = [DRAW.random() for _ in range(2000)]
WON = [DRAW.random() < chance for chance in CHANCES]


def judged(spread: float = 1.0, shift: float = 0.0) -> Judged:
    chances = [min(max(0.5 + (chance - 0.5) * spread + shift, 0.001), 0.999) for chance in CHANCES]
    return Judged([round(100 * chance) for chance in chances], chances, WON)


def test_a_report_shows_what_happened_to_what_was_said() -> None:
    found = report(judged())
    assert found is not None
    assert sum(one.leads for one in found.curve) == sum(band.leads for band in found.bands) == 2000
    assert max(abs(one.said - one.happened) for one in found.curve) < 0.1
    rates = [band.rate for band in found.bands]
    assert rates == sorted(rates)
    lifts = [gain for _, gain in found.lifts]
    assert lifts == sorted(lifts, reverse=True)


def test_too_few_leads_or_only_losses_show_nothing() -> None:
    assert report(Judged([50] * 20, [0.5] * 20, [True, False] * 10)) is None
    assert report(Judged([50] * 200, [0.5] * 200, [False] * 200)) is None


def test_drift_is_named() -> None:
    assert find_drift(judged(), judged())[1] == []
    assert any("PSI" in warning for warning in find_drift(judged(), judged(shift=0.3))[1])
    assert any("off by" in warning for warning in find_drift(None, judged(shift=0.3))[1])
    noise = Judged([50] * 2000, [0.5] * 2000, WON)
    assert any("chance" in warning for warning in find_drift(None, noise)[1])


def test_psi_is_nothing_for_the_same_mix() -> None:
    assert psi([10, 50, 90] * 100, [90, 10, 50] * 100) == pytest.approx(0)
    assert psi([10] * 300, [90] * 300) > 1


@pytest.mark.usefixtures("pool")
async def test_a_promotion_can_be_taken_back(owner: asyncpg.Connection, cast: Cast) -> None:
    await past(owner, cast, 600, edge=0.35)
    await train_scoring()
    overview = await read_overview(cast.ada)
    assert overview.active.kind == "points"
    assert overview.evidence.report is not None
    assert not overview.evidence.unseen, "it has learned from these leads"
    await activate_version(cast.ada, "rules-v1")
    rolled_back = await read_overview(cast.ada)
    assert rolled_back.active.version == "rules-v1"
    assert await score_portion() == 1
    assert await owner.fetchval("SELECT score_version FROM lead WHERE closed_at IS NULL") == "rules-v1"
    row = await owner.fetchrow("SELECT activated_by_id FROM score_model WHERE active")
    assert row["activated_by_id"] == cast.ada.id
    one, other, leads = await compare_versions(cast.ada, (overview.active.version, "rules-v1"))
    assert leads == 600
    assert one.report is not None
    assert other.report is not None
    assert one.report.metrics.auc > other.report.metrics.auc


@pytest.mark.usefixtures("pool")
async def test_of_many_promotions_at_once_one_version_is_active(
    owner: asyncpg.Connection, cast: Cast
) -> None:
    await save_rules(cast.ada, RULES_V1, "", activate=False)
    for name in ("a", "b", "c"):
        await owner.execute(
            "INSERT INTO score_model SELECT $1, kind, body, metrics, decision, false, created_by_id, now()"
            " FROM score_model WHERE version = 'rules-v1'",
            name,
        )
    await asyncio.gather(*(activate_version(cast.ada, name) for name in "abcabc"))
    assert await owner.fetchval("SELECT count(*) FROM score_model WHERE active") == 1


@pytest.mark.usefixtures("pool")
async def test_a_version_that_is_not_there_changes_nothing(cast: Cast) -> None:
    with pytest.raises(NotFound):
        await activate_version(cast.ada, "nonsense")
    assert (await read_overview(cast.ada)).active.version == "rules-v1"
    with pytest.raises(Forbidden):
        await read_overview(cast.rita)


@pytest.mark.usefixtures("pool")
async def test_a_check_looks_at_leads_that_came_after_the_version(
    owner: asyncpg.Connection, cast: Cast
) -> None:
    await past(owner, cast, 300, edge=0.35)
    assert await check_scoring() is None, "they came before it"
    await owner.execute("UPDATE score_model SET created_at = now() - interval '900 days'")
    check = await check_scoring()
    assert check is not None
    assert check.metrics["rows"] == 300
    assert check.warnings
    assert (await read_overview(cast.ada)).checks == [check]


@pytest.mark.usefixtures("pool")
async def test_one_sweep_pays_more_than_a_batch(owner: asyncpg.Connection, cast: Cast) -> None:
    for _ in range(BATCH + 1):
        await make.lead(owner, cast.rita, score_due_at=make.now())
    assert await score_portion(seconds=0) == 0, "without time it leaves them to the next"
    assert await score_portion() == BATCH + 1
    assert await score_portion() == 0
