"""Columns of `erasure`; constraints, triggers and policies are in tables/sql/."""

from piccolo.columns import UUID, Text, Timestamptz
from piccolo.table import Table


class Erasure(Table, tablename="erasure"):
    """A person's wish to be forgotten: who asked for it here, who confirmed it, when it was done."""

    id = UUID(primary_key=True, default=None)
    customer_id = UUID(default=None)
    requested_by_id = Text()
    requested_at = Timestamptz(default=None)
    confirmed_by_id = Text(null=True, default=None)
    withdrawn_at = Timestamptz(null=True, default=None)
    done_at = Timestamptz(null=True, default=None)
    streams_cleared_at = Timestamptz(null=True, default=None)
