"""What a logged call, e-mail, meeting or note must be."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final, Literal

from msgspec import structs

from app.domain.lead import FollowUp
from app.domain.pipeline import Stage, status_after_contact
from app.domain.scoring.engagement import Touch, shows_interest
from app.domain.text import Checker

if TYPE_CHECKING:
    from app.contracts.activity_log import ActivityLog
    from app.domain.lead import Lead

Direction = Literal["inbound", "outbound"]
LONGEST_NOTES: Final = 10_000
LONGEST_MINUTES: Final = 24 * 60
OUTCOMES: Final = {
    "reached": "Reached",
    "no_answer": "No answer",
    "left_message": "Left a message",
    "sent": "Sent",
    "received": "Received",
    "held": "Held",
    "no_show": "No show",
}
OUTCOMES_OF: Final = {
    "Call": ("reached", "no_answer", "left_message"),
    "Email": ("sent", "received"),
    "Meeting": ("held", "no_show"),
    "Note": (),
}
NOT_REACHED: Final = {"no_answer", "left_message", "no_show"}
DIRECTION_OF: Final[dict[str, Direction]] = {"sent": "outbound", "received": "inbound"}
CLOCK_SKEW: Final = timedelta(minutes=5)
EARLIEST: Final = timedelta(days=3650)


@dataclass(frozen=True, slots=True)
class CheckedActivity:
    """An activity whose fields are right; one that shows the customer's interest may change the score.

    `spoke`: the customer took part in it.
    """

    notes: str
    occurred_at: datetime
    follow_up: FollowUp | None
    now: datetime
    shows_interest: bool = False
    spoke: bool = False

    @property
    def resumes(self) -> bool:
        """True when a nurtured lead is worked on again: they spoke with us, or another next step is planned."""
        return self.spoke or self.follow_up is not None


def kind_of(activity: ActivityLog) -> str:
    """Return the timeline kind, such as `call_logged`."""
    return f"{activity.activity_type.lower()}_logged"


def check_activity(activity: ActivityLog, now: datetime) -> CheckedActivity:
    """Return the clean notes, when it happened, and what comes next; raises Invalid with every problem."""
    checker = Checker()
    notes = checker.text("#/notes", activity.notes, LONGEST_NOTES, required=activity.activity_type == "Note")
    occurred_at = checker.moment("#/occurred_at", activity.occurred_at)
    if occurred_at is None:
        occurred_at = now
    else:
        checker.require("#/occurred_at", "must not be in the future", ok=occurred_at <= now + CLOCK_SKEW)
        checker.require(
            "#/occurred_at", "must be within the last ten years", ok=occurred_at >= now - EARLIEST
        )
    if activity.duration_minutes is not None:
        ok = 0 <= activity.duration_minutes <= LONGEST_MINUTES
        checker.require("#/duration_minutes", f"must be from 0 to {LONGEST_MINUTES}", ok=ok)
    if activity.outcome:
        checker.require(
            "#/outcome", f"must be one of: {', '.join(OUTCOMES)}", ok=activity.outcome in OUTCOMES
        )
    follow_up = _check_follow_up(checker, activity, now)
    checker.finish()
    return CheckedActivity(
        notes, occurred_at, follow_up, now,
        shows_interest=_shows_interest(activity, occurred_at), spoke=is_conversation(activity),
    )  # fmt: skip


def is_conversation(activity: ActivityLog) -> bool:
    """True when the customer took part: an e-mail from them, a call or a meeting that did not fail to reach them."""
    if activity.activity_type == "Email":
        return activity.direction == "inbound" or activity.outcome == "received"
    return activity.activity_type in {"Call", "Meeting"} and activity.outcome not in NOT_REACHED


def _shows_interest(activity: ActivityLog, at: datetime) -> bool:
    return shows_interest(Touch(kind_of(activity), at, activity.direction, activity.outcome))


def _check_follow_up(checker: Checker, activity: ActivityLog, now: datetime) -> FollowUp | None:
    note = checker.text("#/follow_up_note", activity.follow_up_note or "", 500)
    if activity.follow_up_at is None:
        checker.require("#/follow_up_at", "is required with a follow_up_note", ok=not note)
        return None
    at = checker.moment("#/follow_up_at", activity.follow_up_at)
    if at is not None:
        checker.require("#/follow_up_at", "must be in the future", ok=at > now)
        checker.require("#/follow_up_at", "must be within the next ten years", ok=at <= now + EARLIEST)
    return FollowUp(at, note)


def after_contact(lead: Lead, activity: CheckedActivity) -> Lead:
    """Return a lead as it is after a contact: while it is open, it is worked on and has the step that was planned.

    A lost one may get a day to try again.
    """
    at, planned = activity.occurred_at, activity.follow_up
    lead = structs.replace(lead, last_contact_at=max(lead.last_contact_at or at, at))
    if not (lead.stage.is_open or (planned and can_be_planned(lead))):
        return lead
    return structs.replace(
        lead,
        status=status_after_contact(lead.status, resumes=activity.resumes),
        follow_up_at=planned.at if planned else lead.follow_up_at,
        follow_up_note=planned.note if planned else lead.follow_up_note,
        version=lead.version + 1,
    )


def replaced_by(activity: CheckedActivity, lead: Lead) -> FollowUp | None:
    """Return the next step of the lead that the one planned with a contact takes the place of; None without."""
    before = FollowUp(lead.follow_up_at, lead.follow_up_note)
    if (
        not activity.follow_up
        or before.at is None
        or before == activity.follow_up
        or not can_be_planned(lead)
    ):
        return None
    return before


def can_be_planned(lead: Lead) -> bool:
    """True for a lead that somebody is reminded of: an open one, or a lost one to try again."""
    return lead.stage is not Stage.CLOSED_WON
