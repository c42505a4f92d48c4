"""Customers: the list with its search, and one customer's page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from litestar import Request, Response, get
from litestar.response import Stream

from app.core.settings import settings
from app.domain.lifetime import BANDS
from app.domain.permissions import can_find_by_lifetime
from app.domain.ticket import Priority
from app.domain.viewer import Viewer
from app.services.customers import find_customers, find_lookalikes
from app.services.export import export_customers
from app.services.timeline import read_customer_story
from app.web.asked import next_page, words
from app.web.customers import contacts, erasure, privacy
from app.web.forms import Form
from app.web.reports.customers import band_label
from app.web.respond import file_called, is_partial, page, page_of
from app.web.timeline import composer, corrections
from app.web.timeline import page as timeline

if TYPE_CHECKING:
    from app.web.respond import DrawPart

Asking = Request[Viewer, Any, Any]
PAGE: Final = 50
SHOWN: Final = 40


@get("/customers", name="customers.list")
async def show_customers(request: Asking) -> Response[str]:
    """Show the customers the viewer may see, newest first."""
    q, (band, notices) = words(request, "q"), _band(request)
    cursor = request.query_params.get("cursor")
    found = await find_customers(request.user, q=q, limit=PAGE, cursor=cursor, band=band)
    more_url = next_page("/customers", {"clv": band, "q": q}, found.next_cursor)
    template = "customers/found.html.jinja2" if is_partial(request) else "customers/list.html.jinja2"
    said = band_label(band, settings().currency) if band else ""
    return page(request, template, page=found, q=q, band=band, said=said, notices=notices, more_url=more_url)


@get("/customers/export", name="customers.export")
async def export(request: Asking) -> Stream:
    """Answer with the list as a file for spreadsheets."""
    lines = await export_customers(request.user, words(request, "q"), _band(request)[0])
    headers = file_called("customers.csv")
    return Stream(lines, media_type="text/csv", headers=headers)


@get("/customers/{customer_id:uuid}", name="customers.show")
async def show_customer(request: Asking, customer_id: UUID) -> Response[bytes]:
    """Show a customer beside their timeline."""
    asked = await timeline.find_asked(request, customer_id)
    found = await read_customer_story(request.user, customer_id, asked.narrowed.filter, asked.cursor)

    def context(part: DrawPart) -> dict[str, Any]:
        story, (entries, customer, leads, tickets, *around) = found.value, found.rows

        def beside() -> dict[str, Any]:
            form = {"ticket_form": Form().with_new_key(), "priorities": tuple(Priority)}
            return form | {"customer_id": customer_id, "customer": story.customer, "tickets": story.tickets}

        return {
            "customer": story.customer,
            "beside": part("customers/beside.html.jinja2", (), (customer, leads, tickets), beside),
            "composer": composer.drawn(
                request, part, customer_id, story.customer.open_lead, story.customer.lead_to_plan
            ),
            "panel": timeline.panel(part, asked, customer_id, (entries, around), story.history),
        }

    return page_of(request, "customers/page.html.jinja2", found.rows, context)


@get("/customers/{customer_id:uuid}/lookalikes", name="customers.lookalikes")
async def show_lookalikes(request: Asking, customer_id: UUID) -> Response[str]:
    """Show who may be the same person: beside the customer for htmx, else on a page."""
    found = await find_lookalikes(request.user, customer_id)
    template = (
        "customers/lookalikes.html.jinja2" if is_partial(request) else "customers/lookalikes_page.html.jinja2"
    )
    return page(request, template, customer_id=customer_id, found=found)


def _band(request: Asking) -> tuple[str, list[str]]:
    """Return the band of lifetime value that is asked for, or why there is none."""
    wanted = request.query_params.get("clv", "")
    if wanted and not can_find_by_lifetime(request.user):
        return "", ["Customers are found by lifetime value by admins; the filter was ignored."]
    if wanted and wanted not in BANDS:
        return "", [f"“{wanted[:SHOWN]}” is no band of lifetime values and was ignored."]
    return wanted, []


routes = [
    show_customers,
    export,
    show_lookalikes,
    show_customer,
    *timeline.routes,
    *composer.routes,
    *contacts.routes,
    *corrections.routes,
    *erasure.routes,
    *privacy.routes,
]
