"""Columns of `lead_import_row`; constraints, triggers and policies are in tables/sql/."""

from piccolo.columns import JSONB, UUID, Integer, Text
from piccolo.table import Table


class LeadImportRow(Table, tablename="lead_import_row"):
    """One line of an import, and what became of it."""

    import_id = UUID(default=None)
    line = Integer()
    cells = JSONB(null=True, default=None)
    email_norm = Text(null=True, default=None)
    forecast = Text(null=True, default=None)
    outcome = Text(null=True, default=None)
    problems = JSONB()
    lead_id = UUID(null=True, default=None)
