"""Count and worth of everybody's leads by stage, as the triggers keep them (tables/sql/60_totals.sql and 76)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from app.store.transaction import connection

if TYPE_CHECKING:
    from app.domain.viewer import Viewer

# Skipping what another worker folds right now; together the rows sum up to the same before and after.
_FOLD: Final = """
    WITH gone AS (
        DELETE FROM lead_total WHERE id IN (
            SELECT id FROM lead_total WHERE $1::text IS NOT NULL AND (owner_id, stage) IN (
                SELECT owner_id, stage FROM lead_total GROUP BY owner_id, stage
                    HAVING count(*) > 1 OR sum(leads) = 0 AND sum(value) = 0)
            FOR UPDATE SKIP LOCKED)
        RETURNING owner_id, stage, leads, value
    )
    INSERT INTO lead_total (owner_id, stage, leads, value)
        SELECT owner_id, stage, sum(leads), sum(value) FROM gone GROUP BY owner_id, stage
        HAVING sum(leads) <> 0 OR sum(value) <> 0"""


async def fold_totals(viewer: Viewer) -> None:
    """Fold the ledger: each owner and stage is one row again, worth what its rows were worth together."""
    await connection().execute(_FOLD, viewer.id)
