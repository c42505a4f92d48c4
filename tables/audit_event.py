"""Columns of `audit_event`; constraints, triggers and policies are in tables/sql/."""

from piccolo.columns import BigInt, Integer, Text, Timestamptz
from piccolo.table import Table


class AuditEvent(Table, tablename="audit_event"):
    """What was done or refused, by ids alone: appended, and let go when it is old."""

    id = BigInt(primary_key=True, default=None)
    at = Timestamptz(default=None)
    kind = Text()
    event = Text()
    who = Text(null=True, default=None)
    about = Text(null=True, default=None)
    also = Text(null=True, default=None)
    number = Integer()
    reason = Text(null=True, default=None)
    route = Text(null=True, default=None)
