"""Columns of `stage_limit`; constraints and policies are in tables/sql/."""

from piccolo.columns import UUID, Integer, Text, Timestamptz
from piccolo.table import Table


class StageLimit(Table, tablename="stage_limit"):
    """How many open leads one person should have in a stage at most, from when on."""

    id = UUID(primary_key=True, default=None)
    stage = Text()
    most = Integer(null=True, default=None)
    set_by_id = Text()
    set_at = Timestamptz(default=None)
