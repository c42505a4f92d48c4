"""Open leads as scoring sees them, looked at without locking any."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.store.scoring import to_facts, touches_of
from app.store.transaction import connection

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from app.domain.scoring.features import LeadFacts
    from app.domain.viewer import Viewer

_NEWEST = """
    SELECT lead.id, lead.source, lead.form_id, lead.campaign, lead.answers, lead.message_length, lead.created_at,
        customer.country, split_part(customer.email_norm, '@', 2) AS email_domain,
        customer.phone <> '' AS has_phone, customer.company <> '' AS has_company
    FROM lead JOIN customer ON customer.id = lead.customer_id
    WHERE $1::text IS NOT NULL AND lead.closed_at IS NULL
    ORDER BY lead.created_at DESC, lead.id DESC LIMIT $2"""


async def newest_open(viewer: Viewer, limit: int, at: datetime) -> list[tuple[UUID, LeadFacts]]:
    """Return the facts of the newest open leads."""
    rows = await connection().fetch(_NEWEST, viewer.id, limit)
    touches = await touches_of(viewer, [row["id"] for row in rows], at)
    return [(row["id"], to_facts(row, tuple(touches[row["id"]]))) for row in rows]


async def names_of(viewer: Viewer, leads: Sequence[UUID]) -> dict[UUID, str]:
    """Return whose leads these are."""
    rows = await connection().fetch(
        "SELECT lead.id, customer.name FROM lead JOIN customer ON customer.id = lead.customer_id"
        " WHERE $1::text IS NOT NULL AND lead.id = ANY($2)",
        viewer.id,
        list(leads),
    )
    return {row["id"]: row["name"] for row in rows}
