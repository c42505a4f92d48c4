"""Read the board, in one transaction and one statement."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from app.core import clock
from app.core.settings import settings
from app.domain.board import Board, Column
from app.domain.calls import ENTRIES
from app.domain.permissions import check_see_board
from app.domain.pipeline import Stage
from app.services.timeline import lead_story
from app.store import board
from app.store.transaction import reading

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from app.domain.board import BoardFilter
    from app.domain.lead import Lead
    from app.domain.timeline import TimelineFilter
    from app.domain.viewer import Viewer
    from app.services.timeline import LeadStory


async def read_board(viewer: Viewer, narrowed: BoardFilter) -> Board:
    """Return the six columns, each with its first cards and totals over the whole filter; raises Forbidden."""
    check_see_board(viewer)
    async with reading(viewer):
        return await _board(viewer, narrowed)


async def read_board_beside(
    viewer: Viewer, narrowed: BoardFilter, lead_id: UUID, entries: TimelineFilter
) -> tuple[Board, LeadStory]:
    """Return the board, and what stands beside it of one lead, as narrow as it is; raises like `read_lead_story`."""
    check_see_board(viewer)
    async with reading(viewer):
        story = await lead_story(viewer, lead_id, entries, None, ENTRIES)
        return await _board(viewer, narrowed), story


async def _board(viewer: Viewer, narrowed: BoardFilter) -> Board:
    as_of = clock.now()
    columns, around = await board.read_board(viewer, narrowed)
    return Board(columns, settings().currency, narrowed, as_of, around)


async def read_changed(
    viewer: Viewer, narrowed: BoardFilter, ids: Sequence[UUID]
) -> tuple[tuple[Lead, ...], tuple[Column, ...]]:
    """Return those of the leads that belong on this board as they are now, and every head; raises Forbidden."""
    check_see_board(viewer)
    async with reading(viewer):
        return (
            await board.read_cards(viewer, narrowed, ids),
            await board.read_heads(viewer, narrowed, tuple(Stage)),
        )


async def read_column(viewer: Viewer, narrowed: BoardFilter, stage: Stage, cursor: str | None) -> Column:
    """Return one column: its head and first cards, or with `cursor` the cards that follow; raises Forbidden."""
    check_see_board(viewer)
    async with reading(viewer):
        if cursor is None:
            return (await board.read_columns(viewer, narrowed, (stage,)))[0]
        cards, next_cursor = await board.read_more_cards(viewer, narrowed, stage, cursor)
    return Column(stage, 0, Decimal(0), Decimal(0), cards, next_cursor)


async def read_heads(viewer: Viewer, narrowed: BoardFilter, stages: tuple[Stage, ...]) -> tuple[Column, ...]:
    """Return the totals of some columns, for the answer to a move; raises Forbidden."""
    check_see_board(viewer)
    async with reading(viewer):
        return await board.read_heads(viewer, narrowed, stages)
