"""POST /v1/activity/log: a call, e-mail or meeting with a customer."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

import msgspec

from app.contracts.words import ActivityOutcome, Time, text, whole


class ActivityLog(msgspec.Struct, forbid_unknown_fields=True):
    """One contact, as its caller saw it. `user_id` must be the caller, or anybody of the staff for an admin."""

    customer_id: UUID
    user_id: str
    activity_type: Literal["Call", "Email", "Meeting", "Note"]
    notes: Annotated[str, text(10_000)]
    lead_id: UUID | None = None
    occurred_at: Time | None = None
    duration_minutes: Annotated[int, whole(0, 1440)] | None = None
    direction: Literal["inbound", "outbound"] | None = None
    outcome: ActivityOutcome | None = None
    follow_up_at: Time | None = None
    follow_up_note: Annotated[str, text(500)] | None = None


class ActivityAnswer(msgspec.Struct):
    """The entry as the timeline keeps it for ever."""

    activity_id: str
    customer_id: str
    sequence: int
    recorded_at: Time
    hash: str
