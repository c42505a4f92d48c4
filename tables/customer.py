"""Columns of `customer`; constraints, triggers and policies are in tables/sql/."""

from piccolo.columns import JSONB, UUID, BigInt, Bytea, Numeric, Text, Timestamptz
from piccolo.table import Table


class Customer(Table, tablename="customer"):
    """A person the company sells to; identity follows the SSO."""

    id = UUID(primary_key=True, default=None)
    sso_user_id = Text(null=True, default=None)
    name = Text()
    email = Text(null=True, default=None)
    email_norm = Text(null=True, default=None)
    email_version = BigInt()
    email_synced_at = Timestamptz(null=True, default=None)
    name_version = BigInt()
    name_synced_at = Timestamptz(null=True, default=None)
    email_conflict = Text(null=True, default=None)
    phone = Text()
    company = Text()
    job_title = Text()
    country = Text()
    first_campaign = JSONB(null=True, default=None)
    last_campaign = JSONB(null=True, default=None)
    first_consent = JSONB(null=True, default=None)
    last_consent = JSONB(null=True, default=None)
    last_contact_at = Timestamptz(null=True, default=None)
    clv = Numeric(digits=(14, 2))
    log_seq = BigInt()
    log_head = Bytea(null=True, default=None)
    erased_at = Timestamptz(null=True, default=None)
    words = Text()
    merged_into_id = UUID(null=True, default=None)
    created_at = Timestamptz(default=None)
    updated_at = Timestamptz(default=None)
