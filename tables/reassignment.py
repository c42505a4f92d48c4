"""Columns of `reassignment`; constraints and policies are in tables/sql/."""

from piccolo.columns import UUID, Array, Text, Timestamptz
from piccolo.table import Table


class Reassignment(Table, tablename="reassignment"):
    """Many leads on their way from one person to others."""

    id = UUID(primary_key=True, default=None)
    from_id = Text(null=True, default=None)
    to_ids = Array(base_column=Text())
    stage = Text(null=True, default=None)
    reason = Text()
    state = Text()
    asked_by_id = Text()
    undone_by_id = Text(null=True, default=None)
    created_at = Timestamptz(default=None)
    finished_at = Timestamptz(null=True, default=None)
