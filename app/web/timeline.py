"""A customer's timeline on any page: what it is narrowed to, and its pages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from litestar import Request, Response, get

from app.domain.lead import Lead
from app.domain.timeline import GROUPS, Entry, TimelineFilter, TimelinePage
from app.domain.viewer import Viewer
from app.services.timeline import read_timeline
from app.services.verify import verify_customer
from app.web import formats
from app.web.composer import blank
from app.web.respond import is_partial, page, redirect, zone

Asking = Request[Viewer, Any, Any]
PAGE: Final = 30
LONGEST_SEARCH: Final = 200
LABELS: Final = {"conversations": "Conversations", "stage": "Stage", "tickets": "Tickets", "system": "System"}
# A score moves with every contact: what it says stands on the lead, so its history is shown when asked for.
FOLDED: Final = ("score_changed",)


@dataclass(frozen=True, slots=True)
class Narrowed:
    """The filter of a timeline as it stands in the URL of the page at `path`."""

    path: str
    groups: tuple[str, ...] = ()
    q: str = ""

    @property
    def filter(self) -> TimelineFilter:
        """Return what the store is asked for."""
        kinds = tuple(kind for group in self.groups for kind in GROUPS[group])
        return TimelineFilter(kinds, () if kinds or self.q else FOLDED, self.q)

    @property
    def chips(self) -> list[tuple[str, str, bool]]:
        """Return each filter's label, the URL that switches it, and whether it is on."""
        chips = [("All", self._url(()), not self.groups)]
        for group, label in LABELS.items():
            on = group in self.groups
            chosen = [each for each in LABELS if (each in self.groups) != (each == group)]
            chips.append((label, self._url(tuple(chosen)), on))
        return chips

    def query(self, **more: str) -> str:
        """Return the query string of this filter and of `more`."""
        pairs = [("kind", group) for group in self.groups] + [("q", self.q)] + list(more.items())
        return urlencode([(name, value) for name, value in pairs if value])

    def _url(self, groups: tuple[str, ...]) -> str:
        query = Narrowed(self.path, groups, self.q).query()
        return f"{self.path}{'?' if query else ''}{query}#history"


async def story(request: Asking, customer_id: UUID, lead: Lead | None = None) -> dict[str, Any]:
    """Return what the composer and the timeline panel show of a customer."""
    narrowed = read_narrowed(request)
    cursor = request.query_params.get("cursor")
    found = await read_timeline(request.user, customer_id, narrowed.filter, limit=PAGE, cursor=cursor)
    return panel(request, customer_id, found, lead)


def panel(
    request: Asking, customer_id: UUID, found: TimelinePage, lead: Lead | None = None
) -> dict[str, Any]:
    """Return what the composer and the timeline panel show of a page of entries."""
    return {
        "customer_id": customer_id,
        "form": blank(str(lead.id) if lead else ""),
        "message": "",
        "timeline": found,
        "narrowed": read_narrowed(request),
        "report": None,
        "last_day": "",
        "more_url": more_url(request, customer_id, found.next_cursor, found.items),
    }


def read_narrowed(request: Asking) -> Narrowed:
    """Read the filter from the URL; what no filter knows is not looked at."""
    wanted = set(request.query_params.getall("kind", []))
    q = request.query_params.get("q", "").replace("\0", "").strip()[:LONGEST_SEARCH]
    return Narrowed(request.url.path, tuple(group for group in LABELS if group in wanted), q)


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
        query = read_narrowed(request).query(cursor=request.query_params.get("cursor", ""))
        await read_timeline(request.user, customer_id, TimelineFilter(), limit=1, cursor=None)
        return redirect(request, f"/customers/{customer_id}?{query}")
    shown = await story(request, customer_id)
    shown["last_day"] = request.query_params.get("after", "")
    return page(request, "timeline/entries.html.jinja2", **shown)


@get("/customers/{customer_id:uuid}/verify", name="timeline.verify")
async def verify(request: Asking, customer_id: UUID) -> Response[str]:
    """Recompute the chain and say what was found: below the timeline for htmx, else on a page."""
    report = await verify_customer(request.user, customer_id)
    template = "timeline/seal.html.jinja2" if is_partial(request) else "timeline/seal_page.html.jinja2"
    return page(request, template, customer_id=customer_id, report=report)


routes = [show_more, verify]
