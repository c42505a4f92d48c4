"""The bands of lifetime value, added up."""

from __future__ import annotations

from decimal import Decimal

from app.domain.lifetime import BANDS, BOUNDS, Band, Lifetimes


def test_bands_follow_one_another() -> None:
    assert list(BOUNDS.values()) == sorted(BOUNDS.values())
    assert BANDS[0] == "none"


def test_who_bought_nothing_is_a_customer_and_makes_no_average() -> None:
    first, *_, last = BANDS
    found = Lifetimes(
        (Band(first, 7), Band("1k-5k", 2, Decimal(5_001)), Band(last, 1, Decimal(200_000))), True
    )
    assert (found.customers, found.buyers, found.value) == (10, 3, Decimal(205_001))
    assert found.average == Decimal(68_334)


def test_nobody_has_no_average() -> None:
    assert Lifetimes((Band("none", 3),), False).average == 0
