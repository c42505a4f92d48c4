"""What a rep should do today, and how the month goes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from app.domain.board import Column, end_of_day
from app.domain.lead import Lead

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

LONGEST_SECTION: Final = 10
TO_DO: Final = ("overdue", "today", "hot", "rotting", "trouble")  # the sections, as they want doing
TO_CALL: Final = TO_DO[:3]  # those whose customers are waiting
PER_PAGE: Final = 50  # of a section that has a page of its own


@dataclass(frozen=True, slots=True)
class Section:
    """Some leads that want the same thing: how many there are, the most urgent of them, and the number of each."""

    name: str
    total: int
    leads: tuple[Lead, ...]
    phones: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Won:
    """What was won this month: how often, for how much, and how the sum grew day by day."""

    count: int
    value: Decimal
    by_day: tuple[Decimal, ...]


@dataclass(frozen=True, slots=True)
class MyDay:
    """The page a rep begins with."""

    sections: tuple[Section, ...]
    columns: tuple[Column, ...]
    won: Won
    currency: str


@dataclass(frozen=True, slots=True)
class Today:
    """The moments that a day's questions are about, where the reader is."""

    now: datetime
    begins: datetime
    ends: datetime
    month_begins: datetime


def today_of(now: datetime, zone: ZoneInfo) -> Today:
    """Return today where the reader is."""
    day = now.astimezone(zone).date()
    midnight = datetime.combine(day, time(), zone)
    return Today(now, midnight, end_of_day(now, zone), midnight.replace(day=1))


def growth(sales: dict[date, Decimal], first: date, last: date) -> tuple[Decimal, ...]:
    """Return the sum won by the end of each day from first to last."""
    total = Decimal(0)
    days: list[Decimal] = []
    for number in range(first.toordinal(), last.toordinal() + 1):
        total += sales.get(date.fromordinal(number), Decimal(0))
        days.append(total)
    return tuple(days)
