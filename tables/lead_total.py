"""Columns of `lead_total`; constraints, triggers and policies are in tables/sql/."""

from piccolo.columns import BigInt, Numeric, Text
from piccolo.table import Table


class LeadTotal(Table, tablename="lead_total"):
    """A part of an owner's leads in one stage: count and worth, to be added up."""

    id = BigInt(primary_key=True, default=None)
    owner_id = Text()
    stage = Text()
    leads = BigInt()
    value = Numeric(digits=(18, 2))
