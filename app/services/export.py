"""Customers as a table: exactly those the viewer sees in the list."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from app.core.log import logger
from app.domain.export import BYTE_ORDER_MARK, csv_lines
from app.services.customers import list_customers

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from datetime import datetime

    from app.domain.customer import CustomerRow
    from app.domain.viewer import Viewer

ROWS_AT_ONCE: Final = 1_000
HEADING: Final = ("id", "name", "email", "company", "phone", "last_contact_at", "created_at")

log = logger("export")


async def export_customers(viewer: Viewer, q: str) -> AsyncIterator[str]:
    """Yield the list as CSV, page by page, through the same scope as the list itself."""
    log.info("customers_exported", by=viewer.id)
    yield BYTE_ORDER_MARK + csv_lines([HEADING])
    cursor: str | None = None
    while True:
        page = await list_customers(viewer, q=q, limit=ROWS_AT_ONCE, cursor=cursor)
        yield csv_lines(_cells(row) for row in page.items)
        if (cursor := page.next_cursor) is None:
            return


def _cells(row: CustomerRow) -> tuple[str, ...]:
    times = (_time(row.last_contact_at), _time(row.created_at))
    return (str(row.id), row.name, row.email or "", row.company, row.phone, *times)


def _time(at: datetime | None) -> str:
    return at.isoformat(timespec="seconds") if at else ""
