"""How values look to a person: money, days, distances in time, initials.

Words that depend on the time of day say until when they are true (app/web/ageing.py).
"""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from markupsafe import Markup, escape

from app.core import clock
from app.domain.amounts import SIGNS
from app.web.ageing import FOR_EVER, true_until

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import tzinfo
    from zoneinfo import ZoneInfo

    from app.domain.lead import Money

MINUTE: Final = 60
HOUR: Final = 60 * MINUTE
DAY: Final = 24 * HOUR
MONTH: Final = 30 * DAY
YEAR: Final = 365 * DAY
LEAST_WITH_AREA, LEAST_ALONE = 8, 6  # digits of a phone number
STEPS: Final = ((YEAR, "y"), (MONTH, "mo"), (DAY, "d"), (HOUR, "h"), (MINUTE, "min"))


def amount(value: Decimal, currency: str) -> str:
    """Write an amount with its currency: €12,000 or CHF 9.50."""
    digits = f"{value:,.2f}".removesuffix(".00")
    return SIGNS.get(currency, f"{currency}\N{NO-BREAK SPACE}") + digits


def money(value: Money | None) -> str:
    """Write money, or a dash where there is none to see."""
    return "–" if value is None else amount(value.amount, value.currency)


def dial(phone: str) -> str:
    """Write a number as a phone dials it: the first of several, no extension, and no 0 that is left out from abroad."""
    number = _first_number(re.split("ext|x|#", phone.casefold())[0].strip())
    if number.startswith(("+", "00")):
        number = number.replace("(0)", "")
    return ("+" if number.startswith("+") else "") + re.sub("[^0-9]", "", number)


def _first_number(numbers: str) -> str:
    # A slash may stand behind an area code too: then too few digits stand before it, or behind it.
    parts = re.split(r"([^0-9+()\s.\-]+|\n|(?<=.)(?=\+))", numbers)
    for end in range(1, len(parts)):
        first, rest = "".join(parts[:end]), "".join(parts[end:])
        if _count_digits(first) >= LEAST_WITH_AREA and _count_digits(rest) >= LEAST_ALONE:
            return first
    return numbers


def _count_digits(text: str) -> int:
    return len(re.findall("[0-9]", text))


def source(name: str) -> str:
    """Write where a lead came from for people: contact-form becomes Contact form; what people typed stays."""
    return name.replace("-", " ").capitalize() if name.islower() and " " not in name else name


def as_json(value: object) -> str:
    """Write a value as JSON for people to read."""
    return json.dumps(value, indent=2, ensure_ascii=False)


def short_amount(value: Decimal, currency: str) -> str:
    """Write an amount for a tight place: €1.2B, €1.2M, €84k, €950."""
    billion, million, thousand, exact = 1_000_000_000, 1_000_000, 1_000, 10_000
    sign = SIGNS.get(currency, f"{currency}\N{NO-BREAK SPACE}")
    if value >= billion:
        return f"{sign}{value / billion:.1f}B"
    if value >= million:
        return f"{sign}{value / million:.1f}M"
    if value >= exact:
        return f"{sign}{value / thousand:.0f}k"
    return f"{sign}{value:,.0f}"


def distance(seconds: float) -> str:
    """Write a length of time in its one largest unit: 3 d, 2 h, 5 min."""
    for size, unit in STEPS:
        if seconds >= size:
            return f"{int(seconds // size)}\N{NO-BREAK SPACE}{unit}"
    return "moments"


def ago(moment: datetime) -> str:
    """Write how long ago, or how far ahead, a moment is."""
    seconds = _seconds_since(moment)
    if abs(seconds) < MINUTE:
        return "just now"
    return f"{distance(seconds)} ago" if seconds > 0 else f"in {distance(-seconds)}"


def since(moment: datetime) -> str:
    """Write how long something has lasted; what lies ahead has not lasted yet."""
    return distance(max(_seconds_since(moment), 0))


def until(moment: datetime) -> str:
    """Write how long it takes until a moment; no time for one that is over."""
    seconds = _seconds_since(moment)
    if seconds < 0:
        true_until(moment.timestamp())
    return distance(max(-seconds, 0))


def _seconds_since(moment: datetime) -> float:
    """Return how long ago a moment was, and say when the distance to it will have other words."""
    seconds = (clock.now() - moment).total_seconds()
    away = abs(seconds)
    change, longer = float(MINUTE), FOR_EVER
    for unit, _ in STEPS:
        if away >= unit:
            whole = away // unit * unit
            change = -whole if seconds < 0 else min(whole + unit, longer)
            break
        longer = unit
    true_until(moment.timestamp() + change)
    return seconds


def today(zone: ZoneInfo) -> date:
    """Return the day it is in a time zone; what is drawn with it is true until that day's end."""
    now = clock.now().astimezone(zone)
    true_until(datetime.combine(now.date() + timedelta(days=1), time(), zone).timestamp())
    return now.date()


def local(moment: datetime, zone: tzinfo) -> datetime:
    """Return a moment in a time zone, or as it stands where the calendar ends before it gets there."""
    try:
        return moment.astimezone(zone)
    except OverflowError:
        return moment.replace(tzinfo=zone)


def day(value: date | datetime, zone: ZoneInfo) -> str:
    """Write a day: 22 Nov 2026."""
    there = local(value, zone) if isinstance(value, datetime) else value
    return f"{there.day} {there:%b %Y}"


def day_heading(value: date | datetime, zone: ZoneInfo) -> str:
    """Write a day as the heading above its entries: Today, Yesterday, Sunday 22 November 2026."""
    there = local(value, zone).date() if isinstance(value, datetime) else value
    names = {(now := today(zone)): "Today", now - timedelta(days=1): "Yesterday"}
    return names.get(there, f"{there:%A} {there.day} {there:%B %Y}")


def exact(moment: datetime, zone: ZoneInfo) -> str:
    """Write a moment to the minute, in the reader's own time: Sun 22 Nov 2026, 09:30."""
    there = local(moment, zone)
    return f"{_weekday(there.date())}, {there.hour:02}:{there.minute:02}"


@lru_cache(maxsize=1024)
def _weekday(value: date) -> str:
    return f"{value:%a} {value.day} {value:%b %Y}"


def appointment(moment: datetime, zone: ZoneInfo) -> str:
    """Write when something is planned: today 10:00, tomorrow 10:00, Fri 10:00, 3 Dec."""
    there, now = local(moment, zone), today(zone)
    days = (there.date() - now).days
    names = {0: "today", 1: "tomorrow"}
    week = 7
    if 0 <= days < week:
        return f"{names.get(days, f'{there:%a}')} {there:%H:%M}"
    return f"{there.day} {there:%b}" if there.year == now.year else day(there, zone)


def time_tag(moment: datetime, words: str, zone: ZoneInfo) -> Markup:
    """Wrap words about a moment in a `time` element that knows the exact one."""
    stamp = local(moment, UTC).isoformat(timespec="seconds").removesuffix("+00:00")
    shown = f'<time datetime="{stamp}Z" title="{exact(moment, zone)}">{escape(words)}</time>'
    return Markup(shown)  # noqa: S704  a stamp and a date need no escaping


def initials(name: str) -> str:
    """Return the one or two letters that stand for a person."""
    words = [word for word in name.split() if word[0].isalnum()]
    return (words[0][0] + (words[-1][0] if len(words) > 1 else "")).upper() if words else "?"


def plural(count: int, noun: str) -> str:
    """Write a count with its noun: 1 lead, 3 leads, 3 entries."""
    many = noun[:-1] + "ies" if noun.endswith("y") and noun[-2] not in "aeiou" else noun + "s"
    return f"{count:,} {noun if count == 1 else many}"


def some(names: Sequence[str], most: int = 3) -> str:
    """Write the first of several names: Omar, Sam and 2 more."""
    shown = [*names[:most], *([f"{len(names) - most} more"] if len(names) > most else [])]
    return " and ".join(filter(None, (", ".join(shown[:-1]), shown[-1])))


def campaign(it: Mapping[str, object] | None) -> str:
    """Write where somebody came from: google · cpc · autumn."""
    if not it:
        return "No campaign"
    return " · ".join(str(it[name]) for name in ("source", "medium", "name") if it.get(name))


def stored_day(stamp: str, zone: ZoneInfo) -> str:
    """Write the day of a time, or a day, that is kept as RFC 3339 text."""
    is_day = len(stamp) == len("2026-11-22")
    return day(date.fromisoformat(stamp) if is_day else datetime.fromisoformat(stamp), zone)
