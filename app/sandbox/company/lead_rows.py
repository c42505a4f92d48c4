"""What a told story leaves in the lead's own row."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from app.domain.pipeline import Stage, Status
from app.sandbox.company import words
from app.sandbox.company.score import score_columns
from app.sandbox.company.story import OUTCOMES

if TYPE_CHECKING:
    from datetime import date

    from app.sandbox.company.draw import Draw
    from app.sandbox.company.story import Story


def lead_row(draw: Draw, story: Story, customer_id: str, today: datetime, currency: str) -> dict[str, Any]:
    """Return the lead as its table keeps it today."""
    is_open = story.stage.is_open
    contacted = any(entry.kind in OUTCOMES for entry in story.entries)
    follow_up = _follow_up(draw, today) if is_open and story.rep and draw.chance(0.6) else None
    status = _status(draw, story.stage, contacted=contacted)
    return {
        "id": story.id,
        "customer_id": customer_id,
        "assigned_to_id": story.rep.id if story.rep else None,
        "status": status.value,
        "stage": story.stage.value,
        "source": story.form.source,
        "form_id": story.form.form_id,
        "campaign": story.form.campaign,
        "answers": {"team_size": story.form.team_size},
        "message_length": len(story.form.message),
        **score_columns(story, today),
        "expected_value": None if story.stage is Stage.LEAD else story.value,
        "currency": currency,
        "expected_close_on": _close_date(draw, story, today),
        "follow_up_at": _comes_back(story, today) if status is Status.NURTURING else follow_up,
        "follow_up_note": draw.choice(words.FOLLOW_UPS) if follow_up else "",
        "stage_entered_at": story.stage_entered_at or story.created_at,
        "closed_at": None if is_open else story.ended_at,
        "lost_reason": story.lost_reason,
        "lost_to": story.lost_to,
        "version": len(story.entries),
        "created_at": story.created_at,
        "updated_at": story.entries[-1].at,
    }


def _follow_up(draw: Draw, today: datetime) -> datetime:
    return draw.at_work(today.date() + timedelta(days=draw.randint(-3, 10)))


def _comes_back(story: Story, today: datetime) -> datetime:
    day = today.date() + timedelta(days=14 + (today - story.created_at).days % 90)
    return datetime.combine(day, time(9), UTC)


def _status(draw: Draw, stage: Stage, *, contacted: bool) -> Status:
    if not stage.is_open:
        return Status.CONVERTED if stage is Stage.CLOSED_WON else Status.DISQUALIFIED
    if not contacted:
        return Status.NEW
    return Status.NURTURING if draw.chance(0.08) else Status.WORKING


def _close_date(draw: Draw, story: Story, today: datetime) -> date | None:
    if not story.stage.is_open:
        return story.ended_at.date()
    if story.stage in {Stage.PROPOSAL_SENT, Stage.NEGOTIATION}:
        return today.date() + timedelta(days=draw.randint(3, 60))
    return None
