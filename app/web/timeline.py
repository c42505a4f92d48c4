"""A customer's timeline on any page: what it is narrowed to, and its pages."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

from litestar import Request, Response, get

from app.domain.lead import Lead
from app.domain.timeline import GROUPS, Entry, History, TimelineFilter
from app.domain.viewer import Viewer
from app.services.timeline import MOST_FOLDED, read_history, read_timeline
from app.services.verify import verify_customer
from app.web import formats
from app.web.composer import blank, stages_ahead
from app.web.entries import SYSTEM
from app.web.respond import is_partial, page, redirect, zone

Asking = Request[Viewer, Any, Any]
PAGE: Final = 30
LONGEST_SEARCH: Final = 200
LABELS: Final = {"conversations": "Conversations", "stage": "Stage", "tickets": "Tickets", "system": "System"}
# A score moves with every contact: what it says stands on the lead, so its history is shown when asked for.
FOLDED: Final = ("score_changed",)
FIRST_DAY: Final = date(1900, 1, 1)
LAST_DAY: Final = date(9998, 12, 31)
MOST_NEW: Final = 99
LONGEST_NUMBER: Final = 18


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
        return bool(self.by or self.since or self.until)

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


async def story(request: Asking, customer_id: UUID, lead: Lead | None = None) -> dict[str, Any]:
    """Return what the composer and the timeline panel show of a customer."""
    found = await read_history(request.user, customer_id, read_narrowed(request).filter, cursor(request))
    return panel(request, customer_id, found, lead)


def panel(request: Asking, customer_id: UUID, found: History, lead: Lead | None = None) -> dict[str, Any]:
    """Return what the composer and the timeline panel show of a page of entries."""
    narrowed, page = read_narrowed(request), found.page
    return {
        "customer_id": customer_id,
        "form": blank(lead),
        "move_to": stages_ahead(request.user, lead),
        "message": "",
        "timeline": page,
        "narrowed": narrowed,
        "folded": found.folded if narrowed.folds else 0,
        "most_folded": MOST_FOLDED,
        "people": [(each, SYSTEM.get(each, name)) for each, name in found.people],
        "news": None if cursor(request) else newest_shown(customer_id, page.items),
        "report": None,
        "last_day": "",
        "more_url": more_url(request, customer_id, page.next_cursor, page.items),
    }


def cursor(request: Asking) -> str | None:
    """Return where the page begins, None at the newest entry."""
    return request.query_params.get("cursor")


def newest_shown(customer_id: UUID, shown: tuple[Entry, ...]) -> int:
    """Return the number of the customer's own newest entry among those shown: what comes later is news."""
    return max((entry.seq for entry in shown if entry.customer_id == customer_id), default=0)


def read_since(request: Asking) -> int:
    """Return the number of the newest entry that the page shows, 0 for what is no number."""
    typed = request.query_params.get("since", "")
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) <= LONGEST_NUMBER else 0


def read_narrowed(request: Asking) -> Narrowed:
    """Read the filter from the URL; what no filter knows is not looked at."""
    asked = request.query_params
    wanted = set(asked.getall("kind", []))
    return Narrowed(
        request.scope["path"],
        zone(request),
        tuple(group for group in LABELS if group in wanted),
        _words(asked.get("q", "")),
        _words(asked.get("by", "")),
        _day(asked.get("from", "")),
        _day(asked.get("to", "")),
        unfolded=asked.get("all") == "1",
    )


def _words(typed: str) -> str:
    return typed.replace("\0", "").strip()[:LONGEST_SEARCH]


def _day(typed: str) -> date | None:
    try:
        return max(FIRST_DAY, min(date.fromisoformat(typed), LAST_DAY))
    except ValueError:
        return None


def _iso(day: date | None) -> str:
    return "" if day is None else day.isoformat()


def more_url(request: Asking, customer_id: UUID, cursor: str | None, shown: tuple[Entry, ...]) -> str:
    """Return where the older entries are; it says which day's heading stands already."""
    if cursor is None:
        return ""
    last_day = formats.day_heading(shown[-1].occurred_at, zone(request))
    return f"/customers/{customer_id}/timeline?{read_narrowed(request).query(cursor=cursor, after=last_day)}"


@get("/customers/{customer_id:uuid}/timeline", name="timeline.more")
async def show_more(request: Asking, customer_id: UUID) -> Response[str]:
    """Show the entries after the cursor: a fragment for htmx, else the customer's page from there on."""
    if not is_partial(request):
        query = read_narrowed(request).query(cursor=cursor(request) or "")
        await read_timeline(request.user, customer_id, TimelineFilter(), limit=1, cursor=None)
        return redirect(request, f"/customers/{customer_id}?{query}")
    narrowed = read_narrowed(request)
    found = await read_timeline(
        request.user, customer_id, narrowed.filter, limit=PAGE, cursor=cursor(request)
    )
    return page(
        request,
        "timeline/entries.html.jinja2",
        timeline=found,
        last_day=request.query_params.get("after", ""),
        more_url=more_url(request, customer_id, found.next_cursor, found.items),
    )


@get("/customers/{customer_id:uuid}/timeline/newer", name="timeline.newer")
async def show_newer(request: Asking, customer_id: UUID) -> Response[str]:
    """Show how many entries came after those the page shows, or those entries; a whole page is the customer's."""
    asked = request.query_params
    narrowed = replace(read_narrowed(request), path=f"/customers/{customer_id}")
    later = replace(narrowed.filter, after=read_since(request))
    found = await read_timeline(request.user, customer_id, later, limit=MOST_NEW, cursor=None)
    if not is_partial(request):
        return redirect(request, narrowed.url)
    shown = set(asked.get("shown", "").split(","))
    unseen = [entry for entry in found.items if str(entry.id) not in shown]
    template = "timeline/newer.html.jinja2" if asked.get("show") == "1" else "timeline/pill.html.jinja2"
    since = narrowed.query(since=asked.get("since", ""))
    load_url = "" if found.next_cursor else f"{narrowed.path}/timeline/newer?{since}"
    return page(
        request, template, entries=found.items, count=len(unseen), load_url=load_url, narrowed=narrowed
    )


@get("/customers/{customer_id:uuid}/verify", name="timeline.verify")
async def verify(request: Asking, customer_id: UUID) -> Response[str]:
    """Recompute the chain and say what was found: below the timeline for htmx, else on a page."""
    report = await verify_customer(request.user, customer_id)
    template = "timeline/seal.html.jinja2" if is_partial(request) else "timeline/seal_page.html.jinja2"
    return page(request, template, customer_id=customer_id, report=report)


routes = [show_more, show_newer, verify]
