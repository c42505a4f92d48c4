"""Pictures of numbers: the geometry of our inline SVG. Every chart has a table beside it that says the same."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.domain.team import Month, Step, Team

PLOT: Final = 150.0
SLOT: Final = 90.0
BAR: Final = 26.0


@dataclass(frozen=True, slots=True)
class Bar:
    """One month's bars: where they stand and how high they are."""

    month: Month
    x: float
    value: float
    weighted: float
    won: float


@dataclass(frozen=True, slots=True)
class Layer:
    """One step of the funnel: its width, and the share that came from the step before."""

    step: Step
    width: float
    kept: int | None


def forecast(team: Team) -> list[Bar]:
    """Return the bars of the forecast, the highest as high as the plot."""
    months = team.forecast
    most = max([max(month.value, month.won, Decimal(1)) for month in months], default=Decimal(1))

    def height(value: Decimal) -> float:
        return round(float(value / most) * PLOT, 1)

    return [
        Bar(month, place * SLOT + 12, height(month.value), height(month.weighted), height(month.won))
        for place, month in enumerate(months)
    ]


def funnel(team: Team) -> list[Layer]:
    """Return the layers of the funnel, the first as wide as the plot."""
    most = max(team.funnel[0].leads, 1) if team.funnel else 1
    before = [None, *(step.leads for step in team.funnel)]
    return [
        Layer(step, round(step.leads / most * 100, 1), None if not above else round(step.leads / above * 100))
        for step, above in zip(team.funnel, before, strict=False)
    ]


def sparkline(values: Sequence[Decimal]) -> str:
    """Return the points of a small line, 100 wide and 28 high; empty for less than two days."""
    if len(values) <= 1:
        return ""
    most = max(*values, Decimal(1))
    step = 100 / (len(values) - 1)
    points = (
        f"{number * step:.1f},{28 - float(value / most) * 26:.1f}" for number, value in enumerate(values)
    )
    return " ".join(points)
