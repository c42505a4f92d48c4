"""Columns of `ticket`; constraints, triggers and policies are in tables/sql/."""

from piccolo.columns import UUID, BigInt, Integer, Text, Timestamptz
from piccolo.table import Table


class Ticket(Table, tablename="ticket"):
    """A support case of a customer."""

    id = UUID(primary_key=True, default=None)
    number = BigInt()
    customer_id = UUID(default=None)
    subject = Text()
    status = Text()
    priority = Text()
    assignee_id = Text(null=True, default=None)
    opened_by_id = Text(null=True, default=None)
    due_at = Timestamptz(null=True, default=None)
    closed_at = Timestamptz(null=True, default=None)
    version = Integer()
    created_at = Timestamptz(default=None)
    updated_at = Timestamptz(default=None)
