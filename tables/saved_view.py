"""Columns of `saved_view`; constraints, triggers and policies are in tables/sql/."""

from piccolo.columns import UUID, Boolean, Text, Timestamptz
from piccolo.table import Table


class SavedView(Table, tablename="saved_view"):
    """A person's named filter, or one that an admin shares with everybody."""

    id = UUID(primary_key=True, default=None)
    owner_id = Text()
    name = Text()
    query = Text()
    created_at = Timestamptz(default=None)
    shared = Boolean()
