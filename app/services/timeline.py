"""Read a customer's timeline, alone or with what stands beside it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from app.core.settings import settings
from app.domain.permissions import check_see_board
from app.domain.timeline import History, TimelineFilter
from app.store import customers, leads, sales, tickets, timeline, timeline_place, timeline_sides
from app.store.read_together import read_alone, read_together
from app.store.transaction import reading

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from app.domain.customer import Customer
    from app.domain.lead import Lead, Sale
    from app.domain.ticket import Ticket
    from app.domain.timeline import Entry, TimelinePage
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
    beside: Found[tuple[Customer, tuple[Ticket, ...], History]]


async def read_timeline(
    viewer: Viewer, customer_id: UUID, narrowed: TimelineFilter, *, limit: int, cursor: str | None
) -> TimelinePage:
    """Return a page of entries, the latest to happen first.

    Raises NotFound outside the viewer's scope, Invalid for a bad cursor.
    """
    async with reading(viewer):
        page = await timeline.read_timeline(viewer, customer_id, narrowed, limit=limit, cursor=cursor)
        if not page.items:  # who sees an entry sees its customer
            await customers.check_customer(viewer, customer_id)
        return page


async def find_page(viewer: Viewer, customer_id: UUID, entry: Entry, narrowed: TimelineFilter) -> str | None:
    """Return where a page that holds an entry begins, None at the newest; the filter must not leave it out."""
    async with reading(viewer):
        return await read_alone(timeline_place.page_read(viewer, customer_id, entry, narrowed))


async def newest_entry(viewer: Viewer, customer_id: UUID) -> int:
    """Return the number of the entry written last that the viewer may see, 0 without one; raises NotFound."""
    async with reading(viewer):
        newest = await read_alone(timeline_sides.newest_read(viewer, customer_id))
        if not newest:  # who sees an entry sees its customer
            await customers.check_customer(viewer, customer_id)
        return newest


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
    viewer: Viewer, lead_id: UUID, narrowed: TimelineFilter, cursor: str | None, limit: int = timeline.PAGE
) -> LeadStory:
    """Find a lead, its sale once it is won, its customer with their tickets, and a page of their timeline.

    Raises like `read_lead`.
    """
    check_see_board(viewer)
    async with reading(viewer):
        return await lead_story(viewer, lead_id, narrowed, cursor, limit)


async def lead_story(
    viewer: Viewer, lead_id: UUID, narrowed: TimelineFilter, cursor: str | None, limit: int = timeline.PAGE
) -> LeadStory:
    """Find inside the open transaction what `read_lead_story` finds; raises NotFound outside the viewer's scope."""
    lead = await leads.read_lead(viewer, lead_id)
    beside = await _beside_lead(viewer, lead, narrowed, cursor, limit)
    if not beside.rows[1]:  # merged between the two reads: the lead has gone over to who is left
        lead = await leads.read_lead(viewer, lead_id)
        beside = await _beside_lead(viewer, lead, narrowed, cursor, limit)
    sale = None if lead.handoff is None else await sales.read_sale(viewer, lead_id)
    return LeadStory(lead, sale, beside)


async def read_writers(viewer: Viewer, customer_id: UUID) -> tuple[tuple[str, str], ...]:
    """Return id and name of everybody whose entries the viewer sees; raises NotFound outside the viewer's scope."""
    async with reading(viewer):
        await customers.check_customer(viewer, customer_id)
        return await read_alone(timeline_sides.people_read(viewer, customer_id))


def _history(
    viewer: Viewer, customer_id: UUID, narrowed: TimelineFilter, cursor: str | None, limit: int
) -> tuple[Read[Any], ...]:
    page = timeline.timeline_read(viewer, customer_id, narrowed, limit=limit, cursor=cursor)
    folded = timeline_sides.folded_read(viewer, customer_id, narrowed)
    if not narrowed.is_by_person_or_day:
        return page, folded
    return page, folded, timeline_sides.people_read(viewer, customer_id)


async def _beside_lead(
    viewer: Viewer, lead: Lead, narrowed: TimelineFilter, cursor: str | None, limit: int
) -> Found[tuple[Customer, tuple[Ticket, ...], History]]:
    page, *around = _history(viewer, lead.customer.id, narrowed, cursor, limit)
    theirs = customers.customer_read(viewer, lead.customer.id, settings().currency)
    desk = tickets.of_customer(viewer, lead.customer.id, MOST_TICKETS)
    return await read_together(_with_customer, page, theirs, desk, *around)


def _with_customer(
    page: Callable[[], TimelinePage], customer: Customer, desk: tuple[Ticket, ...], *around: Any
) -> tuple[Customer, tuple[Ticket, ...], History]:
    return customer, desk, History(page, customer.entries, *around)


def _customer_story(
    page: Callable[[], TimelinePage],
    customer: Customer,
    theirs: tuple[Lead, ...],
    desk: tuple[Ticket, ...],
    *around: Any,
) -> CustomerStory:
    history = History(page, customer.entries, *around)
    return CustomerStory(replace(customer, leads=theirs), desk, history)
