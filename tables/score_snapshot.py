"""Columns of `score_snapshot`; constraints, triggers and policies are in tables/sql/."""

from piccolo.columns import JSONB, UUID, DoublePrecision, SmallInt, Text, Timestamptz
from piccolo.table import Table


class ScoreSnapshot(Table, tablename="score_snapshot"):
    """What one score was made of when it was given."""

    id = UUID(primary_key=True, default=None)
    lead_id = UUID(default=None)
    at = Timestamptz(default=None)
    version = Text()
    score = SmallInt()
    win_probability = DoublePrecision()
    features = JSONB()
    reasons = JSONB()
