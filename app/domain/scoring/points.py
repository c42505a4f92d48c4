"""The points model: every value of every field has its whole points, and a score is their sum from 50."""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING

import msgspec

from app.domain.lead import Reason
from app.domain.scoring.engagement import HALF_LIFE_DAYS
from app.domain.scoring.result import Scored, add_up, sigmoid

if TYPE_CHECKING:
    from app.domain.scoring.features import Features

START = Reason("The average lead", 50)
NOT_GIVEN = "not given"
ANOTHER = "another"


class Field(msgspec.Struct, frozen=True):
    """The points of one field: for each value of a category, or each span between the cuts of a number."""

    name: str
    label: str
    values: dict[str, int] = {}
    cuts: tuple[float, ...] = ()
    spans: tuple[int, ...] = ()
    missing: int = 0
    other: int = 0

    def look_up(self, value: str | float | None) -> tuple[str, int]:
        """Return what the value is called here, and its points."""
        if value is None:
            return NOT_GIVEN, self.missing
        if not self.spans:
            points = self.values.get(str(value))
            return (ANOTHER, self.other) if points is None else (str(value), points)
        if isinstance(value, str):
            return ANOTHER, self.other
        place = bisect_left(self.cuts, value)
        return self.span(place), self.spans[place]

    def span(self, place: int) -> str:
        """Return the name of the span at `place`."""
        if not self.cuts:
            return "any number"
        if place == 0:
            return f"at most {self.cuts[0]:g}"
        if place == len(self.cuts):
            return f"over {self.cuts[-1]:g}"
        return f"over {self.cuts[place - 1]:g} to {self.cuts[place]:g}"


class Points(msgspec.Struct, frozen=True):
    """A learned version. `centre`: the log odds at 50 points; `per_e` points multiply the odds by e."""

    fields: tuple[Field, ...]
    centre: float
    per_e: float = 10.0
    half_life_days: float = HALF_LIFE_DAYS

    def win_probability(self, total: float) -> float:
        """Return the chance of a lead whose points add up to `total`, before the scale cuts anything off."""
        return sigmoid(self.centre + (total - START.points) / self.per_e)


def score_by_points(model: Points, features: Features) -> Scored:
    """Score a lead by the learned points."""
    reasons: list[Reason] = []
    total = START.points
    for field in model.fields:
        name, points = field.look_up(features.get(field.name))
        if points:
            total += points
            reasons.append(Reason(f"{field.label}: {name}", points))
    return add_up(START, reasons, model.win_probability(total))
