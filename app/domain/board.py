"""The Kanban board as a page reads it, and when a card rots."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from app.domain.lead import Lead
from app.domain.pipeline import ROT_AFTER_DAYS, Stage

CARDS_PER_COLUMN = 25


@dataclass(frozen=True, slots=True)
class BoardFilter:
    """What the board is narrowed to; every field is a query parameter of the same name."""

    q: str = ""
    owner: str = ""  # a staff id, `me`, or `none`; for admins


@dataclass(frozen=True, slots=True)
class Column:
    """One stage: totals over the whole filter, the first cards, and where the next ones begin."""

    stage: Stage
    count: int
    value: Decimal
    weighted: Decimal
    cards: tuple[Lead, ...]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class Board:
    """Six columns in pipeline order, amounts in `currency`."""

    columns: tuple[Column, ...]
    currency: str
    filter: BoardFilter


def rots_at(lead: Lead) -> datetime | None:
    """When this open lead starts to rot, or None while a follow-up is planned or it is closed.

    Counted from the later of the stage's beginning and the last human contact.
    """
    if not lead.stage.is_open:
        return None
    since = max(lead.stage_entered_at, lead.last_contact_at or lead.stage_entered_at)
    rotten = since + timedelta(days=ROT_AFTER_DAYS[lead.stage])
    planned = lead.follow_up_at
    return None if planned is not None and planned > rotten else rotten
