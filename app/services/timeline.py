"""Read a customer's timeline."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.core.settings import settings
from app.store import customers, leads, timeline
from app.store.transaction import transaction

if TYPE_CHECKING:
    from uuid import UUID

    from app.domain.customer import Customer
    from app.domain.timeline import TimelineFilter, TimelinePage
    from app.domain.viewer import Viewer


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
) -> tuple[Customer, TimelinePage]:
    """Return the customer and a page of their timeline in one transaction; raises like `read_timeline`."""
    async with transaction(viewer):
        theirs = await leads.leads_of_customer(viewer, customer_id)
        customer = await customers.read_customer(viewer, customer_id, theirs, settings().currency)
        page = await timeline.read_timeline(viewer, customer_id, narrowed, limit=timeline.PAGE, cursor=cursor)
    return customer, page
