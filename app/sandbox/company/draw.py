"""Chance with a memory: the same seed draws the same company."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Final

FIRST_HOUR, LAST_HOUR = 8, 17
SECONDS_A_DAY = 86_400
# The bits of a UUID that say: version 7, variant 2.
FIXED: Final = 0xF << 76 | 0x3 << 62
VERSION_7: Final = 0x7 << 76 | 0x2 << 62


class Draw(Random):
    """A seeded source of chance that also makes ids and moments."""

    def chance(self, probability: float) -> bool:
        """Return True this often."""
        return self.random() < probability

    def id_at(self, moment: datetime) -> str:
        """Return a UUIDv7 of that moment, as text: millions are made, and only ever written."""
        value = int(moment.timestamp() * 1000) << 80 | self.getrandbits(80)
        text = f"{value & ~FIXED | VERSION_7:032x}"
        return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"

    def at_work(self, day: date) -> datetime:
        """Return a moment of the working hours of a day."""
        hour, minute = self.randint(FIRST_HOUR, LAST_HOUR), self.randrange(60)
        return datetime.combine(day, time(hour, minute, self.randrange(60)), UTC)

    def moment(self, start: datetime, end: datetime) -> datetime:
        """Return a moment between two others."""
        return start + timedelta(seconds=int(self.random() * (end - start).total_seconds()))

    def moments(self, start: datetime, end: datetime, count: int) -> list[datetime]:
        """Return so many moments between two others, in order, and in working hours where possible."""
        days = [self.moment(start, end) for _ in range(count)]
        working = [self.at_work(day.date()) for day in days]
        pairs = zip(working, days, strict=True)
        return sorted(at if start <= at <= end else day for at, day in pairs)

    def days_before(self, end: datetime, least: int, most: int) -> datetime:
        """Return a moment this many days before another."""
        return end - timedelta(seconds=self.randint(least * SECONDS_A_DAY, most * SECONDS_A_DAY))
