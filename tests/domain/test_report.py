"""Rates and ranges of reports."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from app.domain.pipeline import Stage
from app.domain.report import Period, Rate, fault_of, last_days, presets
from app.domain.report_figures import Cohort, Funnel, Month, Outlook, Pile

BERLIN = ZoneInfo("Europe/Berlin")
TODAY = date(2026, 11, 30)


@pytest.mark.parametrize(
    ("part", "whole", "percent"),
    [(0, 0, None), (0, 7, 0), (1, 3, 33), (2, 3, 67), (1, 200, 1), (1, 201, 0), (25, 1000, 3), (7, 7, 100)],
)
def test_a_rate_is_whole_percent_and_a_half_is_rounded_up(part: int, whole: int, percent: int | None) -> None:
    assert Rate(part, whole).percent == percent


def test_a_day_of_a_period_is_the_readers_also_when_the_clocks_change() -> None:
    period = Period(date(2026, 10, 25), date(2026, 10, 25), BERLIN)
    assert period.since.astimezone(UTC) == datetime(2026, 10, 24, 22, tzinfo=UTC)
    assert period.before.astimezone(UTC) == datetime(2026, 10, 25, 23, tzinfo=UTC)


def test_ranges_that_are_a_click_away() -> None:
    assert last_days(TODAY, BERLIN) == Period(date(2026, 9, 2), TODAY, BERLIN)
    assert presets(TODAY, BERLIN) == {
        "This month": Period(date(2026, 11, 1), TODAY, BERLIN),
        "Last month": Period(date(2026, 10, 1), date(2026, 10, 31), BERLIN),
        "90 days": Period(date(2026, 9, 2), TODAY, BERLIN),
        "This year": Period(date(2026, 1, 1), date(2026, 12, 31), BERLIN),
    }
    january = presets(date(2028, 1, 31), BERLIN)
    assert january["Last month"] == Period(date(2027, 12, 1), date(2027, 12, 31), BERLIN)
    assert january["This month"].last == date(2028, 1, 31)
    assert presets(date(2028, 2, 29), BERLIN)["This month"].last == date(2028, 2, 29)


def test_a_range_that_makes_no_sense_has_a_fault() -> None:
    for period in presets(TODAY, BERLIN).values():
        assert fault_of(period.first, period.last, TODAY) is None
    assert fault_of(TODAY, TODAY, TODAY) is None
    for first, last in (
        (TODAY, date(2026, 11, 29)),
        (date.min, TODAY),
        (TODAY, date.max),
        (date.min, date.max),
    ):
        assert fault_of(first, last, TODAY)
    assert fault_of(date(2023, 12, 1), TODAY, TODAY) is None
    assert fault_of(date(2023, 11, 30), TODAY, TODAY) == "A report covers three years at most"


def test_a_funnel_adds_up_its_months() -> None:
    funnel = Funnel((Cohort(TODAY, 4, 3, 2, 1, 1, 2), Cohort(TODAY, 6, 1, 0, 0, 0, 6)))
    assert funnel.total == Cohort(None, 10, 4, 2, 1, 1, 8)
    assert funnel.total.still_open == 1
    assert [(step.label, step.leads) for step in funnel.steps][-1] == (Stage.CLOSED_WON.label, 1)
    assert [step.kept for step in funnel.steps] == [None, Rate(4, 10), Rate(2, 4), Rate(1, 2), Rate(1, 1)]
    assert Funnel(()).total == Cohort(None, 0, 0, 0, 0, 0, 0)


def test_a_forecast_has_all_open_leads_in_one_of_its_piles() -> None:
    def pile(number: int) -> Pile:
        return Pile(number, Decimal(10 * number), Decimal(number), Decimal(2 * number))

    month = Month(TODAY, pile(1), Decimal(0))
    assert Outlook((month, month), pile(10), pile(100), pile(1000)).open == pile(1112)
