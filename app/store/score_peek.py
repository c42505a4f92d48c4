"""Open leads as scoring sees them, looked at without locking any."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.store.scoring import FACTS, to_facts, touches_of
from app.store.transaction import connection

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from app.domain.scoring.features import LeadFacts
    from app.domain.viewer import Viewer

_NEWEST = f"""
    SELECT lead.id, {FACTS} FROM lead JOIN customer ON customer.id = lead.customer_id
    WHERE $1::text IS NOT NULL AND lead.closed_at IS NULL
    ORDER BY lead.created_at DESC, lead.id DESC LIMIT $2"""


async def newest_open(viewer: Viewer, limit: int, at: datetime) -> list[tuple[UUID, LeadFacts]]:
    """Return the facts of the newest open leads."""
    rows = await connection().fetch(_NEWEST, viewer.id, limit)
    touches = await touches_of(viewer, [row["id"] for row in rows], at)
    return [(row["id"], to_facts(row, tuple(touches[row["id"]]))) for row in rows]
