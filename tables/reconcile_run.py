"""Columns of `reconcile_run`; constraints and policies are in tables/sql/."""

from piccolo.columns import UUID, Integer, Text, Timestamptz
from piccolo.table import Table


class ReconcileRun(Table, tablename="reconcile_run"):
    """One walk through the SSO's user list, and how far it got."""

    id = UUID(primary_key=True, default=None)
    asked_by_id = Text()
    state = Text()
    cursor = Text(null=True, default=None)
    seen = Integer()
    drifted = Integer()
    attempts = Integer()
    next_try_at = Timestamptz(default=None)
    last_error = Text(null=True, default=None)
    started_at = Timestamptz(default=None)
    finished_at = Timestamptz(null=True, default=None)
