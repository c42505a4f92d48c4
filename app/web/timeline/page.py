"""A customer's timeline on any page: a page of entries, older ones, newer ones, who wrote them, and its seal."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from litestar import Request, Response, get

from app.core.errors import Moved, NotFound
from app.domain.permissions import can_see_board
from app.domain.timeline import Entry, History, TimelineFilter, TimelinePage
from app.domain.viewer import Viewer
from app.services.corrections import read_entry
from app.services.timeline import (
    MOST_FOLDED,
    MOST_TICKETS,
    find_page,
    read_customer_story,
    read_timeline,
    read_writers,
)
from app.services.verify import verify_customer
from app.web import formats
from app.web.asked import number
from app.web.respond import is_on, is_partial, page, redirect
from app.web.timeline.composer import of_form
from app.web.timeline.entries import SYSTEM
from app.web.timeline.filter import FOLDED, Narrowed, read_narrowed

if TYPE_CHECKING:
    from collections.abc import Iterable

    from markupsafe import Markup

    from app.web.respond import DrawPart

Asking = Request[Viewer, Any, Any]
PAGE: Final = 30
MOST_NEW: Final = 99
LONGEST_NUMBER: Final = 18
NO_ENTRY: Final = "This entry is not on the timeline of this customer, or not among what you may see."


@dataclass(frozen=True, slots=True)
class Asked:
    """Which page of a timeline is asked for: how it is narrowed, and where it begins."""

    narrowed: Narrowed
    cursor: str | None


def read_asked(request: Asking) -> Asked:
    """Return what page the address names."""
    return Asked(read_narrowed(request), cursor(request))


async def find_asked(request: Asking, customer_id: UUID) -> Asked:
    """Return what page the address names; of an entry's link the one that holds it, and no filter that would hide it.

    Raises NotFound for an entry that is none of theirs, or not the viewer's to see.
    """
    wanted, asked = request.query_params.get("entry"), read_asked(request)
    if wanted is None:
        return asked
    try:
        entry = await read_entry(request.user, customer_id, UUID(wanted))
    except Moved:
        raise
    except (NotFound, ValueError) as error:
        raise NotFound(NO_ENTRY) from error
    unfolded = asked.narrowed.unfolded or entry.kind in FOLDED
    narrowed = Narrowed(asked.narrowed.path, asked.narrowed.zone, unfolded=unfolded)
    return Asked(narrowed, await find_page(request.user, customer_id, entry, narrowed.filter))


def panel(part: DrawPart, asked: Asked, customer_id: UUID, rows: object, found: History) -> Markup:
    """Return a page of entries below what narrows it, drawn anew when its `rows` are others."""
    narrowed, is_newest = asked.narrowed, not asked.cursor

    def fill() -> dict[str, Any]:
        page = found.page
        return {
            "customer_id": customer_id,
            "timeline": page,
            "narrowed": narrowed,
            "folded": found.folded if narrowed.folds else 0,
            "most_folded": MOST_FOLDED,
            "writers": _named(found.people)
            or _named((each.actor_id, each.actor_name) for each in page.items),
            "news": _news(found) if is_newest else None,
            "report": None,
            "last_day": "",
            "more_url": more_url(narrowed, customer_id, page),
            "newer_url": "" if narrowed.is_on or not page.items else narrowed.at_entry(page.items[0].id),
        }

    return part("timeline/panel.html.jinja2", (customer_id, narrowed, is_newest), (rows, found.newest), fill)


def _named(writers: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return each writer once, by name; the parts of the system have names of their own."""
    named = {(each, SYSTEM.get(each, name)) for each, name in writers}
    return sorted(named, key=lambda writer: (writer[1].casefold(), writer[0]))


def cursor(request: Asking) -> str | None:
    """Return where the page begins, None at the newest entry."""
    return request.query_params.get("cursor")


def _news(found: History) -> dict[str, str]:
    """Return what a page asks for news with: the entry written last, and when the topmost one happened."""
    shown = found.page.items
    return {"since": str(found.newest), "top": shown[0].occurred_at.isoformat() if shown else ""}


def read_since(request: Asking) -> int:
    """Return since when a page follows, as the page itself was told; 0 for what is no number."""
    return number(request.query_params.get("since", ""), LONGEST_NUMBER)


def _is_on_top(request: Asking, entries: Iterable[Entry]) -> bool:
    """Return whether all of them happened after what the page that asks shows on top, as far as it says."""
    try:
        top = datetime.fromisoformat(request.query_params.get("top", ""))
    except ValueError:
        return True
    return top.tzinfo is None or all(entry.occurred_at >= top for entry in entries)


def more_url(narrowed: Narrowed, customer_id: UUID, shown: TimelinePage) -> str:
    """Return where the older entries are; it says which day's heading stands already."""
    if shown.next_cursor is None:
        return ""
    last_day = formats.day_heading(shown.items[-1].occurred_at, narrowed.zone)
    query = narrowed.query(cursor=shown.next_cursor, after=last_day)
    return f"/customers/{customer_id}/timeline?{query}"


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
        more_url=more_url(narrowed, customer_id, found),
    )


@get("/customers/{customer_id:uuid}/timeline/newer", name="timeline.newer")
async def show_newer(request: Asking, customer_id: UUID) -> Response[str]:
    """Show how many entries came after those the page shows, or those entries; a whole page is the customer's.

    Entries that belong further down are not offered: the page is drawn anew then.
    """
    asked = request.query_params
    narrowed = replace(read_narrowed(request), path=f"/customers/{customer_id}")
    later = replace(narrowed.filter, after=read_since(request))
    if asked.get("show") == "1" and is_partial(request):
        return await _show_entries(request, customer_id, later)
    found = await read_timeline(request.user, customer_id, later, limit=MOST_NEW, cursor=None)
    if not is_partial(request):
        return redirect(request, narrowed.url)
    shown = set(asked.get("shown", "").split(","))
    count = sum(str(entry.id) not in shown for entry in found.items)
    since = narrowed.query(since=asked.get("since", ""))
    is_on_top = not found.next_cursor and _is_on_top(request, found.items)
    load_url = f"{narrowed.path}/timeline/newer?{since}" if is_on_top else ""
    return page(
        request,
        "timeline/pill.html.jinja2",
        count=count,
        more=found.next_cursor,
        load_url=load_url,
        narrowed=narrowed,
    )


async def _show_entries(request: Asking, customer_id: UUID, later: TimelineFilter) -> Response[str]:
    """Show those entries, and what stands beside them on the page that asks, as it is now."""
    story = (await read_customer_story(request.user, customer_id, later, None, MOST_NEW)).value
    customer = story.customer
    on_lead = [lead for lead in customer.leads if is_on(request, f"/leads/{lead.id}")]
    lead = on_lead[0] if on_lead and can_see_board(request.user) else None
    return page(
        request,
        "timeline/newer.html.jinja2",
        entries=story.history.page.items,
        lead=lead,
        **of_form(request, lead or customer.open_lead, lead or customer.lead_to_plan),
        on_customer=is_on(request, "/customers/"),
        customer=customer,
        about=customer.main_lead,
        contacted_at=customer.last_contact_at,
        tickets=story.tickets,
        most_tickets=MOST_TICKETS,
    )


@get("/customers/{customer_id:uuid}/timeline/writers", name="timeline.writers")
async def show_writers(request: Asking, customer_id: UUID) -> Response[str]:
    """Show everybody who wrote there, as the choices of the filter; a whole page is the customer's."""
    writers = _named(await read_writers(request.user, customer_id))
    narrowed = replace(read_narrowed(request), path=f"/customers/{customer_id}")
    if not is_partial(request):
        return redirect(request, narrowed.url)
    return page(request, "timeline/writers.html.jinja2", writers=writers, narrowed=narrowed)


@get("/customers/{customer_id:uuid}/verify", name="timeline.verify")
async def verify(request: Asking, customer_id: UUID) -> Response[str]:
    """Recompute the chain and say what was found: below the timeline for htmx, else on a page."""
    report = await verify_customer(request.user, customer_id)
    template = "timeline/seal.html.jinja2" if is_partial(request) else "timeline/seal_page.html.jinja2"
    return page(request, template, customer_id=customer_id, report=report)


routes = [show_more, show_newer, show_writers, verify]
