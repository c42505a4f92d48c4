"""Customers by what they bought, against companies small enough to be counted by hand."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from app.contracts.pipeline import SaleDetails
from app.core.errors import Forbidden
from app.domain.lifetime import BANDS, Band
from app.domain.report import Asked, last_days
from app.services.closing import close_won
from app.services.customers import find_customers, read_customer
from app.services.reports import read_report
from tests import make

if TYPE_CHECKING:
    from uuid import UUID

    import asyncpg

    from app.domain.lifetime import Lifetimes
    from app.domain.viewer import Viewer
    from tests.cast import Cast

pytestmark = pytest.mark.usefixtures("pool")
TODAY = date(2026, 11, 20)


async def bought(owner: asyncpg.Connection, rep: Viewer, *values: str, of: UUID | None = None) -> UUID:
    """Put a customer into the database who bought for so much from a rep."""
    customer = of or await make.customer(owner)
    for value in values:
        await make.lead(owner, rep, "closed_won", customer_id=customer, expected_value=Decimal(value))
        await owner.execute("UPDATE customer SET clv = clv + $2 WHERE id = $1", customer, Decimal(value))
    return customer


async def read(viewer: Viewer, whose: str = "") -> Lifetimes:
    asked = Asked(last_days(TODAY, ZoneInfo("UTC")), TODAY, "EUR", whose)
    return (await read_report(viewer, "clv", asked)).figures


async def test_a_band_begins_with_its_bound(owner: asyncpg.Connection, cast: Cast) -> None:
    await make.lead(owner, cast.rita, expected_value=9_000)
    for value in (
        "0",
        "0.01",
        "999.99",
        "1000",
        "4999.99",
        "5000",
        "19999.99",
        "20000",
        "99999.99",
        "100000",
    ):
        await bought(owner, cast.rita, value)
    found = await read(cast.ada)
    assert found.bands == (
        Band("none", 2),
        Band("under-1k", 2, Decimal("1000.00")),
        Band("1k-5k", 2, Decimal("5999.99")),
        Band("5k-20k", 2, Decimal("24999.99")),
        Band("20k-100k", 2, Decimal("119999.99")),
        Band("over-100k", 1, Decimal(100_000)),
    )
    assert (await read(cast.rita)).bands == found.bands
    assert [band.name for band in found.bands] == list(BANDS)


async def test_a_rep_counts_what_their_own_leads_sold_and_an_admin_all(
    owner: asyncpg.Connection, cast: Cast
) -> None:
    shared = await bought(owner, cast.rita, "600", "600")
    await bought(owner, cast.omar, "7000", of=shared)
    await bought(owner, cast.omar, "10")
    gone = await make.customer(owner, merged_into_id=shared)
    assert gone != shared
    everybodys, ritas, omars = await read(cast.ada), await read(cast.rita), await read(cast.omar)
    assert (everybodys.customers, everybodys.value, everybodys.bands[3].customers) == (2, 8210, 1)
    assert (ritas.customers, ritas.value, ritas.bands[2].customers) == (1, 1200, 1)
    assert (omars.customers, omars.value, omars.bands[3].customers) == (2, 7010, 1)
    assert await read(cast.ada, cast.omar.id) == omars
    assert await read(cast.ada, "none") == await read(cast.ada, "nobody-has-this-id")
    assert everybodys.of_everybody
    assert not ritas.of_everybody


async def test_a_sale_counts_as_on_the_customers_page_and_another_currency_as_nothing(
    owner: asyncpg.Connection, cast: Cast
) -> None:
    lead = await make.lead(owner, cast.rita, "negotiation")
    customer = await owner.fetchval("SELECT customer_id FROM lead")
    sold = SaleDetails(amount=Decimal(1500), product="CRM")
    await close_won(cast.rita, lead, 1, sold, None)
    await make.lead(
        owner, cast.rita, "closed_won", customer_id=customer, expected_value=9_000, currency="USD"
    )
    for viewer in (cast.rita, cast.ada):
        clv = (await read_customer(viewer, customer)).clv
        found = await read(viewer)
        assert clv is not None
        assert found.value == clv.amount == 1500
        assert found.bands[2] == Band("1k-5k", 1, Decimal(1500))


async def test_an_admin_finds_the_customers_of_a_band_page_by_page(
    owner: asyncpg.Connection, cast: Cast
) -> None:
    names = ("Grace Hopper", "Grace Hooper", "Alan Kay", "Grace Kelly", "Radia Perlman")
    values = ("1000", "1500", "4999.99", "5000", "0")
    made = [await make.customer(owner, name=name) for name in names]
    for customer, value in zip(made, values, strict=True):
        await bought(owner, cast.omar, value, of=customer)

    async def found(band: str, q: str = "", cursor: str | None = None) -> tuple[list[UUID], str | None]:
        page = await find_customers(cast.ada, q=q, limit=2, cursor=cursor, band=band)
        return [row.id for row in page.items], page.next_cursor

    first, cursor = await found("1k-5k")
    assert (first, await found("1k-5k", cursor=cursor)) == ([made[2], made[1]], ([made[0]], None))
    assert await found("5k-20k") == ([made[3]], None)
    assert await found("none") == ([made[4]], None)
    assert await found("over-100k") == ([], None)
    assert set((await found("1k-5k", "grace"))[0]) == set(made[:2])
    assert set((await found("1k-5k", "Gracee Hopperr"))[0]) <= set(made[:3])
    for viewer in (cast.omar, cast.sam):
        with pytest.raises(Forbidden):
            await find_customers(viewer, q="", limit=2, cursor=None, band="1k-5k")


async def test_nobody_is_in_every_band(cast: Cast) -> None:
    for viewer in (cast.rita, cast.ada):
        assert (await read(viewer)).bands == tuple(Band(name) for name in BANDS)
