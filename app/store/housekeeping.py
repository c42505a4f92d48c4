"""What is only kept for a while."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from app.store.transaction import connection

if TYPE_CHECKING:
    from datetime import datetime

    from app.domain.viewer import Viewer

ANSWERS_KEPT_FOR: Final = timedelta(days=7)
REFUSED_KEPT_FOR: Final = timedelta(days=90)
TABLES_KEPT_FOR: Final = timedelta(days=30)
DIGESTS_KEPT_FOR: Final = timedelta(days=90)  # so long the link in a mail switches it off


async def forget_old_answers(_viewer: Viewer, now: datetime) -> None:
    """Delete the answers kept for idempotency keys that nobody repeats any more."""
    await connection().execute("DELETE FROM idempotency WHERE created_at < $1", now - ANSWERS_KEPT_FOR)


async def forget_old_submissions(_viewer: Viewer, now: datetime) -> None:
    """Let go what refused and discarded forms said."""
    await connection().execute(
        "UPDATE capture_submission SET raw = NULL"
        " WHERE outcome IN ('refused', 'discarded') AND received_at < $1 AND raw IS NOT NULL",
        now - REFUSED_KEPT_FOR,
    )


async def forget_old_audit(_viewer: Viewer, _now: datetime) -> None:
    """Let go what the audit has kept for long enough, which the database says (tables/sql/104_audit.sql)."""
    await connection().execute("SELECT forget_old_audit()")


async def forget_old_tables(_viewer: Viewer, now: datetime) -> None:
    """Let go the lines of tables that nobody came back for."""
    await connection().execute(
        "UPDATE lead_import_row SET cells = NULL, email_norm = NULL"
        " WHERE cells IS NOT NULL AND import_id IN (SELECT id FROM lead_import WHERE updated_at < $1)",
        now - TABLES_KEPT_FOR,
    )


async def forget_old_digests(_viewer: Viewer, now: datetime) -> None:
    """Delete what became of e-mails that nobody looks for any more."""
    await connection().execute("DELETE FROM digest WHERE created_at < $1", now - DIGESTS_KEPT_FOR)
