"""What a rep should do today, and how the month goes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from app.domain.board import Column, end_of_day
from app.domain.goal import Progress, progress
from app.domain.lead import Lead
from app.domain.report import months_between

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

LONGEST_SECTION: Final = 10
TO_DO: Final = ("overdue", "today", "hot", "rotting", "trouble")  # the sections, as they want doing
TO_CALL: Final = TO_DO[:3]  # those whose customers are waiting
PER_PAGE: Final = 50  # of a section that has a page of its own
MONTHS: Final = 6  # whose sales are compared


@dataclass(frozen=True, slots=True)
class Section:
    """Some leads that want the same thing: how many there are, the most urgent of them, and the number of each."""

    name: str
    total: int
    leads: tuple[Lead, ...]
    phones: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WonMonth:
    """What was won in a month: how often, and for how much."""

    first: date
    count: int = 0
    value: Decimal = Decimal(0)
    goal: Decimal | None = None

    @property
    def progress(self) -> Progress | None:
        """How far that is; None without a goal."""
        return progress(self.value, self.goal)


@dataclass(frozen=True, slots=True)
class MyDay:
    """The page a rep begins with."""

    sections: tuple[Section, ...]
    columns: tuple[Column, ...]  # the open ones
    won: tuple[WonMonth, ...]  # the last months, this one at the end
    currency: str


@dataclass(frozen=True, slots=True)
class Today:
    """The moments that a day's questions are about, where the reader is."""

    now: datetime
    begins: datetime
    ends: datetime
    months: tuple[datetime, ...]  # when this one and those before it began, the oldest first

    @property
    def month_begins(self) -> datetime:
        """When this month began."""
        return self.months[-1]


def today_of(now: datetime, zone: ZoneInfo) -> Today:
    """Return today where the reader is."""
    day = now.astimezone(zone).date()
    midnight = datetime.combine(day, time(), zone)
    firsts = months_between(day - timedelta(days=31 * MONTHS), day)[-MONTHS:]
    months = tuple(datetime.combine(first, time(), zone) for first in firsts)
    return Today(now, midnight, end_of_day(now, zone), months)
