"""Read customers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.core.settings import settings
from app.domain.permissions import check_find_by_lifetime
from app.store import customer_list, customers, duplicates, leads
from app.store.transaction import reading

if TYPE_CHECKING:
    from uuid import UUID

    from app.domain.customer import Customer, CustomerPage, Lookalike
    from app.domain.viewer import Viewer


async def read_customer(viewer: Viewer, customer_id: UUID) -> Customer:
    """Return the customer with the leads the viewer may see; raises NotFound outside their scope."""
    async with reading(viewer):
        theirs = await leads.leads_of_customer(viewer, customer_id)
        return await customers.read_customer(viewer, customer_id, theirs, settings().currency)


async def list_customers(viewer: Viewer, *, q: str, limit: int, cursor: str | None) -> CustomerPage:
    """Return a page of the customers the viewer may see, newest first; raises Invalid for a bad cursor."""
    async with reading(viewer):
        return await customer_list.list_customers(viewer, q=q, limit=limit, cursor=cursor)


async def find_customers(
    viewer: Viewer, *, q: str, limit: int, cursor: str | None, band: str = ""
) -> CustomerPage:
    """Return a page of those somebody means, typing errors forgiven; raises Invalid for a bad cursor, and Forbidden.

    A `band` of lifetime value narrows them, for who may.
    """
    if band:
        check_find_by_lifetime(viewer)
    async with reading(viewer):
        return await customer_list.find_customers(viewer, q=q, limit=limit, cursor=cursor, band=band)


async def find_lookalikes(viewer: Viewer, customer_id: UUID) -> tuple[Lookalike, ...]:
    """Return who may be the same person among the viewer's customers; raises NotFound outside their scope."""
    async with reading(viewer):
        await customers.check_customer(viewer, customer_id)
        return await duplicates.lookalikes(viewer, customer_id)
