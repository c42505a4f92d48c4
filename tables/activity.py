"""Columns of `activity`; constraints, triggers and policies are in tables/sql/."""

from piccolo.columns import JSONB, UUID, BigInt, Bytea, Text, Timestamptz
from piccolo.table import Table


class Activity(Table, tablename="activity"):
    """One immutable entry of a customer's timeline."""

    id = UUID(primary_key=True, default=None)
    customer_id = UUID(default=None)
    lead_id = UUID(null=True, default=None)
    seq = BigInt()
    kind = Text()
    actor_id = Text()
    on_behalf_of = Text(null=True, default=None)
    occurred_at = Timestamptz(default=None)
    recorded_at = Timestamptz(default=None)
    data = JSONB()
    commitment = Bytea(null=True, default=None)
    corrects_id = UUID(null=True, default=None)
    prev_hash = Bytea(null=True, default=None)
    hash = Bytea()
