"""The list of leads: every sort pages through all of them once, in order, and only the viewer's."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from app.core import clock
from app.core.errors import Forbidden, Invalid
from app.domain.board import BoardFilter
from app.domain.lead_list import CLOSED_STAGES, LAST_CLOSED, LeadFilter
from app.domain.pipeline import Stage
from app.services.leads import list_leads
from app.store.lead_list import SORTS
from tests import make

if TYPE_CHECKING:
    import asyncpg

    from app.domain.lead import Lead
    from app.domain.viewer import Viewer
    from tests.cast import Cast

pytestmark = pytest.mark.usefixtures("pool")


async def all_pages(viewer: Viewer, narrowed: LeadFilter, limit: int = 3) -> list[Lead]:
    found: list[Lead] = []
    cursor = None
    while True:
        page = await list_leads(viewer, narrowed, limit=limit, cursor=cursor)
        found += page.items
        cursor = page.next_cursor
        if cursor is None:
            return found


@pytest.fixture
async def ten(owner: asyncpg.Connection, cast: Cast) -> None:
    """Ten leads of rita's with equal and missing values among them, and one of omar's."""
    for n in range(10):
        await make.lead(
            owner,
            cast.rita,
            "qualified" if n % 2 else "lead",
            score=None if n == 0 else n // 2 * 10,
            win_probability=None,
            expected_value=None if n % 3 == 0 else n * 100,
            follow_up_at=None if n % 4 == 0 else clock.now() + timedelta(days=n // 3),
        )
    await make.lead(owner, cast.omar)


@pytest.mark.usefixtures("ten")
@pytest.mark.parametrize("sort", [sort for sort in SORTS if sort != LAST_CLOSED])
async def test_every_sort_shows_every_lead_once(owner: asyncpg.Connection, cast: Cast, sort: str) -> None:
    found = await all_pages(cast.rita, LeadFilter(sort=sort))
    whole = await list_leads(cast.rita, LeadFilter(sort=sort), limit=100, cursor=None)
    assert [lead.id for lead in found] == [lead.id for lead in whole.items]
    assert len({lead.id for lead in found}) == 10
    assert await owner.fetchval("SELECT count(*) FROM lead") == 11


async def test_closed_leads_are_paged_by_when_they_were_closed(owner: asyncpg.Connection, cast: Cast) -> None:
    for n in range(7):
        stage = "closed_won" if n % 2 else "closed_lost"
        await make.lead(owner, cast.rita, stage, closed_at=clock.now() - timedelta(days=n // 2))
    await make.lead(owner, cast.rita)
    found = await all_pages(cast.rita, LeadFilter(stages=CLOSED_STAGES, sort=LAST_CLOSED))
    assert len({lead.id for lead in found}) == 7
    when = [lead.closed_at for lead in found]
    assert when == sorted(when, key=str, reverse=True)
    with pytest.raises(Invalid):
        await all_pages(cast.rita, LeadFilter(sort=LAST_CLOSED))


@pytest.mark.usefixtures("ten")
async def test_the_best_score_comes_first(cast: Cast) -> None:
    found = await all_pages(cast.rita, LeadFilter(sort="-score"))
    scores = [-1 if lead.score is None else lead.score for lead in found]
    assert scores == sorted(scores, reverse=True)


@pytest.mark.usefixtures("ten")
async def test_stage_and_text_narrow_it(owner: asyncpg.Connection, cast: Cast) -> None:
    assert len(await all_pages(cast.rita, LeadFilter(stages=(Stage.QUALIFIED,)))) == 5
    await owner.execute(
        "UPDATE customer SET name = '100%_sure' WHERE id = (SELECT customer_id FROM lead LIMIT 1)"
    )
    assert [lead.customer.name for lead in await all_pages(cast.ada, LeadFilter(BoardFilter(q="%_S")))] == [
        "100%_sure"
    ]
    assert len(await all_pages(cast.ada, LeadFilter(BoardFilter(q="%")))) == 1


@pytest.mark.usefixtures("ten")
async def test_nonsense_is_refused(cast: Cast) -> None:
    by_score = await list_leads(cast.rita, LeadFilter(sort="-score"), limit=2, cursor=None)
    for cursor in ("nonsense", "WzFd", "é", by_score.next_cursor):
        with pytest.raises(Invalid):
            await list_leads(cast.rita, LeadFilter(), limit=2, cursor=cursor)
    with pytest.raises(Invalid):
        await list_leads(cast.rita, LeadFilter(sort="id; DROP TABLE lead"), limit=2, cursor=None)
    with pytest.raises(Forbidden):
        await list_leads(cast.sam, LeadFilter(), limit=2, cursor=None)
