"""Going through everybody who is due, one call after another."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

ENTRIES: Final = 5  # of the timeline: what one looks at before one calls, also beside the board


@dataclass(frozen=True, slots=True)
class Run:
    """How far somebody has come: since when they call, behind whom they are, and how many were logged and skipped.

    `after` is a cursor, None at the beginning. Whoever was spoken with since then is handled, wherever that was logged.
    """

    since: datetime
    after: str | None = None
    logged: int = 0
    skipped: int = 0


@dataclass(frozen=True, slots=True)
class Turn:
    """Whose turn it is, the cursor behind them, and how many are left with them."""

    lead_id: UUID
    cursor: str
    left: int
