"""Where a day and its months begin."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from app.domain.my_day import today_of

BERLIN = ZoneInfo("Europe/Berlin")


def test_six_months_are_compared_each_from_its_midnight_where_the_reader_is() -> None:
    today = today_of(datetime(2026, 1, 31, 23, 30, tzinfo=UTC), BERLIN)  # half past midnight in February
    assert [month.date() for month in today.months] == [
        *(date(2025, 9, 1), date(2025, 10, 1), date(2025, 11, 1)),
        *(date(2025, 12, 1), date(2026, 1, 1), date(2026, 2, 1)),
    ]
    assert today.months[0].astimezone(UTC) == datetime(2025, 8, 31, 22, tzinfo=UTC)  # in summer
    assert today.month_begins.astimezone(UTC) == datetime(2026, 1, 31, 23, tzinfo=UTC)
    august = today_of(datetime(2026, 8, 31, 12, tzinfo=UTC), BERLIN)
    assert (august.months[0].date(), len(august.months)) == (date(2026, 3, 1), 6)
