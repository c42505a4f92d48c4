"""Columns of `capture_secret`; constraints, triggers and policies are in tables/sql/."""

from piccolo.columns import UUID, Bytea, Text, Timestamptz
from piccolo.table import Table


class CaptureSecret(Table, tablename="capture_secret"):
    """A sealed signing secret of a client, good until it expires."""

    id = UUID(primary_key=True, default=None)
    client_id = Text()
    sealed = Bytea()
    created_by_id = Text()
    created_at = Timestamptz(default=None)
    expires_at = Timestamptz(null=True, default=None)
