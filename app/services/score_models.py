"""The versions of the scoring: which one is active, how it does, another one instead."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from app.domain.audit import Act
from app.domain.permissions import check_administer
from app.domain.scoring.learning import LEAST_CLOSED, judged_features
from app.domain.scoring.model import COLD_START, Model
from app.domain.scoring.report import LEAST, Report, judge, report
from app.domain.scoring.versions import Version
from app.gateways import queue
from app.services.scoring import PER_MINUTE, outdated_until
from app.store import audit, score_checks, score_models, scoring
from app.store.transaction import reading, transaction

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.domain.scoring.learning import Example
    from app.domain.scoring.versions import Check
    from app.domain.viewer import Viewer

NEWEST: Final = 1000
START: Final = datetime(2026, 1, 1, tzinfo=UTC)
# Before the first score is given, nothing is kept, and a page that is only read keeps nothing.
NOT_YET_KEPT: Final = (
    Version(COLD_START.version, COLD_START.kind, True, {}, "the cold start", "", START, "system", None),
    COLD_START,
)


@dataclass(frozen=True, slots=True)
class Evidence:
    """How a version does; `unseen` when none of the leads were known when it was made."""

    report: Report | None
    leads: int
    unseen: bool


@dataclass(frozen=True, slots=True)
class Outdated:
    """How many open leads have the score of another version than the active one, and how long that takes to end."""

    leads: int

    @property
    def minutes(self) -> int:
        """The time until the last of them has its score, rounded up."""
        return math.ceil(self.leads / PER_MINUTE)


@dataclass(frozen=True, slots=True)
class Overview:
    """What the page about the scoring shows."""

    active: Version
    model: Model
    evidence: Evidence
    versions: list[Version]
    checks: list[Check]
    outdated: Outdated
    closed_needed: int = LEAST_CLOSED

    @property
    def warnings(self) -> tuple[str, ...]:
        """What the newest look at the active version found odd."""
        newest = self.checks[0] if self.checks else None
        return newest.warnings if newest and newest.version == self.active.version else ()


@dataclass(frozen=True, slots=True)
class Contender:
    """One side of a comparison."""

    version: Version
    model: Model
    report: Report | None


async def read_overview(viewer: Viewer) -> Overview:
    """Return the active version with its picture, and all versions."""
    check_administer(viewer)
    async with reading(viewer):
        active, model = await score_models.read_active(viewer) or NOT_YET_KEPT
        since = await score_models.read_examples(viewer, NEWEST, since=active.created_at)
        unseen = len(since) >= LEAST
        examples = since if unseen else await score_models.read_examples(viewer, NEWEST)
        versions = await score_models.list_models(viewer)
        checks = await score_checks.recent_checks(viewer)
        outdated = await _count_outdated(viewer)
    evidence = Evidence(_report(model, examples), len(examples), unseen or model.kind == "rules")
    return Overview(active, model, evidence, versions, checks, outdated)


async def count_outdated(viewer: Viewer) -> Outdated:
    """Return how many open leads still wait for a score by the active version."""
    check_administer(viewer)
    async with reading(viewer):
        return await _count_outdated(viewer)


async def compare_versions(viewer: Viewer, names: tuple[str, str]) -> tuple[Contender, Contender, int]:
    """Return two versions as they do on the same newest closed leads, and on how many; raises NotFound."""
    check_administer(viewer)
    async with reading(viewer):
        pair = [await score_models.read_version(viewer, name) for name in names]
        examples = await score_models.read_examples(viewer, NEWEST)
    one, other = (Contender(version, model, _report(model, examples)) for version, model in pair)
    return one, other, len(examples)


async def activate_version(viewer: Viewer, version: str) -> None:
    """Score by this version from now on: a promotion or a roll-back. Raises NotFound."""
    check_administer(viewer)
    async with transaction(viewer):
        await score_models.activate(viewer, version)
        await audit.append(viewer, Act("version_activated", version))
    await queue.wake("sweep")


async def _count_outdated(viewer: Viewer) -> Outdated:
    return Outdated(await scoring.count_outdated(viewer, await outdated_until(viewer)))


def _report(model: Model, examples: Sequence[Example]) -> Report | None:
    rows = [judged_features(one) for one in examples]
    return report(judge(model, rows, [one.won for one in examples]))
