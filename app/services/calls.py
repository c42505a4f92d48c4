"""Whom to call next, with what one must know before, in one transaction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.core import clock
from app.domain.calls import ENTRIES, Turn
from app.domain.my_day import today_of
from app.domain.permissions import check_see_board
from app.services.timeline import LeadStory, lead_story
from app.store import calls
from app.store.transaction import reading

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from app.domain.calls import Run
    from app.domain.timeline import TimelineFilter
    from app.domain.viewer import Viewer


@dataclass(frozen=True)
class Call:
    """Whose turn it is, and their story."""

    turn: Turn
    story: LeadStory


async def read_call(viewer: Viewer, zone: ZoneInfo, run: Run, narrowed: TimelineFilter) -> Call | None:
    """Return the next of those who are due, None when everybody had their turn.

    Raises Forbidden for who has no pipeline, Invalid for a bad cursor.
    """
    check_see_board(viewer)
    async with reading(viewer):
        turn = await calls.next_turn(viewer, today_of(clock.now(), zone), run)
        return turn and Call(turn, await lead_story(viewer, turn.lead_id, narrowed, None, ENTRIES))
