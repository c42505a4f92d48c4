"""What a week brought, for who looks after the team."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from app.domain.goal import Progress
from app.domain.report import Period
from app.domain.staff import Attention

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class RepWeek:
    """What one rep got, won and lost in the week, and how far their month was at its end; no name for nobody."""

    name: str
    came: int
    won: int
    lost: int
    value: Decimal
    month: Progress | None


@dataclass(frozen=True, slots=True)
class Week:
    """A week from Monday to Sunday, the open pipeline now, and what waits for an admin now."""

    period: Period
    reps: tuple[RepWeek, ...]
    open_leads: int
    open_value: Decimal
    waits: Attention
    currency: str

    @property
    def came(self) -> int:
        """How many leads arrived."""
        return sum(rep.came for rep in self.reps)

    @property
    def won(self) -> int:
        """How many leads were won."""
        return sum(rep.won for rep in self.reps)

    @property
    def lost(self) -> int:
        """How many leads were lost."""
        return sum(rep.lost for rep in self.reps)

    @property
    def value(self) -> Decimal:
        """What was won."""
        return sum((rep.value for rep in self.reps), Decimal(0))

    @property
    def is_quiet(self) -> bool:
        """True when nothing happened, and nothing waits."""
        return not (self.came or self.won or self.lost or self.waits.is_anything)


def week_before(monday: date, zone: ZoneInfo) -> Period:
    """Return the seven days before a Monday."""
    return Period(monday - timedelta(days=7), monday - timedelta(days=1), zone)


def month_so_far(day: date, zone: ZoneInfo) -> Period:
    """Return a day's month until the end of that day."""
    return Period(day.replace(day=1), day, zone)
