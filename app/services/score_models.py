"""The versions of the scoring: which one is active, how it does, another one instead."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from app.core import clock
from app.domain.permissions import check_administer
from app.domain.scoring.learning import LEAST_CLOSED, judged_features
from app.domain.scoring.model import COLD_START, Model
from app.domain.scoring.report import LEAST, Report, judge, report
from app.gateways import queue
from app.store import score_checks, score_models
from app.store.scoring import active_model
from app.store.transaction import transaction

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.domain.scoring.learning import Example
    from app.domain.scoring.versions import Check, Version
    from app.domain.viewer import Viewer

NEWEST: Final = 1000


@dataclass(frozen=True, slots=True)
class Evidence:
    """How a version does; `unseen` when none of the leads were known when it was made."""

    report: Report | None
    leads: int
    unseen: bool


@dataclass(frozen=True, slots=True)
class Overview:
    """What the page about the scoring shows."""

    active: Version
    model: Model
    evidence: Evidence
    versions: list[Version]
    checks: list[Check]
    closed_needed: int = LEAST_CLOSED


@dataclass(frozen=True, slots=True)
class Contender:
    """One side of a comparison."""

    version: Version
    model: Model
    report: Report | None


async def read_overview(viewer: Viewer) -> Overview:
    """Return the active version with its picture, and all versions."""
    check_administer(viewer)
    now = clock.now()
    async with transaction(viewer):
        current = await active_model(viewer, COLD_START, now)
        active, model = await score_models.read_version(viewer, current.version)
        since = await score_models.read_examples(viewer, NEWEST, since=active.created_at)
        unseen = len(since) >= LEAST
        examples = since if unseen else await score_models.read_examples(viewer, NEWEST)
        versions = await score_models.list_models(viewer)
        checks = await score_checks.recent_checks(viewer)
    evidence = Evidence(_report(model, examples), len(examples), unseen or model.kind == "rules")
    return Overview(active, model, evidence, versions, checks)


async def compare_versions(viewer: Viewer, names: tuple[str, str]) -> tuple[Contender, Contender, int]:
    """Return two versions as they do on the same newest closed leads, and on how many; raises NotFound."""
    check_administer(viewer)
    async with transaction(viewer):
        pair = [await score_models.read_version(viewer, name) for name in names]
        examples = await score_models.read_examples(viewer, NEWEST)
    one, other = (Contender(version, model, _report(model, examples)) for version, model in pair)
    return one, other, len(examples)


async def activate_version(viewer: Viewer, version: str) -> None:
    """Score by this version from now on: a promotion or a roll-back. Raises NotFound."""
    check_administer(viewer)
    async with transaction(viewer):
        await score_models.activate(viewer, version, clock.now())
    await queue.wake("sweep")


def _report(model: Model, examples: Sequence[Example]) -> Report | None:
    rows = [judged_features(one) for one in examples]
    return report(judge(model, rows, [one.won for one in examples]))
