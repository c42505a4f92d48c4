"""The daily and the weekly e-mail: to whom which is owed when, and when one that failed is tried again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from app.domain.board import end_of_day
from app.domain.my_day import TO_CALL, Section
from app.domain.viewer import Viewer
from app.domain.week import Week

if TYPE_CHECKING:
    from collections.abc import Iterable

SENT_AT: Final = time(7, 30)
SATURDAY: Final = 6
TOLD: Final = TO_CALL  # the sections that are worth a mail; what only rots is there every day
RETRY_AFTER: Final = tuple(timedelta(minutes=minutes) for minutes in (1, 2, 5, 10, 15))


class Kind(StrEnum):
    """What somebody gets: a rep their day, an admin the team's week."""

    DAILY = "daily"
    WEEKLY = "weekly"


@dataclass(frozen=True, slots=True)
class LocalDay:
    """A day in a time zone, what is owed on it, and until when that is of use: this day, or the week it begins."""

    kind: Kind
    zone: str
    day: date
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class OwedDigest:
    """An attempt at one person's digest; `wanted` is False for who left, gets no such one or switched it off."""

    id: UUID
    kind: Kind
    day: date
    attempt: int
    edition: int
    viewer: Viewer
    zone: str
    wanted: bool


@dataclass(frozen=True, slots=True)
class Digest:
    """What a digest says: to whom, when, about which leads, and how one is spared the next one."""

    viewer: Viewer
    zone: ZoneInfo
    day: date
    sections: tuple[Section, ...]
    off_url: str


@dataclass(frozen=True, slots=True)
class WeeklyDigest:
    """The same of the team's week, for an admin."""

    viewer: Viewer
    zone: ZoneInfo
    week: Week
    off_url: str


@dataclass(frozen=True, slots=True)
class Letter:
    """A digest in words."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True, slots=True)
class DigestLine:
    """What became of somebody's digest of a day."""

    day: date
    state: str
    attempts: int
    next_try_at: datetime
    last_error: str | None
    settled_at: datetime | None


@dataclass(frozen=True, slots=True)
class OwnDigest:
    """Whether somebody gets one, where, and what became of the last ones, the newest first."""

    wanted: bool
    zone: str | None
    email: str
    lines: tuple[DigestLine, ...]


def zone_called(name: str) -> ZoneInfo | None:
    """Return a time zone by its name; None for one this machine does not know (any more)."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def kind_for(viewer: Viewer) -> Kind:
    """Return which one somebody gets who gets one."""
    return Kind.WEEKLY if viewer.is_admin else Kind.DAILY


def day_in(name: str, now: datetime, kind: Kind) -> LocalDay | None:
    """Return the day that one of this kind is about now in a time zone: today there, or this week's Monday."""
    zone = zone_called(name)
    if zone is None:
        return None
    today = now.astimezone(zone).date()
    if kind is Kind.DAILY:
        return LocalDay(kind, name, today, end_of_day(now, zone))
    monday = today - timedelta(days=today.weekday())
    return LocalDay(kind, name, monday, datetime.combine(monday + timedelta(days=7), time(), zone))


def due(zones: Iterable[str], now: datetime) -> list[LocalDay]:
    """Return what is owed where it is half past seven or later: Monday to Friday a day, on Mondays a week, too."""
    days = [day for name in zones for kind in Kind if (day := day_in(name, now, kind))]
    return [each for each in days if _is_morning(each, now.astimezone(ZoneInfo(each.zone)))]


def wait_after(attempt: int) -> timedelta:
    """Say how long after an attempt that failed the next one comes."""
    return RETRY_AFTER[min(attempt, len(RETRY_AFTER)) - 1]


def _is_morning(day: LocalDay, there: datetime) -> bool:
    return there.time() >= SENT_AT and there.date() == day.day and day.day.isoweekday() < SATURDAY
