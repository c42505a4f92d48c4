"""Columns of `inbox`; constraints, triggers and policies are in tables/sql/."""

from piccolo.columns import Integer, Text, Timestamptz
from piccolo.table import Table


class Inbox(Table, tablename="inbox"):
    """An event from another system: kept first, then applied."""

    source = Text()
    id = Text()
    type = Text()
    body = Text(db_column_name="raw")  # Table.raw is a method
    status = Text()
    attempts = Integer()
    next_try_at = Timestamptz(null=True, default=None)
    last_error = Text(null=True, default=None)
    received_at = Timestamptz(default=None)
    settled_at = Timestamptz(null=True, default=None)
    discarded_by_id = Text(null=True, default=None)
    discarded_because = Text(null=True, default=None)
