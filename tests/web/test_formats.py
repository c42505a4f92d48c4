"""Times are written for people, whatever they are."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from app.web import formats

if TYPE_CHECKING:
    from collections.abc import Callable

ZONES = [ZoneInfo(name) for name in ("America/Los_Angeles", "Pacific/Kiritimati", "UTC")]
FIRST, LAST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
ENDS = [FIRST, FIRST + timedelta(hours=12), LAST - timedelta(hours=12), LAST]
WAYS: list[Callable[[datetime, ZoneInfo], str]] = [
    formats.day,
    formats.day_heading,
    formats.exact,
    formats.appointment,
    lambda moment, zone: formats.stored_day(moment.isoformat(), zone),
    lambda moment, zone: formats.time_tag(moment, formats.ago(moment), zone),
    lambda moment, zone: formats.time_tag(moment.replace(tzinfo=zone), "then", zone),
    lambda moment, _: formats.since(moment),
    lambda moment, _: formats.until(moment),
]


@pytest.mark.parametrize("write", WAYS)
@pytest.mark.parametrize("zone", ZONES, ids=str)
@pytest.mark.parametrize("moment", ENDS, ids=str)
def test_the_ends_of_the_calendar_are_written_everywhere(
    moment: datetime, zone: ZoneInfo, write: Callable[[datetime, ZoneInfo], str]
) -> None:
    assert write(moment, zone)
