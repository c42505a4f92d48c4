"""Engagement: what the customer did of their own accord, worth half after every half-life."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

HALF_LIFE_DAYS: Final = 14.0
WINDOW: Final = timedelta(days=112)  # after eight half-lives nothing is left to count
DAY: Final = timedelta(days=1)
GOOD_FOR: Final = DAY  # engagement decays, so every open lead is scored again after that
GROUPS: Final = {
    "meeting_logged": "meetings",
    "call_logged": "calls",
    "email_logged": "emails",
    "lead_captured": "returns",
}


@dataclass(frozen=True, slots=True)
class Touch:
    """One entry of the timeline that may show interest."""

    kind: str
    at: datetime
    direction: str | None = None
    outcome: str | None = None


def shows_interest(touch: Touch) -> bool:
    """Count what came from the customer; what a rep sends only shows what the rep believes."""
    if touch.kind == "lead_captured":
        return touch.outcome == "merged"  # the first submission is the lead itself
    if touch.kind == "meeting_logged":
        return touch.outcome != "no_show" and (touch.direction != "outbound" or touch.outcome == "held")
    return touch.kind in GROUPS and touch.direction == "inbound"


def warmth(touches: Iterable[Touch], now: datetime, half_life_days: float) -> dict[str, float]:
    """Return the decayed number of touches in each group."""
    sums = dict.fromkeys(GROUPS.values(), 0.0)
    for touch in touches:
        if shows_interest(touch):
            age = max((now - touch.at) / DAY, 0.0)
            sums[GROUPS[touch.kind]] += 2 ** (-age / half_life_days)
    return {group: round(value, 3) for group, value in sums.items()}


def days_quiet(touches: Iterable[Touch], since: datetime, now: datetime) -> int:
    """Return the whole days since the customer's last sign of life; the capture was the first one."""
    last = max((touch.at for touch in touches if shows_interest(touch)), default=since)
    return min(max((now - max(last, since)).days, 0), WINDOW.days)
