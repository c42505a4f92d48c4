"""Merging two customers: both locked and read, then one database function moves what can move."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from app.core.errors import NotFound
from app.domain.lead import Money
from app.domain.merge import Side
from app.store import leads
from app.store.transaction import connection

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from uuid import UUID

    from app.domain.viewer import Viewer

# Who was merged before, and the one here whom nobody would see, are read all the same: the refusal says why.
_SIDE = """
    SELECT id, name, email, phone, company, job_title, country, sso_user_id, last_contact_at, clv, log_seq AS entries,
        (SELECT count(*) FROM ticket WHERE ticket.customer_id = customer.id) AS tickets,
        (SELECT count(*) FROM sale WHERE sale.customer_id = customer.id) AS sales,
        created_at, updated_at, erased_at IS NOT NULL AS erased, merged_into_id IS NOT NULL AS merged,
        EXISTS (SELECT FROM erasure WHERE erasure.customer_id = customer.id AND done_at IS NULL
            AND withdrawn_at IS NULL) AS erasure_asked
    FROM customer WHERE $1::text IS NOT NULL AND id = $2"""


async def lock_both(viewer: Viewer, one_id: UUID, other_id: UUID) -> None:
    """Lock two customers with whoever was merged into them, then their leads; always in the same order."""
    for table, whose in (
        ("customer", "id = ANY($2) OR merged_into_id = ANY($2)"),
        ("lead", "customer_id = ANY($2)"),
    ):
        await connection().execute(
            f"SELECT FROM {table} WHERE $1::text IS NOT NULL AND ({whose}) ORDER BY id FOR UPDATE",
            viewer.id,
            [one_id, other_id],
        )


async def read_side(viewer: Viewer, customer_id: UUID, currency: str) -> Side:
    """Return one of the two with the leads; raises NotFound."""
    row = await connection().fetchrow(_SIDE, viewer.id, customer_id)
    if row is None:
        raise NotFound
    return replace(_to_side(row, currency), leads=await leads.leads_of_customer(viewer, customer_id))


async def merge(_viewer: Viewer, kept_id: UUID, gone_id: UUID) -> None:
    """Move everything of a locked customer to another locked one, and point there from now on."""
    await connection().execute("SELECT merge_customer($1, $2)", kept_id, gone_id)


async def keep_apart(viewer: Viewer, one_id: UUID, other_id: UUID, at: datetime) -> None:
    """Note that two who look alike are not the same person."""
    await connection().execute(
        "INSERT INTO distinct_pair (one_id, other_id, decided_by_id, decided_at)"
        " VALUES (least($1::uuid, $2::uuid), greatest($1::uuid, $2::uuid), $3, $4) ON CONFLICT DO NOTHING",
        one_id,
        other_id,
        viewer.id,
        at,
    )


def _to_side(row: Mapping[str, Any], currency: str) -> Side:
    values: dict[str, Any] = {**row, "clv": Money(row["clv"], currency)}
    return Side(**values)
