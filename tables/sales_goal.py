"""Columns of `sales_goal`; constraints and policies are in tables/sql/."""

from piccolo.columns import UUID, Date, Numeric, Text, Timestamptz
from piccolo.table import Table


class SalesGoal(Table, tablename="sales_goal"):
    """What a rep is to win a month, from which month on, and who set it when."""

    id = UUID(primary_key=True, default=None)
    staff_id = Text()
    month = Date(default=None)
    amount = Numeric(digits=(14, 2), null=True, default=None)
    currency = Text()
    set_by_id = Text()
    set_at = Timestamptz(default=None)
