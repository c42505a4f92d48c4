"""Columns of `session`; constraints, triggers and policies are in tables/sql/."""

from piccolo.columns import Array, Bytea, Text, Timestamptz
from piccolo.table import Table


class Session(Table, tablename="session"):
    """Somebody signed in; only the hash of the cookie is kept."""

    id_hash = Bytea(primary_key=True)
    staff_id = Text()
    sid = Text(null=True, default=None)
    roles = Array(base_column=Text())
    role = Text()
    rep_id = Text(null=True, default=None)
    refresh_token = Bytea(null=True, default=None)
    created_at = Timestamptz(default=None)
    last_seen_at = Timestamptz(default=None)
    refreshed_at = Timestamptz(default=None)
    expires_at = Timestamptz(default=None)
