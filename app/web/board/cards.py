"""What a card says about a lead besides its fields: the next step, the rot mark, the score's band."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from app.core import clock
from app.domain.board import rots_at
from app.domain.pipeline import Status
from app.domain.scoring.result import band
from app.web import formats
from app.web.ageing import true_until

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from app.domain.lead import Lead

ROT_WARNING: Final = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class CardWords:
    """The short phrases on a card; an empty one is not shown."""

    band: str
    reason: str
    due: str  # `late`, `planned` or `none`; empty for a closed lead
    next_step: str
    rot: str
    rotten: bool
    nurturing: str = ""  # until when


def describe(lead: Lead, zone: ZoneInfo) -> CardWords:
    """Put a lead's state into the card's phrases."""
    rot, rotten = _rot(lead)
    due, next_step = _next_step(lead, zone)
    shown = "none" if lead.score is None else band(lead.score)
    until = _nurturing(lead, zone) if due == "planned" else ""
    if until:
        next_step = f"{until}{f' · {lead.follow_up_note}' if lead.follow_up_note else ''}"
    return CardWords(shown, _top_reason(lead), due, next_step, rot, rotten, until)


def _top_reason(lead: Lead) -> str:
    if not lead.score_reasons:
        return ""
    top = lead.score_reasons[0]  # the weightiest: the starting points come last
    return f"{top.label} {top.points:+.0f}"


def _next_step(lead: Lead, zone: ZoneInfo) -> tuple[str, str]:
    if not lead.stage.is_open:
        return "", ""
    if lead.follow_up_at is None:
        return "none", "No next step"
    what = lead.follow_up_note or "Follow up"
    if clock.now() > lead.follow_up_at:
        return "late", f"Overdue {formats.since(lead.follow_up_at)} · {what}"
    true_until(lead.follow_up_at.timestamp())
    at = formats.appointment(lead.follow_up_at, zone)  # first: a narrow card cuts the end
    return "planned", f"{at[0].upper()}{at[1:]} · {what}"


def _nurturing(lead: Lead, zone: ZoneInfo) -> str:
    if lead.status is not Status.NURTURING or lead.follow_up_at is None:
        return ""
    return f"Nurturing until {formats.appointment(lead.follow_up_at, zone)}"


def _rot(lead: Lead) -> tuple[str, bool]:
    moment = rots_at(lead)
    if moment is None:
        return "", False
    left = moment - clock.now()
    if left <= timedelta(0):
        return f"rotting {formats.since(moment)}", True
    if left <= ROT_WARNING:
        return f"rots in {formats.until(moment)}", False
    true_until((moment - ROT_WARNING).timestamp())
    return "", False
