"""Learning the points: L2 logistic regression by coordinate Newton steps, in the standard library alone.

Same rows, same bytes: nothing here is drawn at random.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from app.domain.scoring.encoding import MISSING, OTHER, Plan, encode
from app.domain.scoring.points import Field, Points
from app.domain.scoring.result import sigmoid

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from app.domain.scoring.encoding import Encoded
    from app.domain.scoring.features import Features

    Token = tuple[str, str]

MOST_PASSES: Final = 15
SMALL_STEP: Final = 1e-3
LONGEST_STEP: Final = 1.0
PER_E: Final = 10.0


@dataclass(slots=True)
class _Fit:
    """The log odds of every row while they are being learned."""

    won: list[int]
    logits: list[float]
    penalty: float

    def step(self, members: Sequence[int], weight: float) -> float:
        """Take one Newton step for the weight that these rows share, and return it."""
        slope, bend = self.penalty * weight, self.penalty
        logits, won, exp = self.logits, self.won, math.exp
        for place in members:
            chance = 1 / (1 + exp(-logits[place]))
            slope += chance - won[place]
            bend += chance * (1 - chance)
        step = min(max(-slope / bend, -LONGEST_STEP), LONGEST_STEP)
        for place in members:
            logits[place] += step
        return step


def fit(
    rows: Sequence[Features], won: Sequence[bool], labels: Mapping[str, str], plan: Plan | None = None
) -> Points:
    """Learn the points of the fields in `labels` from closed leads, oldest first."""
    plan = plan or Plan.of(len(rows))
    fields = [encode(name, rows, plan) for name in labels]
    base = math.log((sum(won) + 0.5) / (len(won) - sum(won) + 0.5))
    state = _Fit([int(one) for one in won], [base] * len(won), plan.penalty)
    weights: list[dict[Token, float]] = [dict.fromkeys(field.members, 0.0) for field in fields]
    everybody, free = range(len(won)), _Fit(state.won, state.logits, 1e-9)
    for _ in range(MOST_PASSES):
        longest = abs(free.step(everybody, 0.0))
        for field, weight in zip(fields, weights, strict=True):
            for token, members in field.members.items():
                step = state.step(members, weight[token])
                weight[token] += step
                longest = max(longest, abs(step))
        if longest < SMALL_STEP:
            break
    learned = tuple(
        _to_field(field, weight, labels[field.name]) for field, weight in zip(fields, weights, strict=True)
    )
    return Points(learned, _centre(learned, rows, state.won, base), PER_E)


def _to_field(field: Encoded, weight: Mapping[Token, float], label: str) -> Field:
    """Turn weights into whole points around the field's mean, so that 50 stays the average lead."""
    number = sum(len(members) for members in field.members.values())
    mean = sum(weight[token] * len(members) for token, members in field.members.items()) / number
    points = {token: round(PER_E * (value - mean)) for token, value in weight.items()}
    values = {value: points[kind, value] for kind, value in sorted(points) if kind == "value"}
    cuts = field.cuts or ()
    spans = () if field.cuts is None else tuple(points.get(("span", str(n)), 0) for n in range(len(cuts) + 1))
    return Field(field.name, label, values, cuts, spans, points.get(MISSING, 0), points.get(OTHER, 0))


def _centre(fields: Sequence[Field], rows: Sequence[Features], won: Sequence[int], start: float) -> float:
    """Find the log odds of 50 points for which the chances of these rows add up to their wins."""
    model = Points(tuple(fields), 0.0, PER_E)
    logits = [sum(field.look_up(row.get(field.name))[1] for field in fields) / model.per_e for row in rows]
    centre = start
    for _ in range(MOST_PASSES):
        chances = [sigmoid(centre + logit) for logit in logits]
        bend = sum(chance * (1 - chance) for chance in chances)
        centre -= (sum(chances) - sum(won)) / max(bend, 1e-9)
    return round(centre, 6)
