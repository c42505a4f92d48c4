"""What is only kept for a while."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from app.store.transaction import connection

if TYPE_CHECKING:
    from datetime import datetime

    from app.domain.viewer import Viewer

ANSWERS_KEPT_FOR: Final = timedelta(days=7)


async def forget_old_answers(_viewer: Viewer, now: datetime) -> None:
    """Delete the answers kept for idempotency keys that nobody repeats any more."""
    await connection().execute("DELETE FROM idempotency WHERE created_at < $1", now - ANSWERS_KEPT_FOR)
