"""Columns of `log_anchor`; constraints, triggers and policies are in tables/sql/."""

from piccolo.columns import UUID, BigInt, Bytea, Timestamptz
from piccolo.table import Table


class LogAnchor(Table, tablename="log_anchor"):
    """A signed root over all timeline heads."""

    id = UUID(primary_key=True, default=None)
    at = Timestamptz(default=None)
    entries = BigInt()
    root = Bytea()
    signature = Bytea()
    public_key = Bytea()
