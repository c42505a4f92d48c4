"""Columns of `lead_import`; constraints, triggers and policies are in tables/sql/."""

from piccolo.columns import JSONB, UUID, Integer, Text, Timestamptz
from piccolo.table import Table


class LeadImport(Table, tablename="lead_import"):
    """A table of leads that an admin brought, and how far it has come."""

    id = UUID(primary_key=True, default=None)
    file_name = Text()
    header = JSONB(db_column_name="columns")
    mapping = JSONB()
    status = Text()
    total = Integer()
    created_by_id = Text()
    created_at = Timestamptz(default=None)
    updated_at = Timestamptz(default=None)
