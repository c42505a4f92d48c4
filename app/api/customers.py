"""/v1/customers: find, read, and their timelines."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from litestar import Request, Response, get

from app.api import present
from app.api.respond import answer, check_query
from app.core.errors import Invalid, Problem
from app.domain.timeline import KINDS, TimelineFilter
from app.services import customers, timeline
from app.services.verify import verify_customer

Asking = Request[Any, Any, Any]


@get("/customers", name="api.customers.list")
async def list_customers(request: Asking, q: str = "", limit: int = 25, cursor: str = "") -> Response[Any]:
    """Return a page of the customers the caller may see, newest first."""
    check_query(request, limit, q)
    page = await customers.list_customers(request.user, q=q, limit=limit, cursor=cursor or None)
    items = [present.customer_row(item) for item in page.items]
    return answer({"items": items, "next_cursor": page.next_cursor})


@get("/customers/{customer_id:uuid}", name="api.customers.read")
async def read_customer(request: Asking, customer_id: UUID) -> Response[Any]:
    """Return one customer."""
    return answer(present.customer(await customers.read_customer(request.user, customer_id)))


@get("/customers/{customer_id:uuid}/timeline", name="api.customers.timeline")
async def read_timeline(
    request: Asking, customer_id: UUID, kind: str = "", limit: int = 30, cursor: str = ""
) -> Response[Any]:
    """Return a page of a customer's timeline, the latest to happen first; `kind` takes several, comma-separated."""
    check_query(request, limit)
    kinds = [each for each in kind.split(",") if each]
    if unknown := [each for each in kinds if each not in KINDS]:
        raise Invalid([Problem("#query/kind", f"has no kind {unknown[0][:40]!r}; known: {', '.join(KINDS)}")])
    page = await timeline.read_timeline(
        request.user, customer_id, TimelineFilter(tuple(kinds)), limit=limit, cursor=cursor or None
    )
    return answer({"items": [present.entry(item) for item in page.items], "next_cursor": page.next_cursor})


@get("/customers/{customer_id:uuid}/timeline/verify", name="api.customers.verify")
async def verify_timeline(request: Asking, customer_id: UUID) -> Response[Any]:
    """Recompute a customer's chain and say whether anybody changed it."""
    return answer(present.chain_report(await verify_customer(request.user, customer_id)))


routes: Final = [list_customers, read_customer, read_timeline, verify_timeline]
