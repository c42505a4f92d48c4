"""What a rep is to win a month, and how far they are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from app.domain.report import months_between
from app.domain.sale import check_amount
from app.domain.text import Checker

if TYPE_CHECKING:
    from collections.abc import Mapping

AHEAD: Final = 340  # days from the first of a month: into the eleventh after it


@dataclass(frozen=True, slots=True)
class Progress:
    """What was won in a month, and the goal it has."""

    won: Decimal
    goal: Decimal

    @property
    def percent(self) -> int:
        """How much of the goal was won, in whole percent, rounded down: almost there is not there."""
        return int(self.won * 100 / self.goal)

    @property
    def is_reached(self) -> bool:
        """True when nothing is missing."""
        return self.won >= self.goal


@dataclass(frozen=True, slots=True)
class RepGoal:
    """A rep's goal for a month; None for none."""

    id: str
    name: str
    goal: Decimal | None


@dataclass(frozen=True, slots=True)
class SetGoal:
    """A goal as it was set: whose, from which month on, None for none, and by whom."""

    name: str
    month: date
    amount: Decimal | None
    currency: str
    set_by: str
    set_at: datetime


def progress(won: Decimal, goal: Decimal | None) -> Progress | None:
    """Return how far somebody is; None where there is no goal."""
    return None if goal is None else Progress(won, goal)


def months_ahead(today: date) -> list[date]:
    """Return the months a goal can be set from, this one first: what is over keeps its goal."""
    first = today.replace(day=1)
    return months_between(first, first + timedelta(days=AHEAD))


def days_left(today: date) -> int:
    """Return how many days of the month are left, today among them."""
    return ((today.replace(day=1) + timedelta(days=31)).replace(day=1) - today).days


def check_goals(wanted: Mapping[str, Decimal | None]) -> dict[str, Decimal | None]:
    """Return the goals in cents; raises Invalid with every one that is no goal."""
    checker = Checker()
    goals = {who: _check(checker, f"#/goal_{who}", amount) for who, amount in wanted.items()}
    checker.finish()
    return goals


def _check(checker: Checker, at: str, amount: Decimal | None) -> Decimal | None:
    if amount is None:
        return None
    checker.require(at, "must be more than nothing; leave it empty for no goal", ok=amount > 0)
    return check_amount(checker, at, amount)
