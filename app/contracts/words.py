"""The words that a field of /v1 may be. Another one is refused by the rules that know them, with all of them named."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Final, Literal, get_args

from msgspec import Meta

Stage = Literal["lead", "qualified", "proposal_sent", "negotiation", "closed_won", "closed_lost"]
Status = Literal["new", "working", "nurturing", "converted", "disqualified"]

STAGES: Final[tuple[str, ...]] = get_args(Stage)
OPEN_STAGES: Final = STAGES[:4]
STATUSES: Final[tuple[str, ...]] = get_args(Status)
CAPTURE_OUTCOMES: Final = ("created", "merged")
ACTIVITY_OUTCOMES: Final = ("reached", "no_answer", "left_message", "sent", "received", "held", "no_show")
LOST_REASONS: Final = (
    "price", "competitor", "no_budget", "no_response", "timing", "not_a_fit", "duplicate", "other",
)  # fmt: skip
SORTS: Final = (
    "-created_at", "created_at", "-score", "score", "follow_up_at", "-expected_value", "stage_entered_at",
    "-closed_at",
)  # fmt: skip
KINDS: Final = (
    "lead_captured", "lead_created", "lead_reopened", "call_logged", "email_logged", "meeting_logged",
    "note_logged", "stage_changed", "lead_assigned", "deal_changed", "follow_up_set", "follow_up_done",
    "lead_nurtured", "lead_resumed", "sale_won", "lead_lost", "sale_handed_over", "ticket_opened", "ticket_changed",
    "email_updated", "email_conflict", "contact_changed", "score_changed", "entry_corrected", "customer_erased",
    "customer_merged", "customer_exported",
)  # fmt: skip

NO_CONTROLS: Final = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]*$"

# Published only: what is wrong is told by our own rules, which trim first and say what is right.
Time = Annotated[datetime, Meta(extra_json_schema={"format": "date-time"})]


def text(longest: int, **more: Any) -> Meta:
    """Return how a text field is published: as long as its rule allows, and without what nobody types."""
    return Meta(extra_json_schema={"maxLength": longest, "pattern": NO_CONTROLS, **more})


def whole(least: int, most: int) -> Meta:
    """Return how a whole number is published."""
    return Meta(extra_json_schema={"minimum": least, "maximum": most})


# Of type str: a wrong word is told by our own rules, which say what is right.
OpenStageWord = Annotated[str, Meta(extra_json_schema={"enum": [*OPEN_STAGES]})]
StageWord = Annotated[str, Meta(extra_json_schema={"enum": [*STAGES]})]
StatusWord = Annotated[str, Meta(extra_json_schema={"enum": [*STATUSES]})]
CaptureOutcome = Annotated[str, Meta(extra_json_schema={"enum": [*CAPTURE_OUTCOMES]})]
ActivityOutcome = Annotated[str, Meta(extra_json_schema={"enum": [*ACTIVITY_OUTCOMES]})]
LostReason = Annotated[str, Meta(extra_json_schema={"enum": [*LOST_REASONS]})]
