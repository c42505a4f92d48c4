"""Columns of `digest`; constraints and policies are in tables/sql/."""

from piccolo.columns import UUID, Array, Bytea, Date, Integer, Text, Timestamptz
from piccolo.table import Table


class Digest(Table, tablename="digest"):
    """One person's e-mail of one day, or of the week before a Monday, and what became of it."""

    id = UUID(primary_key=True, default=None)
    staff_id = Text()
    kind = Text()
    day = Date(default=None)
    zone = Text()
    state = Text()
    edition = Integer()
    attempts = Integer()
    next_try_at = Timestamptz(default=None)
    ends_at = Timestamptz(default=None)
    last_error = Text(null=True, default=None)
    off_hashes = Array(base_column=Bytea())
    created_at = Timestamptz(default=None)
    settled_at = Timestamptz(null=True, default=None)
