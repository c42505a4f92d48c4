"""Columns of `mention`; constraints and policies are in tables/sql/."""

from piccolo.columns import UUID, Text, Timestamptz
from piccolo.table import Table


class Mention(Table, tablename="mention"):
    """Somebody of the staff whom an entry names, and whether they have read it."""

    activity_id = UUID(default=None)
    staff_id = Text()
    by_id = Text()
    at = Timestamptz(default=None)
    read_at = Timestamptz(null=True, default=None)
