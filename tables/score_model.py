"""Columns of `score_model`; constraints, triggers and policies are in tables/sql/."""

from piccolo.columns import JSONB, Boolean, Text, Timestamptz
from piccolo.table import Table


class ScoreModel(Table, tablename="score_model"):
    """A version of the scoring rules or of the learned model."""

    version = Text(primary_key=True)
    kind = Text()
    body = JSONB()
    metrics = JSONB()
    decision = Text()
    active = Boolean()
    created_by_id = Text()
    created_at = Timestamptz(default=None)
    note = Text()
    activated_at = Timestamptz(null=True, default=None)
    activated_by_id = Text(null=True, default=None)
