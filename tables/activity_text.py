"""Columns of `activity_text`; constraints, triggers and policies are in tables/sql/."""

from piccolo.columns import UUID, Bytea, Text
from piccolo.table import Table


class ActivityText(Table, tablename="activity_text"):
    """The personal, erasable part of a timeline entry."""

    activity_id = UUID(primary_key=True, default=None)
    customer_id = UUID(default=None)
    salt = Bytea()
    body = Text()
