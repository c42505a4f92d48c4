"""Columns of `delivery`; constraints, triggers and policies are in tables/sql/."""

from piccolo.columns import UUID, Boolean, Integer, Text, Timestamptz
from piccolo.table import Table


class Delivery(Table, tablename="delivery"):
    """One attempt to hand one event to one sink."""

    event_id = UUID(default=None)
    sink = Text()
    attempt = Integer()
    at = Timestamptz(default=None)
    ok = Boolean()
    answer = Text()
    latency_ms = Integer()
    retry_at = Timestamptz(null=True, default=None)
