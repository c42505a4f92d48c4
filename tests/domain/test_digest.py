"""When a digest is owed: by the clock of whoever it is for."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from app.domain.digest import due, wait_after


def first_due(zone: str, since: datetime) -> datetime:
    moments = (since + timedelta(minutes=10 * n) for n in range(24 * 6 * 5))
    return next(moment for moment in moments if due([zone], moment))


@pytest.mark.parametrize(
    ("zone", "monday"),
    [
        ("Europe/Berlin", "2027-03-22 06:30"),  # the last one before summer time,
        ("Europe/Berlin", "2027-03-29 05:30"),  # and the first one of it
        ("Europe/Berlin", "2027-10-25 05:30"),
        ("Europe/Berlin", "2027-11-01 06:30"),
        ("Asia/Kolkata", "2026-12-07 02:00"),
        ("America/Los_Angeles", "2026-12-07 15:30"),
    ],
)
def test_it_is_half_past_seven_there_before_and_after_the_clocks_change(zone: str, monday: str) -> None:
    at = datetime.fromisoformat(monday).replace(tzinfo=UTC)
    saturday_evening = at - timedelta(days=1, hours=12)
    assert first_due(zone, saturday_evening) == at


def test_a_day_whose_clocks_change_ends_at_its_own_midnight() -> None:
    friday = datetime(2027, 4, 30, 4, 30, tzinfo=UTC)  # in Cairo the clocks go forward in the night before
    (day,) = due(["Africa/Cairo"], friday)
    assert (day.day, day.ends_at) == (date(2027, 4, 30), datetime(2027, 4, 30, 21, tzinfo=UTC))


@pytest.mark.parametrize("zone", ["", "Mars/Olympus_Mons", "../../etc/passwd", "Europe", "x" * 300])
def test_a_zone_that_is_none_owes_nothing_and_breaks_nothing(zone: str) -> None:
    noon = datetime(2026, 12, 1, 12, tzinfo=UTC)
    assert [each.zone for each in due([zone, "Europe/Berlin"], noon)] == ["Europe/Berlin"]


def test_waits_grow_and_then_stay() -> None:
    minutes = [wait_after(attempt) // timedelta(minutes=1) for attempt in (1, 2, 3, 4, 5, 6, 60)]
    assert minutes == [1, 2, 5, 10, 15, 15, 15]
