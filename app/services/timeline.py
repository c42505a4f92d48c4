"""Read a customer's timeline."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from app.core.errors import NotFound
from app.core.settings import settings
from app.store import customers, leads, tickets, timeline
from app.store.read_together import read_together
from app.store.transaction import transaction

if TYPE_CHECKING:
    from uuid import UUID

    from app.domain.customer import Customer
    from app.domain.ticket import Ticket
    from app.domain.timeline import TimelineFilter, TimelinePage
    from app.domain.viewer import Viewer


MOST_TICKETS: Final = 20


@dataclass(frozen=True, slots=True)
class CustomerStory:
    """What a customer's page shows."""

    customer: Customer
    tickets: tuple[Ticket, ...]
    timeline: TimelinePage


async def read_timeline(
    viewer: Viewer, customer_id: UUID, narrowed: TimelineFilter, *, limit: int, cursor: str | None
) -> TimelinePage:
    """Return a page of entries, newest first; raises NotFound outside the viewer's scope, Invalid for a bad cursor."""
    async with transaction(viewer):
        page = await timeline.read_timeline(viewer, customer_id, narrowed, limit=limit, cursor=cursor)
        if not page.items:  # who sees an entry sees its customer
            await customers.check_customer(viewer, customer_id)
        return page


async def read_customer_story(
    viewer: Viewer, customer_id: UUID, narrowed: TimelineFilter, cursor: str | None
) -> CustomerStory:
    """Return the customer, their tickets and a page of their timeline, read at once; raises like `read_timeline`."""
    async with transaction(viewer):
        try:
            customer, theirs, desk, page = await read_together(
                customers.customer_read(viewer, customer_id, settings().currency),
                leads.of_customer(viewer, customer_id),
                tickets.of_customer(viewer, customer_id, MOST_TICKETS),
                timeline.timeline_read(viewer, customer_id, narrowed, limit=timeline.PAGE, cursor=cursor),
            )
        except NotFound:
            raise await customers.missing(viewer, customer_id) from None
    return CustomerStory(replace(customer, leads=theirs), desk, page)
