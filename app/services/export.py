"""Customers and leads as tables: exactly those the viewer sees in the list."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from app.domain.export import BYTE_ORDER_MARK, csv_lines
from app.domain.permissions import check_see_board
from app.services.audit import note_export
from app.services.customers import find_customers
from app.services.leads import list_leads

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from datetime import datetime

    from app.domain.customer import CustomerRow
    from app.domain.lead import Lead
    from app.domain.lead_list import LeadFilter
    from app.domain.viewer import Viewer

ROWS_AT_ONCE: Final = 1_000
HEADING: Final = ("id", "name", "email", "company", "phone", "last_contact_at", "created_at")
LEADS_HEADING: Final = (
    "id", "customer_id", "name", "email", "company", "stage", "status", "owner", "source", "expected_value", "currency",
    "expected_close_on", "score", "follow_up_at", "follow_up_note", "last_contact_at", "created_at", "closed_at",
    "lost_reason",
)  # fmt: skip


async def export_customers(viewer: Viewer, q: str, band: str = "") -> AsyncIterator[str]:
    """Return the list as CSV, page by page, through the same scope as the list itself; it is noted first."""
    await note_export(viewer, "customers_exported")
    return _customers(viewer, q, band)


async def export_leads(viewer: Viewer, narrowed: LeadFilter) -> AsyncIterator[str]:
    """Return the leads as CSV, page by page, through the same scope as the list itself; likewise. Raises Forbidden."""
    check_see_board(viewer)
    await note_export(viewer, "leads_exported")
    return _leads(viewer, narrowed)


async def _customers(viewer: Viewer, q: str, band: str) -> AsyncIterator[str]:
    yield BYTE_ORDER_MARK + csv_lines([HEADING])
    cursor: str | None = None
    while True:
        page = await find_customers(viewer, q=q, limit=ROWS_AT_ONCE, cursor=cursor, band=band)
        yield csv_lines(_cells(row) for row in page.items)
        if (cursor := page.next_cursor) is None:
            return


async def _leads(viewer: Viewer, narrowed: LeadFilter) -> AsyncIterator[str]:
    yield BYTE_ORDER_MARK + csv_lines([LEADS_HEADING])
    cursor: str | None = None
    while True:
        page = await list_leads(viewer, narrowed, limit=ROWS_AT_ONCE, cursor=cursor)
        yield csv_lines(_lead_cells(lead) for lead in page.items)
        if (cursor := page.next_cursor) is None:
            return


def _lead_cells(lead: Lead) -> tuple[str, ...]:
    value, customer = lead.expected_value, lead.customer
    return (
        str(lead.id),
        str(customer.id),
        customer.name,
        customer.email or "",
        customer.company,
        lead.stage.value,
        lead.status.value,
        lead.assigned_to_name or "",
        lead.source,
        "" if value is None else str(value.amount),
        "" if value is None else value.currency,
        "" if lead.expected_close_on is None else lead.expected_close_on.isoformat(),
        "" if lead.score is None else str(lead.score),
        _time(lead.follow_up_at),
        lead.follow_up_note,
        _time(lead.last_contact_at),
        _time(lead.created_at),
        _time(lead.closed_at),
        lead.lost_reason or "",
    )


def _cells(row: CustomerRow) -> tuple[str, ...]:
    times = (_time(row.last_contact_at), _time(row.created_at))
    return (str(row.id), row.name, row.email or "", row.company, row.phone, *times)


def _time(at: datetime | None) -> str:
    return at.isoformat(timespec="seconds") if at else ""
