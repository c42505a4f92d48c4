"""Columns of `capture_submission`; constraints, triggers and policies are in tables/sql/."""

from piccolo.columns import JSONB, UUID, Bytea, Text, Timestamptz
from piccolo.table import Table


class CaptureSubmission(Table, tablename="capture_submission"):
    """A marketing form as it came, whatever became of it."""

    id = UUID(primary_key=True, default=None)
    client = Text()
    idempotency_key = Text(null=True, default=None)
    body_hash = Bytea()
    body = JSONB(null=True, default=None, db_column_name="raw")  # Table.raw is a method
    outcome = Text()
    problems = JSONB()
    lead_id = UUID(null=True, default=None)
    customer_id = UUID(null=True, default=None)
    received_at = Timestamptz(default=None)
    answered_lead_id = UUID(null=True, default=None)
    answered_customer_id = UUID(null=True, default=None)
    decided_by_id = Text(null=True, default=None)
    decided_at = Timestamptz(null=True, default=None)
