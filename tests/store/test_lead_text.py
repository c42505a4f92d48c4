"""Board and list find the leads of just those customers who fit, be the text common or rare."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from app.domain.board import BoardFilter
from app.domain.lead_list import LeadFilter
from app.domain.pipeline import Stage
from app.services.board import read_board, read_changed, read_column, read_heads
from app.services.leads import list_leads
from app.store import lead_text
from tests import make
from tests.store.test_search import FRAGMENTS, GRACE

if TYPE_CHECKING:
    from uuid import UUID

    import asyncpg

    from app.domain.viewer import Viewer
    from tests.cast import Cast

pytestmark = pytest.mark.usefixtures("pool")


@pytest.fixture(params=[0, 1_000], autouse=True, ids=["common", "rare"])
def common(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Take every text for a common one, and for a rare one."""
    monkeypatch.setattr(lead_text, "COMMON", request.param)


async def found(viewer: Viewer, q: str, known: list[UUID]) -> set[UUID]:
    """Return what the list finds, and see that the board, its heads and what it looks at again say the same."""
    narrowed = BoardFilter(q=q)
    page = await list_leads(viewer, LeadFilter(narrowed, sort="-score"), limit=50, cursor=None)
    ids = [lead.id for lead in page.items]
    assert len(ids) == len(set(ids)), q
    board = await read_board(viewer, narrowed)
    assert {card.id for column in board.columns for card in column.cards} == set(ids), q
    heads = await read_heads(viewer, narrowed, tuple(Stage))
    for head, column in zip(heads, board.columns, strict=True):
        assert head.count == column.count == len(column.cards), q
        assert head.value == column.value, q
    again, _ = await read_changed(viewer, narrowed, known)
    assert {card.id for card in again} == set(ids), q
    return set(ids)


async def test_any_fragment_finds_every_lead_of_whoever_fits(owner: asyncpg.Connection, cast: Cast) -> None:
    grace = await make.customer(owner, **GRACE)
    stages = ("qualified", "closed_won", "closed_lost")
    hers = [await make.lead(owner, cast.rita, stage, customer_id=grace, expected_value=7) for stage in stages]
    others = [await make.lead(owner, cast.omar), await make.lead(owner, cast.rita)]
    known = [*hers, *others]
    for q in FRAGMENTS:
        assert await found(cast.rita, q, known) == set(hers), q
        assert await found(cast.ada, q, known) == set(hers), q
        assert await found(cast.omar, q, known) == set(), q
    for q in ("_", "grace hoppers", "hopper system 51%", "\\"):
        assert await found(cast.rita, q, known) == set(), q


async def test_words_too_long_for_an_index_are_found(owner: asyncpg.Connection, cast: Cast) -> None:
    long = await make.customer(owner, name="Ω-race " * 400, company="Endless")
    lead = await make.lead(owner, cast.rita, customer_id=long)
    other = await make.lead(owner, cast.rita, customer_id=await make.customer(owner, name="Other " * 400))
    for viewer in (cast.rita, cast.ada):
        assert await found(viewer, "endless", [lead, other]) == {lead}


async def test_a_column_with_a_text_goes_on_where_it_ended(owner: asyncpg.Connection, cast: Cast) -> None:
    leads = {
        await make.lead(owner, cast.rita, customer_id=await make.customer(owner, company="Acme"), score=n)
        for n in range(30)
    }
    for viewer in (cast.rita, cast.ada):
        narrowed = BoardFilter(q="acme")
        first = await read_column(viewer, narrowed, Stage.LEAD, None)
        assert (first.count, len(first.cards)) == (30, 25)
        rest = await read_column(viewer, narrowed, Stage.LEAD, first.next_cursor)
        assert {card.id for card in (*first.cards, *rest.cards)} == leads
        assert [card.score for card in (*first.cards, *rest.cards)] == list(range(29, -1, -1))


async def test_pages_of_the_list_with_a_text_hold_every_lead_once(
    owner: asyncpg.Connection, cast: Cast
) -> None:
    acme = await make.customer(owner, company="Acme")
    stages = ("closed_won", "closed_lost", "closed_lost", "lead", "closed_won")
    leads = [await make.lead(owner, cast.rita, stage, customer_id=acme, score=50) for stage in stages]
    seen: list[UUID] = []
    cursor: str | None = None
    while True:
        narrowed = LeadFilter(BoardFilter(q="acme"), sort="-score")
        page = await list_leads(cast.ada, narrowed, limit=2, cursor=cursor)
        seen += [lead.id for lead in page.items]
        if (cursor := page.next_cursor) is None:
            break
    assert seen == sorted(leads, reverse=True)
