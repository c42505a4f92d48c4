"""The report of what customers bought so far."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.domain.lifetime import BANDS, BOUNDS
from app.domain.report import Column, Rate, Table
from app.web import formats
from app.web.charts import Bar, share
from app.web.reports.shown import Shown, Tile, columns, money

if TYPE_CHECKING:
    from decimal import Decimal

    from app.domain.lifetime import Band, Lifetimes
    from app.domain.report import Asked


def show_lifetimes(it: Lifetimes, asked: Asked) -> Shown:
    """Show in which bands customers are, and what each band bought."""
    named = [(band_label(band.name, asked.currency), band) for band in it.bands]
    most = max(band.value for band in it.bands)
    return Shown(
        "What customers have bought",
        "All customers, by the sum of their sales until today."
        if it.of_everybody
        else "Customers, by the sum of their sales until today that belong to these leads.",
        (
            Tile("Customers", it.customers),
            Tile("Have bought", it.buyers, "customers", "ok"),
            Tile("Lifetime value", it.value, "together"),
            Tile("On average", it.average, "of who has bought"),
        ),
        Table(
            (
                *columns("Lifetime value", "Customers"),
                *(Column("Of all customers", "%"), *money(asked, "Together"), Column("Of all value", "%")),
            ),
            tuple(
                (
                    label,
                    band.customers,
                    Rate(band.customers, it.customers),
                    band.value,
                    _of(band.value, it.value),
                )
                for label, band in named
            ),
            (("Total", it.customers, Rate(it.customers, it.customers), it.value, _of(it.value, it.value)),),
        ),
        {},
        bars=tuple(_bar(label, band, most, asked.currency) for label, band in named),
        links=tuple((f"/customers?clv={band.name}",) for band in it.bands) if it.of_everybody else (),
        listed="customers",
        is_empty=not it.customers,
    )


def band_label(name: str, currency: str) -> str:
    """Write a band for people: €1,000 to €5,000."""
    place = BANDS.index(name)
    ends = [formats.amount(BOUNDS[each], currency) for each in BANDS[place : place + 2]]
    if place == 0:
        return "Nothing yet"
    if len(ends) == 1:
        return f"{ends[0]} and more"
    return f"Below {ends[1]}" if place == 1 else f"{ends[0]} to {ends[1]}"


def _bar(label: str, band: Band, most: Decimal, currency: str) -> Bar:
    note = f"{formats.plural(band.customers, 'customer')} · {formats.short_amount(band.value, currency)}"
    return Bar(label, note, share(band.value, most), "weighted")


def _of(part: Decimal, whole: Decimal) -> Rate:
    return Rate(int(part * 100), int(whole * 100))
