"""A score and its reasons: whole points that always add up to it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from app.domain.lead import Reason

if TYPE_CHECKING:
    from collections.abc import Iterable

LOWEST: Final = 0
HIGHEST: Final = 100
HOT: Final = 70
WARM: Final = 40
BIG_STEP: Final = 10
SURE: Final = 0.999  # a probability of exactly 0 or 1 would say that the lead is closed


@dataclass(frozen=True, slots=True)
class Scored:
    """0-100, the chance to win, and why: points add up to the score; weightiest first, the start last."""

    score: int
    win_probability: float
    reasons: tuple[Reason, ...]


def add_up(start: Reason, reasons: Iterable[Reason], win_probability: float) -> Scored:
    """Build the score from its reasons; what the scale cuts off is a reason too."""
    counted = [reason for reason in reasons if reason.points]
    total = start.points + sum(reason.points for reason in counted)
    score = min(max(total, LOWEST), HIGHEST)
    if score != total:
        counted.append(Reason(f"The scale ends at {score:.0f}", score - total))
    counted.sort(key=lambda reason: -abs(reason.points))
    return Scored(int(score), min(max(win_probability, 1 - SURE), SURE), (*counted, start))


def sigmoid(logit: float) -> float:
    """Return the probability with these log odds, without overflow."""
    if logit >= 0:
        return 1 / (1 + math.exp(-logit))
    odds = math.exp(logit)
    return odds / (1 + odds)


def band(score: int) -> str:
    """Name a score's band: hot, warm or cold."""
    return "hot" if score >= HOT else "warm" if score >= WARM else "cold"


def is_news(before: int | None, after: int) -> bool:
    """Say whether the timeline should tell: another band, or ten points; a first score is no change."""
    return before is not None and (band(before) != band(after) or abs(after - before) >= BIG_STEP)
