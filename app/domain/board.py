"""The Kanban board as a page reads it, and when a card rots."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Final
from urllib.parse import parse_qsl
from uuid import UUID
from zoneinfo import ZoneInfo

from app.domain.lead import Lead
from app.domain.pipeline import ROT_AFTER_DAYS, Stage, Status
from app.domain.scoring.result import HOT, WARM

CARDS_PER_COLUMN: Final = 25
RECENT_DAYS: Final = 30  # for so long what was closed stays on the board
BANDS: Final = {"hot": (HOT, 100), "warm": (WARM, HOT - 1), "cold": (0, WARM - 1)}
DUE: Final = {
    "late": "Overdue",
    "today": "Due today",
    "planned": "Planned later",
    "none": "No next step",
    "nurturing": "Nurturing",
}
# What the open columns may be ordered by; the same words order the list of leads. Else by what is due next.
ORDERS: Final = {"-score": "Highest score", "-expected_value": "Highest value", "-created_at": "Newest"}
UTC: Final = ZoneInfo("UTC")
# The views that everybody has: name, and query of the board.
BUILT_IN: Final = (
    ("All", ""), ("Hot", "score=hot"), ("Overdue", "due=late"), ("No next step", "due=none"), ("Rotting", "rot=1"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class BoardFilter:
    """What the board is narrowed to, and in which order; empty fields narrow nothing."""

    q: str = ""
    owner: str = ""  # a staff id, `me`, or `none`; for admins
    source: str = ""
    score: str = ""  # a band of BANDS
    least: Decimal | None = None  # of the expected value
    most: Decimal | None = None
    due: str = ""  # a state of DUE
    rotting: bool = False
    sort: str = ""  # an order of ORDERS
    zone: ZoneInfo = field(default=UTC, compare=False)  # whose today


@dataclass(frozen=True, slots=True)
class Column:
    """One stage: totals over the whole filter, the first cards, and where the next ones begin.

    Of a closed one, only what was closed within the last RECENT_DAYS.
    """

    stage: Stage
    count: int
    value: Decimal
    weighted: Decimal
    cards: tuple[Lead, ...]
    next_cursor: str | None
    limit: int | None = None  # where all of one person's leads are counted

    @property
    def over(self) -> int:
        """How many leads are more than the limit."""
        return 0 if self.limit is None else max(self.count - self.limit, 0)


@dataclass(frozen=True, slots=True)
class SavedView:
    """A named filter; `query` is the board's query string. `by` is who shares it, None for the viewer's own."""

    id: UUID
    name: str
    query: str
    shared: bool = False
    by: str | None = None

    @property
    def can_be_shared(self) -> bool:
        """True for a filter that names nobody."""
        return not searches(self.query)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What stands around the columns: the viewer's saved views and everybody's, and the name of the filter's owner."""

    views: tuple[SavedView, ...] = ()
    owner: str | None = None


@dataclass(frozen=True, slots=True)
class Board:
    """Six columns in pipeline order, amounts in `currency`; what was so at `as_of` is in them."""

    columns: tuple[Column, ...]
    currency: str
    filter: BoardFilter
    as_of: datetime
    around: Surroundings = Surroundings()


def searches(query: str) -> bool:
    """Say whether a query of the board looks for somebody by name, company or address."""
    return "q" in dict(parse_qsl(query))


def closed_since(now: datetime) -> datetime:
    """When what was closed since then is on the board: a day begins there, in UTC, as it is counted by."""
    return datetime.combine(now.astimezone(UTC).date() - timedelta(days=RECENT_DAYS), time(), UTC)


def end_of_day(now: datetime, zone: ZoneInfo) -> datetime:
    """When today ends where the reader is."""
    tomorrow = now.astimezone(zone).date() + timedelta(days=1)
    return datetime.combine(tomorrow, time(), zone)


def rots_at(lead: Lead) -> datetime | None:
    """When this open lead starts to rot, or None while a follow-up is planned, it is nurtured or closed.

    Counted from the later of the stage's beginning and the last human contact.
    """
    if not lead.stage.is_open or lead.status is Status.NURTURING:
        return None
    since = max(lead.stage_entered_at, lead.last_contact_at or lead.stage_entered_at)
    rotten = since + timedelta(days=ROT_AFTER_DAYS[lead.stage])
    planned = lead.follow_up_at
    return None if planned is not None and planned > rotten else rotten
