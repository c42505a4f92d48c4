"""When a sale was closed: on a day where it is told, never in the future and never in another age."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from app.contracts.pipeline import SaleDetails
from app.core.errors import Invalid
from app.domain.sale import check_sale

NOON = datetime(2026, 11, 4, 12, tzinfo=UTC)


def closed(on: str | None, now: datetime) -> datetime:
    day = date.fromisoformat(on) if on else None
    return check_sale(SaleDetails(Decimal(1), "Plan", closed_on=day), "EUR", now).closed_at


@pytest.mark.parametrize(
    ("on", "problem"),
    [
        ("2026-11-05", "future"),
        ("9999-12-31", "future"),
        ("2016-11-05", "ten years"),
        ("0001-01-01", "ten years"),
    ],
)
def test_a_closing_lies_within_the_last_ten_years(on: str, problem: str) -> None:
    with pytest.raises(Invalid, match=problem) as refused:
        closed(on, NOON)
    assert [each.pointer for each in refused.value.problems] == ["#/sale_details/closed_on"]


def test_an_old_deal_may_be_told_late() -> None:
    assert closed("2016-11-06", NOON) == datetime(2016, 11, 6, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "now", "on", "at"),
    [
        ("Asia/Tokyo", "2026-11-04T23:00Z", "2026-11-05", "2026-11-04T23:00Z"),
        ("Asia/Tokyo", "2026-11-04T23:00Z", "2026-11-04", "2026-11-04T12:00Z"),
        ("America/Los_Angeles", "2026-11-05T00:30Z", "2026-11-04", "2026-11-05T00:30Z"),
        ("America/Los_Angeles", "2026-11-05T00:30Z", "2026-11-03", "2026-11-03T12:00Z"),
        ("Pacific/Kiritimati", "2026-11-04T11:00Z", "2026-11-05", "2026-11-04T11:00Z"),
        ("Pacific/Kiritimati", "2026-11-04T11:00Z", "2026-11-04", "2026-11-04T09:59:59.999999Z"),
    ],
)
def test_the_day_is_one_where_it_is_told(zone: str, now: str, on: str, at: str) -> None:
    when = closed(on, datetime.fromisoformat(now).astimezone(ZoneInfo(zone)))
    assert (when, when.tzinfo) == (datetime.fromisoformat(at), UTC)


def test_tomorrow_is_refused_also_where_utc_has_it_already() -> None:
    with pytest.raises(Invalid, match="future"):
        closed("2026-11-05", datetime(2026, 11, 5, 0, 30, tzinfo=UTC).astimezone(ZoneInfo("America/Denver")))
