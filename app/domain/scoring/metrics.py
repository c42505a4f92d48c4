"""How good scores are: ranking, calibration and lift, exact with ties."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from itertools import groupby, pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

CALIBRATION_BINS = 10


@dataclass(frozen=True, slots=True)
class Metrics:
    """The measures of one model on leads it has not seen."""

    rows: int
    base_rate: float
    auc: float
    average_precision: float
    brier: float
    log_loss: float
    ece: float
    lift_10: float
    lift_20: float

    def rounded(self) -> dict[str, float | int]:
        """Return the measures for people and JSON."""
        return {name: round(value, 5) for name, value in asdict(self).items()}


def measure(scores: Sequence[float], chances: Sequence[float], won: Sequence[bool]) -> Metrics:
    """Measure scores (ranking) and win probabilities (calibration) against what happened."""
    return Metrics(
        rows=len(won),
        base_rate=sum(won) / len(won),
        auc=auc(scores, won),
        average_precision=average_precision(scores, won),
        brier=sum((chance - one) ** 2 for chance, one in zip(chances, won, strict=True)) / len(won),
        log_loss=sum(losses(chances, won)) / len(won),
        ece=ece(chances, won),
        lift_10=lift(chances, won, 0.10),
        lift_20=lift(chances, won, 0.20),
    )


def losses(chances: Sequence[float], won: Sequence[bool]) -> list[float]:
    """Return each lead's log loss."""
    return [-math.log(chance if one else 1 - chance) for chance, one in zip(chances, won, strict=True)]


def auc(scores: Sequence[float], won: Sequence[bool]) -> float:
    """Return the chance that a won lead ranks above a lost one; a tie counts half."""
    lost_below = pairs = 0.0
    for wins, losts in reversed(list(_by_rank(scores, won))):
        pairs += wins * (lost_below + losts / 2)
        lost_below += losts
    total = sum(won) * lost_below
    return pairs / total if total else 0.5


def average_precision(scores: Sequence[float], won: Sequence[bool]) -> float:
    """Return the mean precision over the won leads."""
    hits = seen = area = 0.0
    for wins, losts in _by_rank(scores, won):
        hits, seen = hits + wins, seen + wins + losts
        area += wins * hits / seen
    return area / hits if hits else 0.0


def ece(chances: Sequence[float], won: Sequence[bool], bins: int = CALIBRATION_BINS) -> float:
    """Return the expected calibration error over bins of equal count."""
    ranked = sorted(zip(chances, won, strict=True), key=lambda pair: pair[0])
    bounds = [place * len(ranked) // bins for place in range(bins + 1)]
    gaps = (abs(sum(chance - one for chance, one in ranked[low:high])) for low, high in pairwise(bounds))
    return sum(gaps) / len(ranked)


def lift(scores: Sequence[float], won: Sequence[bool], share: float) -> float:
    """Return how much likelier a win is in the top share; a tie at its edge counts in proportion."""
    room = wanted = share * len(won)
    hits = 0.0
    for wins, losts in _by_rank(scores, won):
        part = min(room / (wins + losts), 1.0)
        hits, room = hits + part * wins, room - part * (wins + losts)
        if room <= 0:
            break
    return hits / wanted / (sum(won) / len(won)) if sum(won) else 0.0


def _by_rank(scores: Sequence[float], won: Sequence[bool]) -> Iterator[tuple[int, int]]:
    """Yield the won and lost leads of each distinct score, the highest first."""
    ranked = sorted(zip(scores, won, strict=True), key=lambda pair: -pair[0])
    for _, tied in groupby(ranked, key=lambda pair: pair[0]):
        outcomes = [one for _, one in tied]
        yield sum(outcomes), len(outcomes) - sum(outcomes)
