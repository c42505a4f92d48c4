"""Columns of `sink`; constraints and policies are in tables/sql/."""

from piccolo.columns import Text, Timestamptz
from piccolo.table import Table


class Sink(Table, tablename="sink"):
    """A place our events go to, once somebody has paused it."""

    name = Text(primary_key=True, default=None)
    paused_at = Timestamptz(null=True, default=None)
    paused_by = Text(null=True, default=None)
    reason = Text()
    resumed_at = Timestamptz(null=True, default=None)
