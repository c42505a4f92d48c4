"""Columns of `distinct_pair`; constraints, triggers and policies are in tables/sql/."""

from piccolo.columns import UUID, Text, Timestamptz
from piccolo.table import Table


class DistinctPair(Table, tablename="distinct_pair"):
    """Two customers who look alike and, somebody decided, are not the same person."""

    one_id = UUID(default=None)
    other_id = UUID(default=None)
    decided_by_id = Text()
    decided_at = Timestamptz(default=None)
