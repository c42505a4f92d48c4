"""What a timeline is narrowed to, as it stands in the URL: kinds, words, a person, days."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

from litestar import Request

from app.domain.identity import LONGEST_SUBJECT
from app.domain.timeline import GROUPS, TimelineFilter
from app.domain.viewer import Viewer
from app.web.asked import words
from app.web.respond import zone

LABELS: Final = {"conversations": "Conversations", "stage": "Stage", "tickets": "Tickets", "system": "System"}
# A score moves with every contact: what it says stands on the lead, so its history is shown when asked for.
FOLDED: Final = ("score_changed",)
NOT_FOLDED: Final = TimelineFilter(without=FOLDED)
FIRST_DAY: Final = date(1900, 1, 1)
LAST_DAY: Final = date(9998, 12, 31)


@dataclass(frozen=True, slots=True)
class Narrowed:
    """The filter of a timeline as it stands in the URL of the page at `path`, in days of the reader's zone."""

    path: str
    zone: ZoneInfo
    groups: tuple[str, ...] = ()
    q: str = ""
    by: str = ""
    since: date | None = None
    until: date | None = None
    unfolded: bool = False

    @property
    def filter(self) -> TimelineFilter:
        """Return what the store is asked for."""
        kinds = tuple(kind for group in self.groups for kind in GROUPS[group])
        return TimelineFilter(
            kinds,
            FOLDED if self.folds else (),
            self.q,
            by=self.by,
            since=self._midnight(self.since),
            before=self._midnight(self.until and self.until + timedelta(days=1)),
        )

    @property
    def folds(self) -> bool:
        """True while what is rarely asked for is left out."""
        return not (self.groups or self.q or self.unfolded)

    @property
    def is_on(self) -> bool:
        """True when anything but the folding leaves entries out."""
        return bool(self.groups or self.q or self.is_by_person_or_day)

    @property
    def is_by_person_or_day(self) -> bool:
        """True when only somebody's entries are shown, or only those of some days."""
        return self.filter.is_by_person_or_day

    @property
    def is_backwards(self) -> bool:
        """True when the days begin after they end, so that none is among them."""
        return bool(self.since and self.until and self.since > self.until)

    @property
    def all_days_url(self) -> str:
        """Return the address of the page with entries of all days."""
        return replace(self, since=None, until=None).url

    @property
    def turned_url(self) -> str:
        """Return the address of the page with first and last day exchanged."""
        return replace(self, since=self.until, until=self.since).url

    @property
    def chips(self) -> list[tuple[str, str, bool]]:
        """Return each filter's label, the URL that switches it, and whether it is on."""
        chips = [("All", replace(self, groups=()).url, not self.groups)]
        for group, label in LABELS.items():
            on = group in self.groups
            chosen = tuple(each for each in LABELS if (each in self.groups) != (each == group))
            chips.append((label, replace(self, groups=chosen).url, on))
        return chips

    @property
    def url(self) -> str:
        """Return the address of the page so narrowed."""
        query = self.query()
        return f"{self.path}{'?' if query else ''}{query}#history"

    def at_entry(self, entry_id: UUID) -> str:
        """Return the address of the page that has an entry among others, newer and older."""
        return f"{self.path}?{self.query(entry=str(entry_id))}#history"

    @property
    def fold_url(self) -> str:
        """Return the address of the page folded the other way."""
        return replace(self, unfolded=not self.unfolded).url

    @property
    def without_person_or_day(self) -> str:
        """Return the address of the page with everybody's entries of all days."""
        return replace(self, by="", since=None, until=None).url

    def query(self, **more: str) -> str:
        """Return the query string of this filter and of `more`."""
        pairs = [("kind", group) for group in self.groups]
        pairs += [("q", self.q), ("by", self.by), ("from", _iso(self.since)), ("to", _iso(self.until))]
        pairs += [("all", "1" if self.unfolded else ""), *more.items()]
        return urlencode([(name, value) for name, value in pairs if value])

    def _midnight(self, day: date | None) -> datetime | None:
        return None if day is None else datetime.combine(day, time(), self.zone)


def read_narrowed(request: Request[Viewer, Any, Any]) -> Narrowed:
    """Read the filter from the URL; what no filter knows is not looked at."""
    asked = request.query_params
    wanted = set(asked.getall("kind", []))
    return Narrowed(
        request.scope["path"],
        zone(request),
        tuple(group for group in LABELS if group in wanted),
        words(request, "q", LONGEST_SUBJECT),
        words(request, "by", LONGEST_SUBJECT),
        _day(asked.get("from", "")),
        _day(asked.get("to", "")),
        unfolded=asked.get("all") == "1",
    )


def _day(typed: str) -> date | None:
    try:
        return max(FIRST_DAY, min(date.fromisoformat(typed), LAST_DAY))
    except ValueError:
        return None


def _iso(day: date | None) -> str:
    return "" if day is None else day.isoformat()
