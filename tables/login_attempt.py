"""Columns of `login_attempt`; constraints, triggers and policies are in tables/sql/."""

from piccolo.columns import Bytea, Text, Timestamptz
from piccolo.table import Table


class LoginAttempt(Table, tablename="login_attempt"):
    """A login that has gone to the SSO and not come back yet."""

    state_hash = Bytea(primary_key=True)
    nonce = Text()
    verifier = Text()
    next = Text()
    created_at = Timestamptz(default=None)
