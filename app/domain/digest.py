"""The daily e-mail: to whom it is owed when, and when one that failed is tried again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Final
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from app.domain.board import end_of_day
from app.domain.my_day import TO_CALL, Section
from app.domain.viewer import Viewer

if TYPE_CHECKING:
    from collections.abc import Iterable

SENT_AT: Final = time(7, 30)
SATURDAY: Final = 6
TOLD: Final = TO_CALL  # the sections that are worth a mail; what only rots is there every day
RETRY_AFTER: Final = tuple(timedelta(minutes=minutes) for minutes in (1, 2, 5, 10, 15))


@dataclass(frozen=True, slots=True)
class LocalDay:
    """A day in a time zone, and when it ends."""

    zone: str
    day: date
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class OwedDigest:
    """An attempt at one person's digest; `wanted` is False for who left, sells no more or switched it off."""

    id: UUID
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


def day_in(name: str, now: datetime) -> LocalDay | None:
    """Return the day it is in a time zone."""
    zone = zone_called(name)
    return zone and LocalDay(name, now.astimezone(zone).date(), end_of_day(now, zone))


def due(zones: Iterable[str], now: datetime) -> list[LocalDay]:
    """Return the days of the zones where it is half past seven or later, Monday to Friday."""
    days = [day for name in zones if (day := day_in(name, now))]
    return [each for each in days if each.day.isoweekday() < SATURDAY and _clock_in(each, now) >= SENT_AT]


def wait_after(attempt: int) -> timedelta:
    """Say how long after an attempt that failed the next one comes."""
    return RETRY_AFTER[min(attempt, len(RETRY_AFTER)) - 1]


def _clock_in(day: LocalDay, now: datetime) -> time:
    return now.astimezone(ZoneInfo(day.zone)).time()
