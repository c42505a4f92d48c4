"""Columns of `reassignment_lead`; constraints and policies are in tables/sql/."""

from piccolo.columns import UUID, Text
from piccolo.table import Table


class ReassignmentLead(Table, tablename="reassignment_lead"):
    """One lead of a reassignment, and what became of it. The key is (reassignment_id, lead_id)."""

    reassignment_id = UUID(default=None)
    lead_id = UUID(default=None)
    from_id = Text(null=True, default=None)
    to_id = Text()
    outcome = Text()
    because = Text(null=True, default=None)
