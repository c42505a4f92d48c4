"""Columns of `score_check`; constraints, triggers and policies are in tables/sql/."""

from piccolo.columns import JSONB, UUID, Text, Timestamptz
from piccolo.table import Table


class ScoreCheck(Table, tablename="score_check"):
    """How the active version of the scoring did on leads that closed since."""

    id = UUID(primary_key=True, default=None)
    at = Timestamptz(default=None)
    version = Text()
    metrics = JSONB()
    warnings = JSONB()
