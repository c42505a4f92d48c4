"""The list of leads: what it is narrowed to, and in which order it can be read."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Final

from app.domain.board import BoardFilter
from app.domain.lead import Lead
from app.domain.pipeline import OPEN_STAGES, Stage

CLOSED_STAGES: Final = tuple(stage for stage in Stage if not stage.is_open)
# Several stages in one word, as people say it.
STAGE_GROUPS: Final = {"open": OPEN_STAGES, "closed": CLOSED_STAGES}
MOMENTS: Final = {"arrived": "arrived", "closed": "were won or lost"}
NEWEST: Final = "-created_at"
LAST_CLOSED: Final = "-closed_at"  # of a list that has only closed leads
SORTS: Final = {
    NEWEST: "Newest first",
    "created_at": "Oldest first",
    "-score": "Highest score first",
    "score": "Lowest score first",
    "follow_up_at": "Next step first",
    "-expected_value": "Highest value first",
    "stage_entered_at": "Longest in its stage first",
}


@dataclass(frozen=True, slots=True)
class LeadFilter:
    """What a list of leads is narrowed to, and how it is sorted; empty fields narrow nothing."""

    on_board: BoardFilter = field(default_factory=BoardFilter)
    stages: tuple[Stage, ...] = ()
    reason: str = ""  # why they were lost
    happened: str = "arrived"  # a moment of MOMENTS, which lies in these days where the reader is
    first: date | None = None
    last: date | None = None
    sort: str = NEWEST

    @property
    def is_closed(self) -> bool:
        """True when only closed leads are meant."""
        return bool(self.stages) and not any(stage.is_open for stage in self.stages)

    @property
    def sorts(self) -> dict[str, str]:
        """The orders this list can be read in, with a name for each."""
        return {LAST_CLOSED: "Last closed first", **SORTS} if self.is_closed else SORTS

    @property
    def usual_sort(self) -> str:
        """The order nobody has to ask for."""
        return LAST_CLOSED if self.is_closed else NEWEST

    @property
    def since(self) -> datetime | None:
        """When the first day begins, None for since ever."""
        return None if self.first is None else datetime.combine(self.first, time(), self.on_board.zone)

    @property
    def before(self) -> datetime | None:
        """When the last day is over, None for no end."""
        if self.last is None:
            return None
        return datetime.combine(self.last + timedelta(days=1), time(), self.on_board.zone)


@dataclass(frozen=True, slots=True)
class LeadPage:
    """A keyset page of leads."""

    items: tuple[Lead, ...]
    next_cursor: str | None
