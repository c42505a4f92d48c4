"""The facts of a timeline entry, each a phrase of its own below what it says."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from app.domain.activity import DIRECTION_OF, OUTCOMES
from app.web import formats

if TYPE_CHECKING:
    from collections.abc import Iterable
    from zoneinfo import ZoneInfo

    from app.domain.timeline import Entry

DIRECTIONS: Final = {"inbound": ("From them", "They called"), "outbound": ("From us", "We called")}


def facts_of(entry: Entry, zone: ZoneInfo) -> Iterable[str]:
    """Yield which way it went, what came of it, what is next, and what a form said."""
    data, text = entry.data, entry.text
    if entry.kind.endswith("_logged"):
        yield from filter(None, (_direction(entry), OUTCOMES.get(data.get("outcome", ""), "")))
    if minutes := data.get("duration_minutes"):
        yield f"{minutes} min"
    if planned := data.get("follow_up_at"):
        yield _next(entry, formats.stored_day(planned, zone))
    if data.get("resumed"):
        yield "Back to work"
    changes: dict[str, list[Any]] = data.get("changes") or {}
    if due := changes.get("due_at"):
        yield f"Due: {' → '.join(_moment(at, zone) for at in due)}"
    if replaced := data.get("replaced_follow_up_at"):
        what = text.get("replaced_follow_up_note") or "follow up"
        yield f"Instead of: {what}, {formats.stored_day(replaced, zone)}"
    if entry.kind == "lead_captured":
        yield from _capture_facts(entry)


def _next(entry: Entry, on: str) -> str:
    what = entry.text.get("follow_up_note")
    if entry.kind == "lead_nurtured":
        return f"Until {on}{f': {what}' if what else ''}"
    return f"Next: {what or 'follow up'}, {on}"


def _direction(entry: Entry) -> str:
    """Say which way it went, where the outcome does not."""
    direction, outcome = entry.data.get("direction"), entry.data.get("outcome", "")
    if direction not in DIRECTIONS or DIRECTION_OF.get(outcome) == direction:
        return ""
    return DIRECTIONS[direction][entry.kind == "call_logged"]


def _moment(stamp: str | None, zone: ZoneInfo) -> str:
    return formats.exact(datetime.fromisoformat(stamp), zone) if stamp else "no date"


def _capture_facts(entry: Entry) -> Iterable[str]:
    if form := entry.data.get("form_id") or entry.data.get("source"):
        yield f"Form: {form}"
    campaign: dict[str, Any] = entry.text.get("campaign") or {}
    if campaign:
        yield "Campaign: " + " / ".join(str(value) for value in campaign.values() if value)
    answers: dict[str, Any] = entry.text.get("answers") or {}
    yield from (f"{name.replace('_', ' ').capitalize()}: {value}" for name, value in answers.items())
