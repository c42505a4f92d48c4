"""When the next step is: one of a few chips, or a day, at a time when people work."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Final

from app.core import clock

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from app.web.forms import Form

WORKDAY_BEGINS: Final = time(9)
CHOICES: Final = (
    ("1h", "In an hour", ""), ("1", "Tomorrow", ""), ("3", "In 3 days", ""), ("7", "Next week", ""),
    ("day", "On a day…", ""), ("", "None", ""),
)  # fmt: skip
DAYS: Final = {"1", "3", "7"}


def morning(day: date, zone: ZoneInfo) -> datetime:
    """Return the beginning of that working day where the reader is."""
    return datetime.combine(day, WORKDAY_BEGINS, zone)


def planned(form: Form, zone: ZoneInfo) -> datetime | None:
    """Return the moment chosen in the fields `next`, `day` and `time`; notes what is no choice."""
    chosen, now = form.text("next"), clock.now()
    if not chosen:
        return None
    if chosen == "1h":
        return now + timedelta(hours=1)
    if chosen in DAYS:
        return morning(now.astimezone(zone).date() + timedelta(days=int(chosen)), zone)
    if chosen != "day":
        form.note("next", "Please choose one of these")
        return None
    return _on_a_day(form, zone)


def _on_a_day(form: Form, zone: ZoneInfo) -> datetime | None:
    day = form.day("day")
    if day is None:
        form.note("day", "Please choose the day")
        return None
    try:
        at = time.fromisoformat(form.text("time") or "09:00").replace(tzinfo=None)
    except ValueError:
        form.note("time", "Please enter a time such as 14:30")
        return None
    return datetime.combine(day, at, zone)
