"""A rep's day, in one transaction; or all of what one section of it shows the beginning of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.core import clock
from app.core.settings import settings
from app.domain.board import BoardFilter
from app.domain.my_day import MyDay, Section, today_of
from app.domain.permissions import check_see_board
from app.domain.pipeline import OPEN_STAGES
from app.store import board, my_day
from app.store.transaction import reading

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from app.domain.viewer import Viewer


async def read_section(viewer: Viewer, zone: ZoneInfo, name: str, first: int) -> Section:
    """Return all of one section of the day, page by page; raises Forbidden."""
    check_see_board(viewer)
    async with reading(viewer):
        return await my_day.read_section(viewer, today_of(clock.now(), zone), name, first)


async def read_my_day(viewer: Viewer, zone: ZoneInfo) -> MyDay:
    """Return what the viewer should do now, and how their pipeline and month stand; raises Forbidden."""
    check_see_board(viewer)
    today, currency = today_of(clock.now(), zone), settings().currency
    async with reading(viewer):
        sections = await my_day.read_sections(viewer, today)
        columns = await board.read_heads(viewer, BoardFilter(), OPEN_STAGES)
        won = await my_day.read_won(viewer, today, currency)
    return MyDay(sections, columns, won, currency)
