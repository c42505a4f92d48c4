"""How many customers are in each band of lifetime value, and what they bought (docs/adr/0102)."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

from app.domain.lifetime import BANDS, BOUNDS, Band, Lifetimes
from app.store.read_together import Read
from app.store.reports import asked_where
from app.store.scope import own_customers
from app.store.where import Where

if TYPE_CHECKING:
    from app.domain.report import Asked
    from app.domain.viewer import Viewer
    from app.store.reports import Rows

# The same in tables/sql/108_lifetime_bands.sql, whose index finds the customers of a band.
_BAND: Final = (
    f"width_bucket({{value}}, ARRAY[{', '.join(str(BOUNDS[name]) for name in BANDS[1:])}]::numeric[])"
)
_EVERYBODYS: Final = f"""
    SELECT {_BAND.format(value="customer.clv")} AS band, count(*) AS customers, sum(customer.clv) AS value
    FROM customer WHERE {{where}} GROUP BY 1"""
_OWNERS: Final = f"""
    SELECT {_BAND.format(value="bought")} AS band, count(*) AS customers, sum(bought) AS value FROM (
        SELECT coalesce(sum(lead.expected_value)
            FILTER (WHERE lead.stage = 'closed_won' AND lead.currency = {{currency}}), 0) AS bought
        FROM lead WHERE {{where}} GROUP BY lead.customer_id
    ) theirs GROUP BY 1"""


def add_band(where: Where, band: str) -> None:
    """Narrow customers to those of a band, by what everybody sold them."""
    if band == BANDS[0]:
        # Behind row security the planner takes any one value for rare, and would read the whole table for it.
        where.add("NOT customer.clv > 0")
    elif band:
        place = where.bind(BANDS.index(band))
        where.add(f"customer.clv > 0 AND {_BAND.format(value='customer.clv')} = {place}")


def lifetimes(viewer: Viewer, asked: Asked) -> Read[Lifetimes]:
    """Return what reads the bands: of everybody as their pages say it, of one rep's customers by that rep's leads."""
    of_everybody = viewer.is_admin and not asked.owner
    if of_everybody:
        where = Where(viewer, own_customers(viewer))
        sql = _EVERYBODYS.format(where=where)
    else:
        where = asked_where(viewer, asked)
        sql = _OWNERS.format(where=where, currency=where.bind(asked.currency))
    return Read(sql, where.args, lambda rows: Lifetimes(_to_bands(rows), of_everybody))


def _to_bands(rows: Rows) -> tuple[Band, ...]:
    found = {BANDS[row["band"]]: row for row in rows}
    return tuple(
        Band(name, row["customers"], Decimal(row["value"])) if (row := found.get(name)) else Band(name)
        for name in BANDS
    )
