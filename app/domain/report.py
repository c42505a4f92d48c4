"""What a report is about: its days, where the reader is, and whose leads; and what a table of figures is made of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Final, Generic, TypeVar

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

T = TypeVar("T")
REPORTS: Final = {
    "funnel": "Funnel",
    "velocity": "Velocity",
    "forecast": "Forecast",
    "lost": "Lost reasons",
    "sources": "Sources",
    "clv": "Lifetime value",
    "reps": "Reps",
}
# What no range narrows: these speak of today.
OF_TODAY: Final = {
    "forecast": "This month and the next five, from today on",
    "clv": "All that was bought until today",
}
GROUPINGS: Final = {"source": "By source", "campaign": "By campaign"}
DAYS: Final = 90
WIDER: Final = 365
LONGEST: Final = 1_096  # three years; each lead of the range is looked at
FIRST_DAY: Final = date(2000, 1, 1)


@dataclass(frozen=True, slots=True)
class Period:
    """Whole days, first and last included, where the reader is."""

    first: date
    last: date
    zone: ZoneInfo

    @property
    def since(self) -> datetime:
        """When the first day begins."""
        return datetime.combine(self.first, time(), self.zone)

    @property
    def before(self) -> datetime:
        """When the last day is over."""
        return datetime.combine(self.last + timedelta(days=1), time(), self.zone)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a report is asked for; `owner` is a staff id, `me` or `none`, for who sees everybody's leads."""

    period: Period
    today: date
    currency: str
    owner: str = ""
    by: str = "source"  # a grouping of GROUPINGS

    def midnight(self, day: date) -> datetime:
        """Return when a day begins where the reader is."""
        return datetime.combine(day, time(), self.period.zone)


@dataclass(frozen=True, slots=True)
class Report(Generic[T]):
    """The figures, what they were asked for, and the name of the one rep whose they are."""

    asked: Asked
    figures: T
    owner: str | None = None


@dataclass(frozen=True, slots=True)
class Rate:
    """So many of so many."""

    part: int
    whole: int

    @property
    def percent(self) -> int | None:
        """Whole percent, a half rounded up; None where there is nothing to divide."""
        return (200 * self.part + self.whole) // (2 * self.whole) if self.whole else None


@dataclass(frozen=True, slots=True)
class Days:
    """A length of time; None where there is none."""

    number: float | None


Cell = str | int | Decimal | date | Rate | Days


@dataclass(frozen=True, slots=True)
class Column:
    """What stands in a column, and the unit of its numbers; the first column names the row."""

    label: str
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """Figures in rows; what sums them up stands below."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    sums: tuple[tuple[Cell, ...], ...] = ()


def months_between(first: date, last: date) -> list[date]:
    """Return the first days of the months of these two days and of those between."""
    months = [first.replace(day=1)]
    while (following := (months[-1] + timedelta(days=31)).replace(day=1)) <= last:
        months.append(following)
    return months


def last_days(today: date, zone: ZoneInfo, days: int = DAYS) -> Period:
    """Return so many days, today the last of them."""
    return Period(today - timedelta(days=days - 1), today, zone)


def presets(today: date, zone: ZoneInfo) -> dict[str, Period]:
    """Return the ranges that are a click away."""
    first = today.replace(day=1)
    before = first - timedelta(days=1)
    next_month = (first + timedelta(days=31)).replace(day=1)
    return {
        "This month": Period(first, next_month - timedelta(days=1), zone),
        "Last month": Period(before.replace(day=1), before, zone),
        f"{DAYS} days": last_days(today, zone),
        "This year": Period(today.replace(month=1, day=1), today.replace(month=12, day=31), zone),
    }


def fault_of(first: date, last: date, today: date) -> str | None:
    """Return what is wrong with a range, None for nothing."""
    furthest = today + timedelta(days=LONGEST)
    if min(first, last) < FIRST_DAY or max(first, last) > furthest:
        return f"Reports cover {FIRST_DAY.year} to three years ahead"
    if first > last:
        return "The range ends before it begins"
    if (last - first).days >= LONGEST:
        return "A report covers three years at most"
    return None
