"""A won sale, and the event that is owed for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from app.core.ids import uuid7
from app.domain.lead import Money, Sale
from app.domain.sale import EVENT_TYPE, event_data
from app.store.rows import to_json
from app.store.transaction import connection

if TYPE_CHECKING:
    from datetime import datetime

    from app.domain.lead import Lead
    from app.domain.sale import NewSale
    from app.domain.viewer import Viewer

_INSERT = """
    WITH event AS (
        INSERT INTO outbox (id, aggregatetype, aggregateid, type, payload, dedupe, created_at, next_try_at)
        VALUES ($1, 'sale', $2::text, $3, $4, $5, $6, $6)
    )
    INSERT INTO sale (id, lead_id, customer_id, event_id, amount, currency, product, starts_on, contract_reference,
        handoff_note, sales_rep_id, recorded_by_id, closed_at)
    VALUES ($7, $8, $9, $1, $10, $11, $12, $13, $14, $15, $16, $17, $18)"""


async def insert_sale(viewer: Viewer, lead: Lead, sale: NewSale, rep_id: str | None, now: datetime) -> UUID:
    """Write the sale and its one event in the open transaction; returns the event's id."""
    sale_id, event_id = uuid7(), uuid7()
    data = event_data(sale, sale_id=sale_id, lead_id=lead.id, customer_id=lead.customer.id, rep_id=rep_id)
    await connection().execute(
        _INSERT, event_id, str(lead.id), EVENT_TYPE, to_json(data), f"{EVENT_TYPE}:{lead.id}", now, sale_id, lead.id,
        lead.customer.id, sale.amount, sale.currency, sale.product, sale.starts_on, sale.contract_reference,
        sale.handoff_note, rep_id, viewer.id, sale.closed_at,
    )  # fmt: skip
    return event_id


async def rep_id_of(_viewer: Viewer, staff_id: str | None) -> str | None:
    """Return the Sales Rep Assignment ID of a member of staff."""
    return await connection().fetchval("SELECT rep_id FROM staff WHERE id = $1", staff_id)


async def read_sale(_viewer: Viewer, lead_id: UUID) -> Sale | None:
    """Return the sale of a lead the viewer has already read, or None."""
    row: Any = await connection().fetchrow(
        "SELECT id, lead_id, amount, currency, product, starts_on, contract_reference, handoff_note, closed_at"
        " FROM sale WHERE lead_id = $1",
        lead_id,
    )
    if row is None:
        return None
    return Sale(
        id=row["id"],
        lead_id=row["lead_id"],
        amount=Money(row["amount"], row["currency"]),
        product=row["product"],
        starts_on=row["starts_on"],
        contract_reference=row["contract_reference"],
        handoff_note=row["handoff_note"],
        closed_at=row["closed_at"],
    )
