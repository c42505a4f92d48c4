"""Columns of `lead_words`; constraints, triggers and policies are in tables/sql/."""

from piccolo.columns import UUID, Text, Timestamptz
from piccolo.table import Table


class LeadWords(Table, tablename="lead_words"):
    """What a lead's customer is found by, beside those of the same owner."""

    lead_id = UUID(primary_key=True, default=None)
    owner_id = Text()
    customer_id = UUID(default=None)
    created_at = Timestamptz(default=None)
    words = Text(null=True, default=None)
