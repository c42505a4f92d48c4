"""Leads that people make: added by hand, or reopened after a loss."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from asyncpg import UniqueViolationError

from app.core.errors import Conflict
from app.core.ids import uuid7
from app.store.transaction import connection

if TYPE_CHECKING:
    from datetime import datetime
    from decimal import Decimal

    from app.domain.lead import Lead
    from app.domain.viewer import Viewer

# The customer's row is locked by then, so nobody else can open a lead meanwhile.
_ADD = """
    WITH existing AS (
        SELECT id, assigned_to_id FROM lead WHERE customer_id = $2 AND stage NOT IN ('closed_won', 'closed_lost')
    ), made AS (
        INSERT INTO lead (id, customer_id, assigned_to_id, status, stage, source, expected_value, currency,
            message_length, score_due_at, stage_entered_at, created_at, updated_at)
        SELECT $1, $2, $3, 'new', 'lead', $4, $5, $6, 0, $7, $7, $7, $7 WHERE NOT EXISTS (SELECT FROM existing)
        RETURNING id, assigned_to_id
    )
    SELECT *, false AS created FROM existing UNION ALL SELECT *, true FROM made"""
_REOPEN = """
    INSERT INTO lead (id, customer_id, assigned_to_id, reopened_from_id, status, stage, source, form_id, campaign,
        answers, message_length, expected_value, currency, score_due_at, stage_entered_at, created_at, updated_at)
    SELECT $1, customer_id, assigned_to_id, id, 'working', 'lead', source, form_id, campaign,
        answers, message_length, expected_value, currency, $3, $3, $3, $3
    FROM lead WHERE id = $2"""


async def add_lead(
    _viewer: Viewer,
    customer_id: UUID,
    owner_id: str | None,
    known: tuple[str, Decimal | None, str],
    at: datetime,
) -> tuple[UUID, str | None, bool]:
    """Return the locked customer's open lead, made for `owner_id` when there is none; who has it; whether it is new."""
    source, value, currency = known
    row = await connection().fetchrow(_ADD, uuid7(), customer_id, owner_id, source, value, currency, at)
    return row["id"], row["assigned_to_id"], row["created"]


async def reopen_lead(_viewer: Viewer, lost: Lead, at: datetime) -> UUID:
    """Make a new lead from a locked, lost one; raises Conflict when the customer has an open one."""
    lead_id = uuid7()
    try:
        await connection().execute(_REOPEN, lead_id, lost.id, at)
    except UniqueViolationError as error:
        raise Conflict("This customer has an open lead already") from error
    return lead_id
