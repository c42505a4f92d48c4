"""Columns of `capture_client`; constraints, triggers and policies are in tables/sql/."""

from piccolo.columns import Text, Timestamptz
from piccolo.table import Table


class CaptureClient(Table, tablename="capture_client"):
    """A system that signs its forms with a secret of its own."""

    id = Text(primary_key=True)
    name = Text()
    created_by_id = Text()
    created_at = Timestamptz(default=None)
    revoked_at = Timestamptz(null=True, default=None)
