"""Customers by what they bought so far: the bands of their lifetime value. What counts is said in docs/adr/0102."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

# A band goes from its bound to below the next one's; of the first are those who bought nothing yet.
BOUNDS: Final = {
    "none": Decimal(0),
    "under-1k": Decimal("0.01"),
    "1k-5k": Decimal(1_000),
    "5k-20k": Decimal(5_000),
    "20k-100k": Decimal(20_000),
    "over-100k": Decimal(100_000),
}
BANDS: Final = tuple(BOUNDS)


@dataclass(frozen=True, slots=True)
class Band:
    """The customers of a band: how many, and what they bought together."""

    name: str
    customers: int = 0
    value: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Lifetimes:
    """Every band, the lowest first; `of_everybody` where it is all that a customer bought, from whomever."""

    bands: tuple[Band, ...]
    of_everybody: bool

    @property
    def customers(self) -> int:
        """How many customers there are."""
        return sum(band.customers for band in self.bands)

    @property
    def buyers(self) -> int:
        """How many of them bought something."""
        return self.customers - self.bands[0].customers

    @property
    def value(self) -> Decimal:
        """What they bought together."""
        return sum((band.value for band in self.bands), Decimal(0))

    @property
    def average(self) -> Decimal:
        """What each who bought something brought, in whole units; nothing where nobody did."""
        return round(self.value / self.buyers, 0) if self.buyers else Decimal(0)
