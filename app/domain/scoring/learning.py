"""Learning from the CRM's own closed leads, and the verdict on what was learned."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from app.domain.scoring.encoding import Plan
from app.domain.scoring.fields import FIELDS
from app.domain.scoring.gate import Decision, decide
from app.domain.scoring.metrics import Metrics, measure
from app.domain.scoring.model import Model
from app.domain.scoring.training import fit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.domain.scoring.features import Features
    from app.domain.scoring.points import Points

LEAST_CLOSED: Final = 400  # with fewer, promotions were wrong as often as right (docs/adr/0042)
LEAST_OF_EACH: Final = 60
LEAST_NEW: Final = 50
LEAST_NAMED: Final = 10  # leads; a value that fewer had could say who somebody was
HOLD_OUT: Final = 0.25
JUDGED_AGE: Final = 1  # the second of the ages below, or the last one the lead lived to see


@dataclass(frozen=True, slots=True)
class Example:
    """A closed lead: how it ended, and its features at each fixed age that it lived to see."""

    won: bool
    ages: tuple[Features, ...]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A learned version with its measures on the newest leads, and whether it may take over."""

    body: Points
    metrics: Metrics
    incumbent: Metrics
    decision: Decision


def is_enough(examples: Sequence[Example], newly_closed: int) -> bool:
    """Say whether there is enough to learn from, and enough that is new."""
    wins = sum(example.won for example in examples)
    both = min(wins, len(examples) - wins) >= LEAST_OF_EACH
    return both and len(examples) >= LEAST_CLOSED and newly_closed >= LEAST_NEW


def judged_features(example: Example) -> Features:
    """Return what was known at the age at which versions are judged, or at the last one the lead lived to see."""
    return example.ages[min(JUDGED_AGE, len(example.ages) - 1)]


def learn(examples: Sequence[Example], incumbent: Model) -> Candidate:
    """Learn from the oldest leads, judge on the newest, and learn again from all with the same settings."""
    split = int(len(examples) * (1 - HOLD_OUT))
    older, newest = examples[:split], examples[split:]
    won = [example.won for example in newest]
    judged = [judged_features(example) for example in newest]
    challenger = Model("", _fit(older))
    learned = [challenger.score(row) for row in judged]
    before = [incumbent.score(row) for row in judged]
    chances = [scored.win_probability for scored in learned]
    old_chances = _calibrated([scored.score for scored in before], older, incumbent)
    return Candidate(
        body=_fit(examples),
        metrics=measure([scored.score for scored in learned], chances, won),
        incumbent=measure([scored.score for scored in before], old_chances, won),
        decision=decide(won, old_chances, chances),
    )


def _fit(examples: Sequence[Example]) -> Points:
    seen = [(lead, row) for lead, example in enumerate(examples) for row in example.ages]
    leads = [lead for lead, _ in seen]
    plan = replace(Plan.of(len(examples)), rarest=LEAST_NAMED)
    return fit([row for _, row in seen], [examples[lead].won for lead in leads], FIELDS, plan, leads)


def _calibrated(scores: Sequence[int], older: Sequence[Example], incumbent: Model) -> list[float]:
    """Give the incumbent's scores the chances they had among older leads: rules only assume theirs."""
    known = [(incumbent.score(row).score, example.won) for example in older for row in example.ages]
    chances = fit(
        [{"score": float(score)} for score, _ in known],
        [won for _, won in known],
        {"score": "Score"},
        Plan.of(len(older)),
    )
    calibrated = Model("", chances)
    return [calibrated.score({"score": float(score)}).win_probability for score in scores]
