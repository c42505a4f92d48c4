"""Columns of `sale`; constraints, triggers and policies are in tables/sql/."""

from piccolo.columns import UUID, Date, Numeric, Text, Timestamptz
from piccolo.table import Table


class Sale(Table, tablename="sale"):
    """What a won lead sold."""

    id = UUID(primary_key=True, default=None)
    lead_id = UUID(default=None)
    customer_id = UUID(default=None)
    event_id = UUID(default=None)
    amount = Numeric(digits=(14, 2))
    currency = Text()
    product = Text()
    starts_on = Date(null=True, default=None)
    contract_reference = Text()
    handoff_note = Text()
    sales_rep_id = Text(null=True, default=None)
    recorded_by_id = Text()
    closed_at = Timestamptz(default=None)
