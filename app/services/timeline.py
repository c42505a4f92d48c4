"""Read a customer's timeline, alone or with what stands beside it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from app.core.settings import settings
from app.domain.permissions import check_see_board
from app.domain.timeline import History, TimelineFilter
from app.store import customers, leads, sales, tickets, timeline, timeline_sides
from app.store.read_together import read_alone, read_together
from app.store.transaction import reading

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from app.domain.customer import Customer
    from app.domain.lead import Lead, Sale
    from app.domain.ticket import Ticket
    from app.domain.timeline import TimelinePage
    from app.domain.viewer import Viewer
    from app.store.read_together import Found, Read


MOST_TICKETS: Final = 20
MOST_FOLDED: Final = timeline_sides.MOST_FOLDED


@dataclass(frozen=True, slots=True)
class CustomerStory:
    """What a customer's page shows."""

    customer: Customer
    tickets: tuple[Ticket, ...]
    history: History


@dataclass(frozen=True)
class LeadStory:
    """What a lead's page shows."""

    lead: Lead
    sale: Sale | None
    history: Found[History]


async def read_timeline(
    viewer: Viewer, customer_id: UUID, narrowed: TimelineFilter, *, limit: int, cursor: str | None
) -> TimelinePage:
    """Return a page of entries, newest first; raises NotFound outside the viewer's scope, Invalid for a bad cursor."""
    async with reading(viewer):
        page = await timeline.read_timeline(viewer, customer_id, narrowed, limit=limit, cursor=cursor)
        if not page.items:  # who sees an entry sees its customer
            await customers.check_customer(viewer, customer_id)
        return page


async def newest_entry(viewer: Viewer, customer_id: UUID) -> int:
    """Return the number of the newest entry the viewer may see, 0 without one; raises like `read_timeline`."""
    page = await read_timeline(viewer, customer_id, TimelineFilter(after=0), limit=1, cursor=None)
    return page.items[0].seq if page.items else 0


async def read_customer_story(
    viewer: Viewer,
    customer_id: UUID,
    narrowed: TimelineFilter,
    cursor: str | None,
    limit: int = timeline.PAGE,
) -> Found[CustomerStory]:
    """Find the customer, their tickets and a page of their timeline, read at once; raises like `read_timeline`."""
    async with reading(viewer):
        page, *around = _history(viewer, customer_id, narrowed, cursor, limit)
        found = await read_together(
            _customer_story,
            page,
            customers.customer_read(viewer, customer_id, settings().currency),
            leads.of_customer(viewer, customer_id),
            tickets.of_customer(viewer, customer_id, MOST_TICKETS),
            *around,
        )
        if not found.rows[1]:
            raise await customers.missing(viewer, customer_id)
        return found


async def read_lead_story(
    viewer: Viewer, lead_id: UUID, narrowed: TimelineFilter, cursor: str | None
) -> LeadStory:
    """Find a lead, its sale once it is won, and a page of its customer's timeline; raises like `read_lead`."""
    check_see_board(viewer)
    async with reading(viewer):
        lead = await leads.read_lead(viewer, lead_id)
        sale = None if lead.handoff is None else await sales.read_sale(viewer, lead_id)
        history = await read_together(History, *_history(viewer, lead.customer.id, narrowed, cursor))
        return LeadStory(lead, sale, history)


async def read_writers(viewer: Viewer, customer_id: UUID) -> tuple[tuple[str, str], ...]:
    """Return id and name of everybody whose entries the viewer sees; raises NotFound outside the viewer's scope."""
    async with reading(viewer):
        await customers.check_customer(viewer, customer_id)
        return await read_alone(timeline_sides.people_read(viewer, customer_id))


def _history(
    viewer: Viewer,
    customer_id: UUID,
    narrowed: TimelineFilter,
    cursor: str | None,
    limit: int = timeline.PAGE,
) -> tuple[Read[Any], ...]:
    page = timeline.timeline_read(viewer, customer_id, narrowed, limit=limit, cursor=cursor)
    folded = timeline_sides.folded_read(viewer, customer_id, narrowed)
    if not narrowed.is_by_person_or_day:
        return page, folded
    return page, folded, timeline_sides.people_read(viewer, customer_id)


def _customer_story(
    page: Callable[[], TimelinePage],
    customer: Customer,
    theirs: tuple[Lead, ...],
    desk: tuple[Ticket, ...],
    *around: Any,
) -> CustomerStory:
    return CustomerStory(replace(customer, leads=theirs), desk, History(page, *around))
