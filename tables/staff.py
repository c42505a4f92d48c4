"""Columns of `staff`; constraints, triggers and policies are in tables/sql/."""

from piccolo.columns import Array, BigInt, Boolean, Text, Timestamptz
from piccolo.table import Table


class Staff(Table, tablename="staff"):
    """Who works here, as the SSO says; `id` is the SSO's `sub`."""

    id = Text(primary_key=True)
    rep_id = Text(null=True, default=None)
    name = Text()
    email = Text()
    email_version = BigInt()
    email_synced_at = Timestamptz(null=True, default=None)
    name_version = BigInt()
    name_synced_at = Timestamptz(null=True, default=None)
    active_version = BigInt()
    active_synced_at = Timestamptz(null=True, default=None)
    roles = Array(base_column=Text())
    active = Boolean()
    accepts_leads = Boolean()
    zone = Text(null=True, default=None)
    wants_digest = Boolean()
    last_login_at = Timestamptz(null=True, default=None)
    created_at = Timestamptz(default=None)
    updated_at = Timestamptz(default=None)
