"""Read a customer's timeline."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from app.core.errors import NotFound
from app.core.settings import settings
from app.domain.timeline import History, TimelineFilter
from app.store import customers, leads, tickets, timeline, timeline_sides
from app.store.read_together import read_together
from app.store.transaction import transaction

if TYPE_CHECKING:
    from uuid import UUID

    from app.domain.customer import Customer
    from app.domain.ticket import Ticket
    from app.domain.timeline import TimelinePage
    from app.domain.viewer import Viewer
    from app.store.read_together import Read


MOST_TICKETS: Final = 20
MOST_FOLDED: Final = timeline_sides.MOST_FOLDED


@dataclass(frozen=True, slots=True)
class CustomerStory:
    """What a customer's page shows."""

    customer: Customer
    tickets: tuple[Ticket, ...]
    history: History


async def read_timeline(
    viewer: Viewer, customer_id: UUID, narrowed: TimelineFilter, *, limit: int, cursor: str | None
) -> TimelinePage:
    """Return a page of entries, newest first; raises NotFound outside the viewer's scope, Invalid for a bad cursor."""
    async with transaction(viewer):
        page = await timeline.read_timeline(viewer, customer_id, narrowed, limit=limit, cursor=cursor)
        if not page.items:  # who sees an entry sees its customer
            await customers.check_customer(viewer, customer_id)
        return page


async def newest_entry(viewer: Viewer, customer_id: UUID) -> int:
    """Return the number of the newest entry the viewer may see, 0 without one; raises like `read_timeline`."""
    page = await read_timeline(viewer, customer_id, TimelineFilter(after=0), limit=1, cursor=None)
    return page.items[0].seq if page.items else 0


async def read_customer_story(
    viewer: Viewer, customer_id: UUID, narrowed: TimelineFilter, cursor: str | None
) -> CustomerStory:
    """Return the customer, their tickets and a page of their timeline, read at once; raises like `read_timeline`."""
    async with transaction(viewer):
        try:
            customer, theirs, desk, *history = await read_together(
                customers.customer_read(viewer, customer_id, settings().currency),
                leads.of_customer(viewer, customer_id),
                tickets.of_customer(viewer, customer_id, MOST_TICKETS),
                *_history(viewer, customer_id, narrowed, cursor),
            )
        except NotFound:
            raise await customers.missing(viewer, customer_id) from None
    return CustomerStory(replace(customer, leads=theirs), desk, History(*history))


async def read_history(
    viewer: Viewer, customer_id: UUID, narrowed: TimelineFilter, cursor: str | None
) -> History:
    """Return a page of entries with what stands around them, read at once; raises like `read_timeline`."""
    async with transaction(viewer):
        history = History(*await read_together(*_history(viewer, customer_id, narrowed, cursor)))
        if not history.page.items:
            await customers.check_customer(viewer, customer_id)
        return history


def _history(
    viewer: Viewer, customer_id: UUID, narrowed: TimelineFilter, cursor: str | None
) -> tuple[Read[Any], ...]:
    return (
        timeline.timeline_read(viewer, customer_id, narrowed, limit=timeline.PAGE, cursor=cursor),
        timeline_sides.people_read(viewer, customer_id),
        timeline_sides.folded_read(viewer, customer_id, narrowed),
    )
