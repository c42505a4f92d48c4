"""How far a month's goal is."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from app.domain.goal import Progress, days_left, months_ahead


@pytest.mark.parametrize(
    ("won", "goal", "percent", "reached"),
    [
        ("0", "20000", 0, False),
        ("12400", "20000", 62, False),
        ("19999.99", "20000", 99, False),
        ("20000", "20000", 100, True),
        ("61", "20", 305, True),
        ("999999999999.99", "0.01", 9999999999999900, True),
    ],
)
def test_almost_there_is_not_there(won: str, goal: str, percent: int, reached: bool) -> None:  # noqa: FBT001
    progress = Progress(Decimal(won), Decimal(goal))
    assert (progress.percent, progress.is_reached) == (percent, reached)


def test_today_is_a_day_that_is_left() -> None:
    days = [date(2026, 11, 22), date(2026, 11, 30), date(2026, 12, 1), date(2028, 2, 1)]
    assert [days_left(day) for day in days] == [9, 1, 31, 29]


def test_goals_are_set_for_twelve_months_whatever_day_it_is() -> None:
    for n in range(1_500):
        day = date(2026, 1, 1) + timedelta(days=n)
        months = months_ahead(day)
        assert (len(months), months[0]) == (12, day.replace(day=1))
