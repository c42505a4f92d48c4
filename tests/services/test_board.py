"""What the board shows of a filter, and of the leads that somebody else just changed."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from itertools import product
from typing import TYPE_CHECKING, Any

import pytest

from app.core.clock import now
from app.core.errors import Conflict, Invalid, NameTaken
from app.domain.board import ORDERS, BoardFilter, rots_at
from app.domain.pipeline import Stage
from app.services.board import read_board, read_changed, read_column
from app.services.saved_views import MOST, delete_view, save_view
from tests import make

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    import asyncpg

    from app.domain.board import Board
    from app.domain.lead import Lead
    from app.domain.viewer import Viewer
    from tests.cast import Cast

pytestmark = pytest.mark.usefixtures("pool")


def ids(board: Board) -> set[UUID]:
    return {card.id for column in board.columns for card in column.cards}


@pytest.fixture
async def some(owner: asyncpg.Connection, cast: Cast) -> dict[str, UUID]:
    """Leads of rita that each filter tells apart."""
    day = timedelta(days=1)
    talked = await make.customer(owner, last_contact_at=now())
    wanted: dict[str, dict[str, Any]] = {
        "hot": {"score": 80, "expected_value": 5000, "follow_up_at": now() + 9 * day},
        "late": {"score": 10, "follow_up_at": now() - day, "source": "fair"},
        "rotten": {"stage_entered_at": now() - 9 * day, "expected_value": 100},
        "talked": {"stage_entered_at": now() - 9 * day, "customer_id": talked, "score": 50},
        "planned": {"stage_entered_at": now() - 9 * day, "follow_up_at": now() + day, "score": 50},
        "resting": {
            "stage_entered_at": now() - 9 * day,
            "follow_up_at": now() - 8 * day,  # before it would rot
            "score": 50,
            "status": "nurturing",
            "source": "resting",
        },
    }
    return {name: await make.lead(owner, cast.rita, **given) for name, given in wanted.items()}


@pytest.mark.parametrize(
    ("narrowed", "expected"),
    [
        (BoardFilter(score="hot"), {"hot"}),
        (BoardFilter(score="cold"), {"late"}),
        (BoardFilter(source="fair"), {"late"}),
        (BoardFilter(least=Decimal(1000)), {"hot"}),
        (BoardFilter(least=Decimal(50), most=Decimal(200)), {"rotten"}),
        (BoardFilter(due="late"), {"late", "resting"}),
        (BoardFilter(due="nurturing"), {"resting"}),
        (BoardFilter(due="none"), {"rotten", "talked"}),
        (BoardFilter(rotting=True), {"rotten"}),
        (BoardFilter(rotting=True, score="hot"), set()),
    ],
)
async def test_a_filter_narrows_cards_and_totals_alike(
    narrowed: BoardFilter, expected: set[str], some: dict[str, UUID], cast: Cast
) -> None:
    board = await read_board(cast.rita, narrowed)
    assert ids(board) == {some[name] for name in expected}
    assert sum(column.count for column in board.columns) == len(expected)


async def test_what_the_filter_calls_rotting_the_card_calls_rotting(
    some: dict[str, UUID], cast: Cast
) -> None:
    board = await read_board(cast.rita, BoardFilter())
    cards = [card for column in board.columns for card in column.cards]
    assert {card.id for card in cards if (at := rots_at(card)) and at <= now()} == {some["rotten"]}


async def test_an_admin_sees_whose_leads_they_choose(owner: asyncpg.Connection, cast: Cast) -> None:
    hers, nobodys = await make.lead(owner, cast.rita), await make.lead(owner, None)
    assert ids(await read_board(cast.ada, BoardFilter(owner=cast.rita.id))) == {hers}
    assert ids(await read_board(cast.ada, BoardFilter(owner="none"))) == {nobodys}


async def test_a_board_names_the_owner_it_is_narrowed_to(owner: asyncpg.Connection, cast: Cast) -> None:
    await owner.execute("UPDATE staff SET active = false WHERE id = $1", cast.omar.id)
    wanted = {cast.omar.id: cast.omar.name, "me": cast.ada.name, "none": None, "": None, "stranger": None}
    for whose, name in wanted.items():
        assert (await read_board(cast.ada, BoardFilter(owner=whose))).around.owner == name


async def test_changed_cards_are_told_to_who_may_see_them(owner: asyncpg.Connection, cast: Cast) -> None:
    hers, his = await make.lead(owner, cast.rita, score=80), await make.lead(owner, cast.omar)
    cards, heads = await read_changed(cast.rita, BoardFilter(), [hers, his])
    assert [card.id for card in cards] == [hers]
    assert [head.stage for head in heads] == list(Stage)
    cards, _ = await read_changed(cast.rita, BoardFilter(score="cold"), [hers])
    assert cards == ()


async def test_a_view_is_kept_by_name_and_is_its_owners_only(cast: Cast) -> None:
    await save_view(cast.rita, " Warm ", "score=warm")
    with pytest.raises(NameTaken):
        await save_view(cast.rita, "Warm", "due=late")
    (view,) = (await read_board(cast.rita, BoardFilter())).around.views
    assert (view.name, view.query) == ("Warm", "score=warm")
    await save_view(cast.rita, "Warm", "due=late", replace=True)
    (view,) = (await read_board(cast.rita, BoardFilter())).around.views
    assert (view.name, view.query) == ("Warm", "due=late")
    assert (await read_board(cast.omar, BoardFilter())).around.views == ()
    await delete_view(cast.rita, view.id)
    assert (await read_board(cast.rita, BoardFilter())).around.views == ()


async def test_names_of_views_differ_by_case_and_not_by_how_they_are_typed(cast: Cast) -> None:
    await save_view(cast.rita, "Malm\N{LATIN SMALL LETTER O WITH DIAERESIS}", "score=warm")
    with pytest.raises(NameTaken):
        await save_view(cast.rita, " Malmo\N{COMBINING DIAERESIS}", "due=late")
    await save_view(cast.rita, "MALM\N{LATIN CAPITAL LETTER O WITH DIAERESIS}", "due=late")
    await save_view(cast.omar, "Malm\N{LATIN SMALL LETTER O WITH DIAERESIS}", "due=late")
    assert len((await read_board(cast.rita, BoardFilter())).around.views) == 2


async def test_who_has_all_views_they_may_have_still_replaces_one(cast: Cast) -> None:
    for number in range(MOST):
        await save_view(cast.rita, f"View {number}", "score=warm")
    with pytest.raises(Conflict, match=f"{MOST} views already"):
        await save_view(cast.rita, "One more", "due=late")
    await save_view(cast.rita, "View 0", "due=late", replace=True)
    views = (await read_board(cast.rita, BoardFilter())).around.views
    assert len(views) == MOST
    assert [view.name for view in views if view.query == "due=late"] == ["View 0"]


async def test_each_order_pages_through_every_card_once(owner: asyncpg.Connection, cast: Cast) -> None:
    """Equal and missing values among them; closed columns stay by when they were closed."""
    day = timedelta(days=1)
    for n in range(30):
        score, value = (None, None) if n % 7 == 0 else (n // 3, n // 2 * 100)
        await make.lead(owner, cast.rita, score=score, expected_value=value, created_at=now() - n // 2 * day)
        await make.lead(owner, cast.rita, "closed_won", closed_at=now() - n // 2 * day)
    by: dict[str, Callable[[Lead], Any]] = {
        "-score": lambda card: -1 if card.score is None else card.score,
        "-expected_value": lambda card: card.expected_value.amount if card.expected_value else Decimal(-1),
        "-created_at": lambda card: card.created_at,
    }
    assert set(by) == set(ORDERS)
    for viewer, q in product((cast.rita, cast.ada), ("", "a")):
        for sort, key in by.items():
            narrowed = BoardFilter(q=q, sort=sort)
            cards = await _whole_column(viewer, narrowed, Stage.LEAD)
            assert [key(card) for card in cards] == sorted(map(key, cards), reverse=True), (sort, q)
            assert len({card.id for card in cards}) == len(cards) == 30
            closed = await _whole_column(viewer, narrowed, Stage.CLOSED_WON)
            assert [card.closed_at for card in closed] == sorted(
                (card.closed_at for card in closed), key=str, reverse=True
            )
            assert len({card.id for card in closed}) == 30
            first = next(column for column in (await read_board(viewer, narrowed)).columns)
            assert [card.id for card in first.cards] == [card.id for card in cards[:25]]


async def _whole_column(viewer: Viewer, narrowed: BoardFilter, stage: Stage) -> list[Lead]:
    column = await read_column(viewer, narrowed, stage, None)
    cards = list(column.cards)
    while column.next_cursor:
        column = await read_column(viewer, narrowed, stage, column.next_cursor)
        cards += column.cards
    return cards


async def test_a_cursor_of_another_order_is_refused(owner: asyncpg.Connection, cast: Cast) -> None:
    for _ in range(30):
        await make.lead(owner, cast.rita)
    cursor = (await read_column(cast.rita, BoardFilter(), Stage.LEAD, None)).next_cursor
    with pytest.raises(Invalid):
        await read_column(cast.rita, BoardFilter(sort="-created_at"), Stage.LEAD, cursor)
