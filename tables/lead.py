"""Columns of `lead`; constraints, triggers and policies are in tables/sql/."""

from piccolo.columns import JSONB, UUID, Date, DoublePrecision, Integer, Numeric, SmallInt, Text, Timestamptz
from piccolo.table import Table


class Lead(Table, tablename="lead"):
    """One chance to sell to a customer."""

    id = UUID(primary_key=True, default=None)
    customer_id = UUID(default=None)
    assigned_to_id = Text(null=True, default=None)
    reopened_from_id = UUID(null=True, default=None)
    status = Text()
    stage = Text()
    source = Text()
    form_id = Text()
    campaign = JSONB(null=True, default=None)
    answers = JSONB()
    message_length = Integer()
    score = SmallInt(null=True, default=None)
    win_probability = DoublePrecision(null=True, default=None)
    score_reasons = JSONB()
    score_version = Text(null=True, default=None)
    scored_at = Timestamptz(null=True, default=None)
    score_due_at = Timestamptz(null=True, default=None)
    expected_value = Numeric(digits=(14, 2), null=True, default=None)
    currency = Text()
    expected_close_on = Date(null=True, default=None)
    follow_up_at = Timestamptz(null=True, default=None)
    follow_up_note = Text()
    stage_entered_at = Timestamptz(default=None)
    closed_at = Timestamptz(null=True, default=None)
    lost_reason = Text(null=True, default=None)
    lost_to = Text(null=True, default=None)
    version = Integer()
    created_at = Timestamptz(default=None)
    updated_at = Timestamptz(default=None)
