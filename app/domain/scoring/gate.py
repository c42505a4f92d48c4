"""Whether a learned model may replace the one in use: only when better on newer leads than it has seen."""

from __future__ import annotations

import math
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING, Final

from app.domain.scoring.metrics import CALIBRATION_BINS, auc, ece, losses

if TYPE_CHECKING:
    from collections.abc import Sequence

DRAWS: Final = 400
SURE_ENOUGH: Final = 0.9
WORST_ECE: Final = 0.08
LEADS_PER_BIN: Final = 50  # fewer, and chance alone looks like bad calibration
SIGNAL: Final = 3.0  # standard errors above chance: data without signal must never pass


@dataclass(frozen=True, slots=True)
class Decision:
    """The verdict, and why in words."""

    promote: bool
    reason: str


def decide(won: Sequence[bool], incumbent: Sequence[float], candidate: Sequence[float]) -> Decision:
    """Compare the win probabilities of both on the newest leads."""
    before, after = auc(incumbent, won), auc(candidate, won)
    surety = better_share(losses(incumbent, won), losses(candidate, won))
    gap = ece(candidate, won, min(max(len(won) // LEADS_PER_BIN, 2), CALIBRATION_BINS))
    objections = [
        words
        for fails, words in (
            (after <= before, f"AUC {after:.3f} is not above {before:.3f}"),
            (surety < SURE_ENOUGH, f"a lower log loss is only {surety:.0%} sure"),
            (gap > WORST_ECE, f"calibration error {gap:.3f} is over {WORST_ECE}"),
            (after - 0.5 < SIGNAL * chance_error(won), f"AUC {after:.3f} could be chance"),
        )
        if fails
    ]
    better = (
        f"AUC {after:.3f} against {before:.3f}, lower log loss {surety:.0%} sure, calibration error {gap:.3f}"
    )
    return Decision(not objections, "; ".join(objections) or better)


def better_share(before: Sequence[float], after: Sequence[float]) -> float:
    """Return the share of bootstrap samples with a lower mean loss; same losses, same answer."""
    gains = [old - new for old, new in zip(before, after, strict=True)]
    draw = Random(len(gains))  # noqa: S311  reproducible, and no secret
    return sum(sum(draw.choices(gains, k=len(gains))) > 0 for _ in range(DRAWS)) / DRAWS


def chance_error(won: Sequence[bool]) -> float:
    """Return the standard error of the AUC of a model that knows nothing."""
    wins, losts = sum(won), len(won) - sum(won)
    return math.sqrt((wins + losts + 1) / (12 * wins * losts)) if wins and losts else math.inf
