"""Columns of `idempotency`; constraints, triggers and policies are in tables/sql/."""

from piccolo.columns import JSONB, Bytea, SmallInt, Text, Timestamptz
from piccolo.table import Table


class Idempotency(Table, tablename="idempotency"):
    """The first answer to each idempotency key."""

    client = Text()
    key = Text()
    body_hash = Bytea()
    status = SmallInt()
    answer = JSONB()
    created_at = Timestamptz(default=None)
