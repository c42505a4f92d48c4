"""Columns of `closed_total`; constraints, triggers and policies are in tables/sql/."""

from piccolo.columns import BigInt, Date, Numeric, Text
from piccolo.table import Table


class ClosedTotal(Table, tablename="closed_total"):
    """A part of the leads that were closed on one day: count and worth, to be added up."""

    id = BigInt(primary_key=True, default=None)
    stage = Text()
    closed_on = Date()
    leads = BigInt()
    value = Numeric(digits=(18, 2))
