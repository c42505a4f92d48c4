"""The closed columns show the last thirty days: heads, cards, later cards and changed ones, whoever looks."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from app.core.clock import now
from app.domain.board import RECENT_DAYS, BoardFilter, closed_since
from app.domain.pipeline import Stage
from app.services.board import read_board, read_changed, read_column, read_heads
from tests import make

if TYPE_CHECKING:
    from uuid import UUID

    import asyncpg

    from tests.cast import Cast

pytestmark = pytest.mark.usefixtures("pool")

WON = Stage.CLOSED_WON
LATELY = RECENT_DAYS - 1
LONG_AGO = RECENT_DAYS + 1
# As an admin says it, and whose of `closed` that is.
WHOSE = {"": ("rita", "omar", None), "me": (), "none": (None,), "omar": ("omar",)}


@pytest.fixture
async def closed(owner: asyncpg.Connection, cast: Cast) -> dict[tuple[str | None, int], UUID]:
    """A won lead of rita, omar and nobody from lately and one from long ago, worth 100 and 1."""
    people = {"rita": cast.rita, "omar": cast.omar, None: None}
    return {
        (name, days): await make.lead(
            owner,
            rep,
            "closed_won",
            closed_at=now() - timedelta(days=days),
            expected_value=100 if days == LATELY else 1,
            source="fair",
        )
        for name, rep in people.items()
        for days in (LATELY, LONG_AGO)
    }


@pytest.mark.parametrize("narrowed", [BoardFilter(), BoardFilter(source="fair"), BoardFilter(q="person")])
async def test_a_rep_sees_what_they_closed_lately(
    closed: dict[tuple[str | None, int], UUID], cast: Cast, narrowed: BoardFilter
) -> None:
    board = await read_board(cast.rita, narrowed)
    (column,) = [each for each in board.columns if each.stage is WON]
    assert [card.id for card in column.cards] == [closed["rita", LATELY]]
    assert (column.count, column.value, column.next_cursor) == (1, Decimal(100), None)
    (head,) = await read_heads(cast.rita, narrowed, (WON,))
    assert (head.count, head.value) == (1, Decimal(100))
    assert [each.id for each in (await read_column(cast.rita, narrowed, WON, None)).cards] == [
        closed["rita", LATELY]
    ]


@pytest.mark.parametrize("owner_", WHOSE)
@pytest.mark.parametrize("source", ["", "fair"])
async def test_an_admin_sees_it_of_everybody_and_of_each(
    closed: dict[tuple[str | None, int], UUID], cast: Cast, owner_: str, source: str
) -> None:
    theirs = [closed[name, LATELY] for name in WHOSE[owner_]]
    narrowed = BoardFilter(owner=cast.omar.id if owner_ == "omar" else owner_, source=source)
    board = await read_board(cast.ada, narrowed)
    (column,) = [each for each in board.columns if each.stage is WON]
    assert {card.id for card in column.cards} == set(theirs)
    assert (column.count, column.value) == (len(theirs), 100 * len(theirs))
    (head,) = await read_heads(cast.ada, narrowed, (WON,))
    assert (head.count, head.value) == (len(theirs), 100 * len(theirs))


async def test_a_lead_closed_long_ago_that_changes_does_not_come_back(
    closed: dict[tuple[str | None, int], UUID], cast: Cast
) -> None:
    both = [closed["rita", LATELY], closed["rita", LONG_AGO]]
    cards, heads = await read_changed(cast.rita, BoardFilter(), both)
    assert [card.id for card in cards] == both[:1]
    assert [head.count for head in heads if head.stage is WON] == [1]


async def test_a_column_ends_where_the_thirty_days_do(owner: asyncpg.Connection, cast: Cast) -> None:
    for n in range(60):
        await make.lead(owner, cast.rita, "closed_lost", closed_at=now() - timedelta(days=n))
    for viewer in (cast.rita, cast.ada):
        first = await read_column(viewer, BoardFilter(), Stage.CLOSED_LOST, None)
        assert first.next_cursor
        rest = await read_column(viewer, BoardFilter(), Stage.CLOSED_LOST, first.next_cursor)
        shown = [card.closed_at for card in (*first.cards, *rest.cards)]
        assert rest.next_cursor is None
        assert len(shown) == first.count == RECENT_DAYS + 1  # today is the first of them
        assert all(each and each >= closed_since(now()) for each in shown)
