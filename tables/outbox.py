"""Columns of `outbox`; constraints, triggers and policies are in tables/sql/."""

from piccolo.columns import JSONB, UUID, BigInt, Integer, Text, Timestamptz
from piccolo.table import Table


class Outbox(Table, tablename="outbox"):
    """Events owed to other systems, written with the change they tell of."""

    id = UUID(primary_key=True, default=None)
    aggregatetype = Text()
    aggregateid = Text()
    type = Text()
    payload = JSONB()
    dedupe = Text()
    created_at = Timestamptz(default=None)
    attempts = Integer()
    next_try_at = Timestamptz(default=None)
    published_at = Timestamptz(null=True, default=None)
    last_error = Text(null=True, default=None)
    position = BigInt(null=True, default=None)
