"""How a version does on leads whose end is known: calibration, lift, what each band really wins, and drift."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from app.domain.scoring.gate import LEADS_PER_BIN, SIGNAL, chance_error
from app.domain.scoring.metrics import CALIBRATION_BINS, Metrics, lift, measure
from app.domain.scoring.result import HIGHEST, HOT, WARM

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.domain.scoring.features import Features
    from app.domain.scoring.model import Model

LEAST: Final = 100  # with fewer closed leads, a picture would mislead
SHARES: Final = (0.05, 0.1, 0.2, 0.3, 0.5)
BANDS: Final = (("cold", 0, WARM), ("warm", WARM, HOT), ("hot", HOT, HIGHEST + 1))
PSI_BINS: Final = 10
MOST_PSI: Final = 0.2
MOST_ECE: Final = 0.1


@dataclass(frozen=True, slots=True)
class Bin:
    """Leads with about the same chance: what was said, what happened."""

    leads: int
    said: float
    happened: float


@dataclass(frozen=True, slots=True)
class Band:
    """The leads of one score band and how many of them were won."""

    name: str
    low: int
    high: int
    leads: int
    won: int

    @property
    def rate(self) -> float:
        """The share that was won."""
        return self.won / self.leads if self.leads else 0.0


@dataclass(frozen=True, slots=True)
class Judged:
    """The scores and chances a version gives to leads whose end is known."""

    scores: Sequence[int]
    chances: Sequence[float]
    won: Sequence[bool]


@dataclass(frozen=True, slots=True)
class Report:
    """Everything the picture shows."""

    metrics: Metrics
    curve: tuple[Bin, ...]
    lifts: tuple[tuple[float, float], ...]
    bands: tuple[Band, ...]


def judge(model: Model, rows: Sequence[Features], won: Sequence[bool]) -> Judged:
    """Score leads whose end is known."""
    scored = [model.score(row) for row in rows]
    return Judged([one.score for one in scored], [one.win_probability for one in scored], won)


def report(judged: Judged) -> Report | None:
    """Return the report, None while too few leads are closed or all of them ended alike."""
    rows, wins = len(judged.won), sum(judged.won)
    if rows < LEAST or wins in {0, rows}:
        return None
    return Report(
        metrics=measure(judged.scores, judged.chances, judged.won),
        curve=_curve(judged),
        lifts=tuple((share, lift(judged.scores, judged.won, share)) for share in SHARES),
        bands=tuple(_band(judged, *band) for band in BANDS),
    )


def find_drift(before: Judged | None, since: Judged) -> tuple[dict[str, float], list[str]]:
    """Return the measures of the leads that came since, and what somebody should look at."""
    found = measure(since.scores, since.chances, since.won)
    measures: dict[str, float] = dict(found.rounded())
    warnings: list[str] = []
    if found.ece > MOST_ECE:
        warnings.append(f"The chances are off by {found.ece:.0%} on average")
    if found.auc - 0.5 < SIGNAL * chance_error(since.won):
        warnings.append(f"The order is hardly better than chance (AUC {found.auc:.2f})")
    if before is not None:
        measures["psi"] = round(psi(before.scores, since.scores), 4)
        if measures["psi"] > MOST_PSI:
            warnings.append(f"Leads are not what they were (PSI of the score {measures['psi']:.2f})")
    return measures, warnings


def psi(before: Sequence[int], after: Sequence[int]) -> float:
    """Return the population stability index of scores: 0 for the same mix, over .2 for another one."""
    width = HIGHEST / PSI_BINS
    shares = [
        _shares([min(int(score / width), PSI_BINS - 1) for score in scores]) for scores in (before, after)
    ]
    return sum((new - old) * math.log(new / old) for old, new in zip(*shares, strict=True))


def _shares(places: Sequence[int]) -> list[float]:
    counts = Counter(places)
    return [(counts[place] + 0.5) / (len(places) + PSI_BINS / 2) for place in range(PSI_BINS)]


def _curve(judged: Judged) -> tuple[Bin, ...]:
    ranked = sorted(zip(judged.chances, judged.won, strict=True), key=lambda pair: pair[0])
    bins = min(max(len(ranked) // LEADS_PER_BIN, 2), CALIBRATION_BINS)
    bounds = [place * len(ranked) // bins for place in range(bins + 1)]
    parts = [ranked[low:high] for low, high in pairwise(bounds)]
    return tuple(
        Bin(len(part), sum(chance for chance, _ in part) / len(part), sum(one for _, one in part) / len(part))
        for part in parts
    )


def _band(judged: Judged, name: str, low: int, high: int) -> Band:
    outcomes = [one for score, one in zip(judged.scores, judged.won, strict=True) if low <= score < high]
    return Band(name, low, min(high - 1, HIGHEST), len(outcomes), sum(outcomes))
