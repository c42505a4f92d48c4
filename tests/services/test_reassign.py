"""Many leads go to others: dealt out fairly, told on each timeline, and back again."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from app.contracts.pipeline import AssignRequest
from app.core import clock
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.core.ids import uuid7
from app.domain.reassign import Receivers
from app.services import reassign, staff
from app.services.leads import assign_lead
from app.services.pipeline import move_lead
from tests import make
from tests.cast import CAST
from tests.services.reassigning import carry_out, of, owners, second_rep, take_back, to

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    import asyncpg
    from httpx import AsyncClient as Client

    from tests.cast import Cast

pytestmark = pytest.mark.usefixtures("pool")

CLOSE = (
    "UPDATE lead SET stage = 'closed_lost', status = 'disqualified', lost_reason = 'other', closed_at = now()"
    " WHERE id = $1"
)


async def test_each_stage_is_dealt_out_in_turn(owner: asyncpg.Connection, cast: Cast) -> None:
    other = await second_rep(owner, cast)
    for number in range(30):
        await make.lead(owner, cast.rita, ("lead", "qualified", "negotiation")[number % 3], score=number)
    done = await carry_out(cast, of(cast.rita), to(cast.omar.id, other))
    assert (done.state, done.outcomes, done.settled) == ("done", {"moved": 30}, 30)
    rows = await owner.fetch("SELECT stage, assigned_to_id, count(*) FROM lead GROUP BY 1, 2")
    assert {row["count"] for row in rows} == {5}
    assert len(rows) == 6


async def test_every_lead_tells_who_moved_it_and_why(owner: asyncpg.Connection, cast: Cast) -> None:
    await make.lead(owner, cast.rita)
    await carry_out(cast, of(cast.rita), to(cast.omar.id))
    entry = await owner.fetchrow("SELECT kind, actor_id, data, body FROM activity JOIN activity_text ON true")
    assert (entry["kind"], entry["actor_id"]) == ("lead_assigned", cast.ada.id)
    assert json.loads(entry["data"])["to"] == cast.omar.id
    assert json.loads(entry["body"]) == {"reason": "On leave"}


async def test_the_timeline_says_from_whom_to_whom_and_why(
    owner: asyncpg.Connection, cast: Cast, signed_in: Callable[[str], Awaitable[Client]]
) -> None:
    mine, nobodys = await make.lead(owner, cast.rita), await make.lead(owner, None)
    done = await carry_out(cast, of(cast.rita), to(cast.omar.id))
    wanted = AssignRequest(assigned_to_id=cast.omar.id, version=1, reason="Speaks **Dutch**")
    await assign_lead(cast.ada, nobodys, wanted, None)
    omar = await signed_in("omar")
    page = (await omar.get(f"/leads/{mine}")).text
    assert f"From {cast.rita.name} to {cast.omar.name}" in page
    assert "<p>On leave</p>" in page
    page = (await omar.get(f"/leads/{nobodys}")).text
    assert f">To {cast.omar.name}</p>" in page
    assert "Speaks <strong>Dutch</strong>" in page
    await take_back(cast, done)
    page = (await (await signed_in("rita")).get(f"/leads/{mine}")).text
    assert f"From {cast.omar.name} to {cast.rita.name}" in page
    assert "Taken back: On leave" in page


async def test_it_can_be_taken_back_and_what_went_on_since_stays(
    owner: asyncpg.Connection, cast: Cast
) -> None:
    given, closed, moved, called = [await make.lead(owner, cast.rita) for _ in range(4)]
    done = await carry_out(cast, of(cast.rita), to(cast.omar.id))
    await owner.execute("UPDATE lead SET assigned_to_id = $2 WHERE id = $1", given, cast.ada.id)
    await owner.execute(CLOSE, closed)
    await move_lead(cast.omar, moved, "qualified", 2, None)
    await owner.execute("UPDATE lead SET follow_up_at = now(), version = 3 WHERE id = $1", called)
    undone = await take_back(cast, done)
    with pytest.raises(Conflict):
        await reassign.undo(cast.ada, done.id)
    assert (undone.state, undone.outcomes) == ("undone", {"kept": 3, "returned": 1})
    assert undone.stayed == {"kept:closed": 1, "kept:given": 1, "kept:moved_on": 1}
    assert await owners(owner) == {
        given: cast.ada.id,
        closed: cast.omar.id,
        moved: cast.omar.id,
        called: cast.rita.id,
    }
    assert undone.undo_until is None


async def test_it_can_be_taken_back_for_a_day(
    owner: asyncpg.Connection, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    await make.lead(owner, cast.rita)
    done = await carry_out(cast, of(cast.rita), to(cast.omar.id))
    assert done.finished_at
    assert done.undo_until == done.finished_at + timedelta(hours=24)
    with monkeypatch.context() as later:
        later.setattr(clock, "now", lambda: done.undo_until)
        assert not done.can_undo(clock.now())
        with pytest.raises(Conflict):
            await reassign.undo(cast.ada, done.id)
    just_before = done.finished_at + timedelta(hours=24, seconds=-1)
    monkeypatch.setattr(clock, "now", lambda: just_before)
    assert done.can_undo(clock.now())
    assert (await take_back(cast, done)).outcomes == {"returned": 1}


async def test_what_changed_since_it_was_looked_at_stays(owner: asyncpg.Connection, cast: Cast) -> None:
    closed, given, planned, kept = [await make.lead(owner, cast.rita) for _ in range(4)]
    done = await carry_out(
        cast,
        of(cast.rita),
        to(cast.omar.id),
        owner.execute(CLOSE, closed),
        assign_lead(cast.ada, given, AssignRequest(assigned_to_id=cast.omar.id, version=1), None),
        owner.execute("UPDATE lead SET follow_up_at = now(), version = 2 WHERE id = $1", planned),
        make.lead(owner, cast.rita),
    )
    assert done.outcomes == {"moved": 1, "skipped": 3}
    assert done.stayed == {"skipped:closed": 1, "skipped:changed": 2}
    assert (await owners(owner))[kept] == cast.omar.id
    assert await owner.fetchval("SELECT count(*) FROM lead WHERE assigned_to_id = $1", cast.rita.id) == 3


async def test_what_changed_after_the_plan_is_left_alone(owner: asyncpg.Connection, cast: Cast) -> None:
    closed, given, kept = leads = [await make.lead(owner, cast.rita) for _ in range(3)]
    task_id = uuid7()
    await reassign.start(cast.ada, task_id, dict.fromkeys(leads, 1), to(cast.omar.id))
    await owner.execute(CLOSE, closed)
    await owner.execute("UPDATE lead SET assigned_to_id = $2 WHERE id = $1", given, cast.ada.id)
    await reassign.move_due()
    done = await reassign.read_reassignment(cast.ada, task_id)
    assert done.outcomes == {"moved": 1, "skipped": 2}
    assert done.stayed == {"skipped:closed": 1, "skipped:given": 1}
    assert (await owners(owner))[kept] == cast.omar.id


async def test_who_left_after_the_plan_is_passed_over(owner: asyncpg.Connection, cast: Cast) -> None:
    other, mine = await second_rep(owner, cast), [await make.lead(owner, cast.rita) for _ in range(4)]
    task_id = uuid7()
    await reassign.start(cast.ada, task_id, dict.fromkeys(mine, 1), to(cast.omar.id, other))
    await owner.execute("UPDATE staff SET active = false WHERE id = $1", cast.omar.id)
    await reassign.move_due()
    done = await reassign.read_reassignment(cast.ada, task_id)
    assert (done.outcomes, done.stayed) == ({"moved": 4}, {"moved:next": 2})
    assert set((await owners(owner)).values()) == {other}
    assert (await take_back(cast, done)).outcomes == {"returned": 4}
    assert set((await owners(owner)).values()) == {cast.rita.id}


@pytest.mark.parametrize("gone", ["active = false", "rep_id = NULL"])
async def test_where_nobody_is_left_to_get_a_lead_it_stays(
    owner: asyncpg.Connection, cast: Cast, signed_in: Callable[[str], Awaitable[Client]], gone: str
) -> None:
    lead, task_id = await make.lead(owner, None), uuid7()
    await reassign.start(cast.ada, task_id, {lead: 1}, to(cast.omar.id))
    await owner.execute(f"UPDATE staff SET {gone} WHERE id = $1", cast.omar.id)
    await reassign.move_due()
    done = await reassign.read_reassignment(cast.ada, task_id)
    assert (done.state, done.stayed, await owners(owner)) == ("done", {"skipped:nobody": 1}, {lead: None})
    assert await owner.fetchval("SELECT count(*) FROM activity") == 0
    page = (await (await signed_in("ada")).get(f"/admin/reassign/{task_id}")).text
    assert "left alone: 1 as nobody chosen sells any more" in page


async def test_who_has_a_lead_is_not_given_it(owner: asyncpg.Connection, cast: Cast) -> None:
    lead = await make.lead(owner, cast.omar)
    task_id = uuid7()
    await reassign.start(cast.ada, task_id, {lead: 1}, to(cast.omar.id))
    await reassign.move_due()
    assert (await reassign.read_reassignment(cast.ada, task_id)).stayed == {"skipped:given": 1}
    assert await owner.fetchval("SELECT count(*) FROM activity") == 0


async def test_leads_of_nobody_are_shared_out_and_given_back(owner: asyncpg.Connection, cast: Cast) -> None:
    lead = await make.lead(owner, None)
    done = await carry_out(cast, of(None), to(cast.omar.id))
    assert await owners(owner) == {lead: cast.omar.id}
    await take_back(cast, done)
    assert await owners(owner) == {lead: None}


async def test_two_workers_and_two_clicks_move_each_lead_once(owner: asyncpg.Connection, cast: Cast) -> None:
    seen = {await make.lead(owner, cast.rita): 1 for _ in range(60)}
    task_id = uuid7()
    await asyncio.gather(*(reassign.start(cast.ada, task_id, seen, to(cast.omar.id)) for _ in range(2)))
    await asyncio.gather(*(reassign.move_due() for _ in range(3)))
    await reassign.move_due()
    done = await reassign.read_reassignment(cast.ada, task_id)
    assert (done.state, done.outcomes) == ("done", {"moved": 60})
    assert await owner.fetchval("SELECT count(*) FROM activity") == 60


@pytest.mark.parametrize(
    ("receivers", "pointer"),
    [
        (to(), "#/receiver"),
        (to("nobody"), "#/receiver"),
        (to(*map(str, range(51))), "#/receiver"),
        (to(CAST.omar.id, why=" "), "#/why"),
        (to(CAST.omar.id, why="x" * 501), "#/why"),
    ],
)
async def test_what_is_wrong_moves_nothing(
    owner: asyncpg.Connection, cast: Cast, receivers: Receivers, pointer: str
) -> None:
    lead = await make.lead(owner, cast.rita)
    for ask in (
        reassign.preview(cast.ada, of(cast.rita), receivers),
        reassign.start(cast.ada, uuid7(), {lead: 1}, receivers),
    ):
        with pytest.raises(Invalid) as caught:
            await ask
        assert [problem.pointer for problem in caught.value.problems] == [pointer]
    assert await owner.fetchval("SELECT count(*) FROM reassignment") == 0


async def test_nobody_gets_leads_who_gives_them_or_does_not_sell(
    owner: asyncpg.Connection, cast: Cast
) -> None:
    await owner.execute("UPDATE staff SET active = false WHERE id = $1", cast.omar.id)
    for receiver in (cast.rita.id, cast.sam.id, cast.omar.id):
        with pytest.raises(Invalid):
            await reassign.preview(cast.ada, of(cast.rita), to(receiver))


async def test_only_admins_reassign(cast: Cast) -> None:
    for who in (cast.rita, cast.sam):
        with pytest.raises(Forbidden):
            await reassign.preview(who, of(cast.rita), None)
        with pytest.raises(Forbidden):
            await reassign.start(who, uuid7(), {uuid7(): 1}, to(cast.omar.id))
        with pytest.raises(Forbidden):
            await staff.list_staff(who)
    with pytest.raises(NotFound):
        await reassign.undo(cast.ada, uuid7())


async def test_a_deactivated_rep_asks_for_a_successor(owner: asyncpg.Connection, cast: Cast) -> None:
    await make.lead(owner, cast.rita)
    await make.lead(owner, None)
    await make.event(owner, "e", "dead")
    await owner.execute("UPDATE staff SET active = false WHERE id = $1", cast.rita.id)
    waits = await staff.read_attention(cast.ada)
    assert (waits.leads_of_inactive, waits.unassigned_leads, waits.dead_events) == (1, 1, 1)
    rita = next(line for line in await staff.list_staff(cast.ada) if line.id == cast.rita.id)
    assert (rita.needs_successor, rita.open_leads, rita.can_own_leads) == (True, 1, False)


async def test_an_admin_says_which_reps_captured_leads_go_to(owner: asyncpg.Connection, cast: Cast) -> None:
    await staff.set_accepts_leads(cast.ada, cast.rita.id, accepts=False)
    lines = {line.id: line.accepts_leads for line in await staff.list_staff(cast.ada)}
    assert (lines[cast.rita.id], lines[cast.omar.id]) == (False, True)
    with pytest.raises(NotFound):
        await staff.set_accepts_leads(cast.ada, cast.sam.id, accepts=True)
