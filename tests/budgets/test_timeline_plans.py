"""A page of a timeline costs the same wherever it begins: the index takes it there, also within the row policies."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from app.core.clock import now
from app.domain.timeline import TimelineFilter
from app.domain.viewer import system
from app.services.timeline import read_timeline
from app.store import cursor
from app.store.scoring import TOUCHES
from app.store.timeline import timeline_read
from app.store.timeline_place import page_read
from app.store.timeline_sides import folded_read, newest_read, people_read
from app.store.transaction import connection, transaction
from tests import make

if TYPE_CHECKING:
    from uuid import UUID

    import asyncpg

    from app.domain.viewer import Viewer
    from app.store.read_together import Read
    from tests.cast import Cast

IN_ORDER = re.compile(r"Index (?:Only )?Scan Backward using (\w+) on activity ")
BELOW = "(ROW(occurred_at, seq) < ROW(chain.below_at, chain.below_seq))"

pytestmark = pytest.mark.usefixtures("pool")


@pytest.fixture
async def customer_id(owner: asyncpg.Connection, cast: Cast) -> UUID:
    await make.lead(owner, cast.rita)
    found: Any = await owner.fetchval("SELECT customer_id FROM lead")
    await make.activity(owner, found, cast.rita)
    return found


async def index_conditions(viewer: Viewer, read: Read[Any]) -> list[str]:
    return re.findall(r"Index Cond: (.*)", await plan(viewer, read.sql, *read.args))


async def plan(viewer: Viewer, sql: str, *args: Any) -> str:
    async with transaction(viewer):
        for other_way in ("seqscan", "bitmapscan", "sort"):  # which a table of one row invites to
            await connection().execute(f"SET LOCAL enable_{other_way} = off")
        return "\n".join(row[0] for row in await connection().fetch(f"EXPLAIN {sql}", *args))


@pytest.mark.parametrize("who", ["rita", "sam", "ada"])
async def test_the_page_of_an_entry_is_found_by_the_index(cast: Cast, customer_id: UUID, who: str) -> None:
    viewer, folded = cast.named(who), TimelineFilter((), ("score_changed",))
    entry = (await read_timeline(viewer, customer_id, folded, limit=1, cursor=None)).items[0]
    found = await index_conditions(viewer, page_read(viewer, customer_id, entry, folded))
    assert any("ROW(occurred_at, seq) > ROW(chain.above_at, chain.above_seq)" in each for each in found)


@pytest.mark.parametrize("who", ["rita", "sam", "ada"])
async def test_a_deep_page_is_reached_by_the_index(cast: Cast, customer_id: UUID, who: str) -> None:
    viewer = cast.named(who)
    deep = cursor.encode(now(), 60, customer_id)
    for narrowed in (TimelineFilter((), ("score_changed",)), TimelineFilter(by=cast.sam.id)):
        read = timeline_read(viewer, customer_id, narrowed, limit=30, cursor=deep)
        found = await index_conditions(viewer, read)
        assert [each for each in found if BELOW in each], found
        assert not narrowed.by or [each for each in found if "actor_id = " in each], found
        wanted = "activity_actor_happened" if narrowed.by else "activity_happened"
        assert wanted in IN_ORDER.findall(await plan(viewer, read.sql, *read.args))


@pytest.mark.parametrize("who", ["rita", "sam", "ada"])
async def test_what_is_new_is_found_by_its_number(cast: Cast, customer_id: UUID, who: str) -> None:
    viewer = cast.named(who)
    news = timeline_read(viewer, customer_id, TimelineFilter(after=57), limit=99, cursor=None)
    for read in (news, newest_read(viewer, customer_id)):
        scans = IN_ORDER.findall(await plan(viewer, read.sql, *read.args))
        assert "activity_customer_id_seq_key" in scans, scans


@pytest.mark.parametrize("who", ["rita", "sam", "ada"])
async def test_people_are_found_by_steps_and_what_is_folded_by_its_own_index(
    cast: Cast, customer_id: UUID, who: str
) -> None:
    viewer = cast.named(who)
    people = await index_conditions(viewer, people_read(viewer, customer_id))
    assert [each for each in people if "actor_id > " in each], people
    folded = await index_conditions(viewer, folded_read(viewer, customer_id, TimelineFilter()))
    assert [each for each in folded if "kind = 'score_changed'" in each], folded


async def test_scoring_reads_what_customers_did_and_not_all_that_was_written(customer_id: UUID) -> None:
    viewer = system("jobs")
    found = await plan(viewer, TOUCHES, viewer.id, [customer_id], now())
    assert "Index Scan using activity_touch on activity " in found
