"""An amount is read as it was meant, or asked about."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from app.domain.amounts import UNCLEAR, UNREADABLE, read_amount
from app.domain.deal import Deal, check_deal


def test_a_deal_of_nothing_has_no_sign() -> None:
    value = check_deal(Deal(read_amount("-0", "EUR"), None), datetime.now(UTC)).value
    assert str(value) == "0.00"


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("12000", "12000"),
        ("12000.5", "12000.5"),
        ("12,5", "12.5"),
        ("12,50", "12.5"),
        ("12,500", "12500"),
        ("1,234,567.89", "1234567.89"),
        ("1.234.567,89", "1234567.89"),
        ("12.500,50", "12500.5"),
        ("12 500", "12500"),
        ("12\N{NARROW NO-BREAK SPACE}500,5", "12500.5"),
        ("12'500.00", "12500"),
        (".5", "0.5"),
        ("-5", "-5"),
        ("€ 3600", "3600"),
        ("3.600,50\N{NO-BREAK SPACE}€", "3600.5"),
        ("EUR 3,600", "3600"),
        ("3600 eur", "3600"),
        ("3.600,-", "3600"),
        ("€12.\N{EN DASH}", "12"),
        ("12.5001", "12.5001"),  # more than two decimals are refused by the rules of amounts
    ],
)
def test_an_amount_is_read_as_it_was_meant(typed: str, meant: str) -> None:
    assert read_amount(typed, "EUR") == Decimal(meant)


def test_thousands_leave_no_decimals_behind() -> None:
    assert str(read_amount("12,500", "EUR")) == "12500"  # a filter says it again in the address


@pytest.mark.parametrize("typed", ["12.500", "1.000", "0.500"])
def test_what_can_be_read_in_two_ways_is_asked_about(typed: str) -> None:
    with pytest.raises(ValueError, match=UNCLEAR):
        read_amount(typed, "EUR")


@pytest.mark.parametrize(
    "typed", ["", "lots", "NaN", "1e5", "12,5000", "1,23,456", "1.234,567.8", "0,500", "١٢", "12.50.5"]
)
def test_what_is_no_amount_is_refused(typed: str) -> None:
    with pytest.raises(ValueError, match=UNREADABLE):
        read_amount(typed, "EUR")


@pytest.mark.parametrize("typed", ["$5", "5 USD", "€€5", "€", ",-", "€ 5 €"])
def test_only_the_companys_own_currency_may_stand_beside_an_amount(typed: str) -> None:
    with pytest.raises(ValueError, match=UNREADABLE):
        read_amount(typed, "EUR")
