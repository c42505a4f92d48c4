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

    from app.domain.scoring.encoding import Encoded, Token
    from app.domain.scoring.features import Features


MOST_PASSES: Final = 15
SMALL_STEP: Final = 1e-3
LONGEST_STEP: Final = 1.0
PER_E: Final = 10.0
NO_PENALTY: Final = 1e-9


def fit(
    rows: Sequence[Features],
    won: Sequence[bool],
    labels: Mapping[str, str],
    plan: Plan | None = None,
    leads: Sequence[int] | None = None,
) -> Points:
    """Learn the points of the fields in `labels` from closed leads; `leads` says whose each row is, if not its own."""
    plan = plan or Plan.of(len(rows))
    outcomes = [int(one) for one in won]
    base = math.log((sum(outcomes) + 0.5) / (len(outcomes) - sum(outcomes) + 0.5))
    learners = [_Learner.of(encode(name, rows, plan, leads), plan) for name in labels]
    state = _State(outcomes, [base] * len(outcomes))
    for _ in range(MOST_PASSES):
        state.step(range(len(outcomes)), 0.0, NO_PENALTY)
        if max((learner.improve(state) for learner in learners), default=0.0) < SMALL_STEP:
            break
    fields = tuple(
        _to_field(learner.field, learner.weights, labels[learner.field.name]) for learner in learners
    )
    return Points(fields, _centre(fields, rows, outcomes, base), PER_E)


@dataclass(slots=True)
class _State:
    """What happened to every row, and the log odds it is given so far."""

    won: list[int]
    logits: list[float]

    def step(self, members: Sequence[int], slope: float, bend: float) -> float:
        """Take one Newton step for the weight these rows share, given the penalty's slope and bend."""
        logits, won, exp = self.logits, self.won, math.exp
        for place in members:
            chance = 1 / (1 + exp(-logits[place]))
            slope += chance - won[place]
            bend += chance * (1 - chance)
        step = min(max(-slope / bend, -LONGEST_STEP), LONGEST_STEP)
        for place in members:
            logits[place] += step
        return step


@dataclass(slots=True)
class _Learner:
    """The weights of one field while they are being learned."""

    field: Encoded
    plan: Plan
    weights: dict[Token, float]
    beside: dict[Token, list[Token]]

    @staticmethod
    def of(field: Encoded, plan: Plan) -> _Learner:
        """Begin with nothing learned."""
        beside = {token: field.beside(token) for token in field.members}
        return _Learner(field, plan, dict.fromkeys(field.members, 0.0), beside)

    def improve(self, state: _State) -> float:
        """Take a step for each weight; returns the longest."""
        longest = 0.0
        for token, members in self.field.members.items():
            step = state.step(members, *self._pull(token))
            self.weights[token] += step
            longest = max(longest, abs(step))
        return longest

    def _pull(self, token: Token) -> tuple[float, float]:
        """Return slope and bend of the penalties: towards nothing, and towards the neighbours."""
        weight, beside = self.weights[token], self.beside[token]
        apart = sum(weight - self.weights[other] for other in beside)
        slope = self.plan.penalty * weight + self.plan.bond * apart
        return slope, self.plan.penalty + self.plan.bond * len(beside)


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
