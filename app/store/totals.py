"""Count and worth of leads by stage, as the triggers keep them (tables/sql/60_totals.sql, 76 and 112)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from app.store.transaction import connection

if TYPE_CHECKING:
    from app.domain.viewer import Viewer

# Skipping what another worker folds right now; together the rows sum up to the same before and after.
_FOLD: Final = """
    WITH gone AS (
        DELETE FROM {ledger} WHERE id IN (
            SELECT id FROM {ledger} WHERE $1::text IS NOT NULL AND ({by}) IN (
                SELECT {by} FROM {ledger} GROUP BY {by}
                    HAVING count(*) > 1 OR sum(leads) = 0 AND sum(value) = 0)
            FOR UPDATE SKIP LOCKED)
        RETURNING {by}, leads, value
    )
    INSERT INTO {ledger} ({by}, leads, value)
        SELECT {by}, sum(leads), sum(value) FROM gone GROUP BY {by}
        HAVING sum(leads) <> 0 OR sum(value) <> 0"""
_LEDGERS: Final = {"lead_total": "owner_id, stage", "closed_total": "stage, closed_on"}


async def fold_totals(viewer: Viewer) -> None:
    """Fold the ledgers: what is counted together is one row again, worth what its rows were worth together."""
    for ledger, by in _LEDGERS.items():
        await connection().execute(_FOLD.format(ledger=ledger, by=by), viewer.id)
