"""Pictures of numbers: the geometry of our inline SVG. Every chart has a table beside it that says the same."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.domain.report_figures import Funnel, Month, Outlook

PLOT: Final = 150.0
SLOT: Final = 90.0
MOST_LETTERS: Final = 30
# What a forecast's bars are, by their tones.
FORECAST: Final = {
    "expected": "Best case",
    "weighted": "Weighted by stage",
    "commit": "Commit",
    "won": "Won already",
}


@dataclass(frozen=True, slots=True)
class MonthBars:
    """One month's bars: where they stand and how high they are."""

    month: Month
    x: float
    best: float
    weighted: float
    commit: float
    won: float


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar across the plot: what it is called and says, and how far it and the one behind it reach, in percent."""

    label: str
    note: str
    reach: float
    tone: str = "expected"
    behind: float = 0

    @property
    def short_label(self) -> str:
        """The label as far as there is room for it."""
        return f"{self.label[:MOST_LETTERS]}…" if len(self.label) > MOST_LETTERS + 1 else self.label


def forecast(outlook: Outlook) -> list[MonthBars]:
    """Return the bars of the forecast, the highest as high as the plot."""
    months = outlook.months
    most = max([max(month.expected.best, month.won, Decimal(1)) for month in months], default=Decimal(1))

    def height(value: Decimal) -> float:
        return round(float(value / most) * PLOT, 1)

    return [
        MonthBars(
            month,
            place * SLOT + 12,
            height(month.expected.best),
            height(month.expected.weighted),
            height(month.expected.commit),
            height(month.won),
        )
        for place, month in enumerate(months)
    ]


def funnel(funnel: Funnel) -> list[Bar]:
    """Return the layers of the funnel, the first as wide as the plot."""
    steps = funnel.steps
    most = steps[0].leads
    return [
        Bar(
            step.label,
            f"{step.leads:,}" + (f" · {step.kept.percent} %" if step.kept and step.kept.whole else ""),
            share(step.leads, most),
            "won" if step is steps[-1] else "expected",
        )
        for step in steps
    ]


def share(part: Decimal | float, most: Decimal | float) -> float:
    """Return how far a bar reaches whose longest fellow is `most`, in percent; nothing has no bar."""
    return round(float(part) / float(most) * 100, 1) if most else 0


def sparkline(values: Sequence[Decimal]) -> str:
    """Return the points of a small line, 100 wide and 28 high; empty for less than two values."""
    if len(values) <= 1:
        return ""
    most = max(*values, Decimal(1))
    step = 100 / (len(values) - 1)
    points = (
        f"{number * step:.1f},{28 - float(value / most) * 26:.1f}" for number, value in enumerate(values)
    )
    return " ".join(points)
