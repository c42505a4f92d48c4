"""When something is: the next step by one of a few chips, or on a day when people work; or a moment to the minute."""

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
LATER: Final = (
    ("28", "In 4 weeks", ""), ("91", "In 3 months", ""), ("182", "In 6 months", ""), ("day", "On a day…", ""),
)  # fmt: skip
DAYS: Final = {"1", "3", "7", "28", "91", "182"}


def morning(day: date, zone: ZoneInfo) -> datetime:
    """Return the beginning of that working day where the reader is."""
    return datetime.combine(day, WORKDAY_BEGINS, zone)


def in_days(days: int, zone: ZoneInfo) -> datetime:
    """Return the morning of the day so many days ahead."""
    return morning(clock.now().astimezone(zone).date() + timedelta(days=days), zone)


def planned(form: Form, zone: ZoneInfo) -> datetime | None:
    """Return the moment chosen in the fields `next`, `day` and `time`; notes what is no choice."""
    chosen = form.text("next")
    if not chosen:
        return None
    if chosen == "1h":
        return clock.now() + timedelta(hours=1)
    if chosen in DAYS:
        return in_days(int(chosen), zone)
    if chosen != "day":
        form.note("next", "Please choose one of these")
        return None
    return _on_a_day(form, zone)


def moment(form: Form, name: str, zone: ZoneInfo) -> datetime | None:
    """Return a moment typed in the reader's own time, None when left empty; notes what is none."""
    typed = form.text(name)
    try:
        at = datetime.fromisoformat(typed) if typed else None
    except ValueError:
        form.note(name, "Please enter a day and a time")
        return None
    return at if at is None or at.tzinfo else at.replace(tzinfo=zone)


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
