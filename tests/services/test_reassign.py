"""Many leads go to others: dealt out fairly, told on each timeline, and back again."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import pytest

from app.contracts.pipeline import AssignRequest
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.core.ids import uuid7
from app.domain.reassign import Wanted, shares
from app.services import reassign, staff
from app.services.leads import assign_lead
from tests import make

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from uuid import UUID

    import asyncpg
    from httpx import AsyncClient as Client

    from app.domain.reassign import Reassignment
    from tests.cast import Cast

pytestmark = pytest.mark.usefixtures("pool")


def from_rita(cast: Cast, *to: str, **changed: Any) -> Wanted:
    return Wanted(
        **{
            "from_id": cast.rita.id,
            "to_ids": to or (cast.omar.id,),
            "stage": None,
            "reason": "On leave",
            **changed,
        }
    )


async def carry_out(cast: Cast, wanted: Wanted) -> Reassignment:
    task_id = uuid7()
    await reassign.start(cast.ada, task_id, wanted)
    await reassign.move_due()
    return await reassign.read_reassignment(cast.ada, task_id)


async def owners(owner: asyncpg.Connection) -> dict[UUID, str | None]:
    return {
        row["id"]: row["assigned_to_id"] for row in await owner.fetch("SELECT id, assigned_to_id FROM lead")
    }


async def second_rep(owner: asyncpg.Connection, cast: Cast) -> str:
    """Ada sells as well: an admin with a rep id may own leads."""
    await owner.execute("UPDATE staff SET rep_id = 'R-1004' WHERE id = $1", cast.ada.id)
    return cast.ada.id


async def test_leads_are_looked_at_before_they_move(owner: asyncpg.Connection, cast: Cast) -> None:
    other = await second_rep(owner, cast)
    for stage in ("lead", "lead", "qualified", "closed_lost"):
        await make.lead(owner, cast.rita, stage)
    seen = await reassign.preview(cast.ada, from_rita(cast, cast.omar.id, other))
    assert seen.stages == (("lead", 2), ("qualified", 1))
    assert (seen.total, seen.shares) == (3, ((cast.omar.id, 2), (other, 1)))
    assert set((await owners(owner)).values()) == {cast.rita.id}


async def test_each_stage_is_dealt_out_in_turn(owner: asyncpg.Connection, cast: Cast) -> None:
    other = await second_rep(owner, cast)
    for number in range(30):
        await make.lead(owner, cast.rita, ("lead", "qualified", "negotiation")[number % 3], score=number)
    done = await carry_out(cast, from_rita(cast, cast.omar.id, other))
    assert (done.state, done.outcomes, done.settled) == ("done", {"moved": 30}, 30)
    rows = await owner.fetch("SELECT stage, assigned_to_id, count(*) FROM lead GROUP BY 1, 2")
    assert {row["count"] for row in rows} == {5}
    assert len(rows) == 6


async def test_every_lead_tells_who_moved_it_and_why(owner: asyncpg.Connection, cast: Cast) -> None:
    await make.lead(owner, cast.rita)
    await carry_out(cast, from_rita(cast))
    entry = await owner.fetchrow("SELECT kind, actor_id, data, body FROM activity JOIN activity_text ON true")
    assert (entry["kind"], entry["actor_id"]) == ("lead_assigned", cast.ada.id)
    assert json.loads(entry["data"])["to"] == cast.omar.id
    assert json.loads(entry["body"]) == {"reason": "On leave"}


async def test_the_timeline_says_from_whom_to_whom_and_why(
    owner: asyncpg.Connection, cast: Cast, signed_in: Callable[[str], Awaitable[Client]]
) -> None:
    mine, nobodys = await make.lead(owner, cast.rita), await make.lead(owner, None)
    done = await carry_out(cast, from_rita(cast))
    wanted = AssignRequest(assigned_to_id=cast.omar.id, version=1, reason="Speaks **Dutch**")
    await assign_lead(cast.ada, nobodys, wanted, None)
    omar = await signed_in("omar")
    page = (await omar.get(f"/leads/{mine}")).text
    assert f"From {cast.rita.name} to {cast.omar.name}" in page
    assert "<p>On leave</p>" in page
    page = (await omar.get(f"/leads/{nobodys}")).text
    assert f">To {cast.omar.name}</p>" in page
    assert "Speaks <strong>Dutch</strong>" in page
    await reassign.undo(cast.ada, done.id)
    await reassign.move_due()
    page = (await (await signed_in("rita")).get(f"/leads/{mine}")).text
    assert f"From {cast.omar.name} to {cast.rita.name}" in page
    assert "Taken back: On leave" in page


async def test_it_can_be_taken_back_and_what_went_on_since_stays(
    owner: asyncpg.Connection, cast: Cast
) -> None:
    leads = [await make.lead(owner, cast.rita) for _ in range(3)]
    done = await carry_out(cast, from_rita(cast))
    await owner.execute("UPDATE lead SET assigned_to_id = $2 WHERE id = $1", leads[0], cast.ada.id)
    await reassign.undo(cast.ada, done.id)
    with pytest.raises(Conflict):
        await reassign.undo(cast.ada, done.id)
    await reassign.move_due()
    undone = await reassign.read_reassignment(cast.ada, done.id)
    assert (undone.state, undone.outcomes) == ("undone", {"kept": 1, "returned": 2})
    assert await owners(owner) == {leads[0]: cast.ada.id, leads[1]: cast.rita.id, leads[2]: cast.rita.id}
    assert not undone.can_undo


async def test_what_changed_after_the_plan_is_left_alone(owner: asyncpg.Connection, cast: Cast) -> None:
    closed, given, kept = [await make.lead(owner, cast.rita) for _ in range(3)]
    task_id = uuid7()
    await reassign.start(cast.ada, task_id, from_rita(cast))
    await owner.execute(
        "UPDATE lead SET stage = 'closed_lost', status = 'disqualified', lost_reason = 'other', closed_at = now()"
        " WHERE id = $1",
        closed,
    )
    await owner.execute("UPDATE lead SET assigned_to_id = $2 WHERE id = $1", given, cast.ada.id)
    await reassign.move_due()
    done = await reassign.read_reassignment(cast.ada, task_id)
    assert done.outcomes == {"moved": 1, "skipped": 2}
    assert (await owners(owner))[kept] == cast.omar.id


async def test_leads_of_nobody_are_shared_out_and_given_back(owner: asyncpg.Connection, cast: Cast) -> None:
    lead = await make.lead(owner, None)
    done = await carry_out(cast, from_rita(cast, from_id=None))
    assert await owners(owner) == {lead: cast.omar.id}
    await reassign.undo(cast.ada, done.id)
    await reassign.move_due()
    assert await owners(owner) == {lead: None}


async def test_one_stage_only(owner: asyncpg.Connection, cast: Cast) -> None:
    await make.lead(owner, cast.rita, "lead")
    wanted = await make.lead(owner, cast.rita, "negotiation")
    await carry_out(cast, from_rita(cast, stage="negotiation"))
    assert [lead for lead, who in (await owners(owner)).items() if who == cast.omar.id] == [wanted]


async def test_two_workers_and_two_clicks_move_each_lead_once(owner: asyncpg.Connection, cast: Cast) -> None:
    for _ in range(60):
        await make.lead(owner, cast.rita)
    task_id = uuid7()
    await asyncio.gather(*(reassign.start(cast.ada, task_id, from_rita(cast)) for _ in range(2)))
    await asyncio.gather(*(reassign.move_due() for _ in range(3)))
    await reassign.move_due()
    done = await reassign.read_reassignment(cast.ada, task_id)
    assert (done.state, done.outcomes) == ("done", {"moved": 60})
    assert await owner.fetchval("SELECT count(*) FROM activity") == 60


@pytest.mark.parametrize(
    ("changed", "pointer"),
    [
        ({"to_ids": ()}, "#/to"),
        ({"to_ids": ("nobody",)}, "#/to"),
        ({"from_id": "nobody-such"}, "#/from"),
        ({"stage": "closed_won"}, "#/stage"),
        ({"stage": "nowhere"}, "#/stage"),
        ({"reason": " "}, "#/reason"),
        ({"reason": "x" * 501}, "#/reason"),
        ({"to_ids": tuple(map(str, range(51)))}, "#/to"),
    ],
)
async def test_what_is_wrong_moves_nothing(
    owner: asyncpg.Connection, cast: Cast, changed: dict[str, Any], pointer: str
) -> None:
    await make.lead(owner, cast.rita)
    with pytest.raises(Invalid) as caught:
        await reassign.start(cast.ada, uuid7(), from_rita(cast, **changed))
    assert [problem.pointer for problem in caught.value.problems] == [pointer]
    assert await owner.fetchval("SELECT count(*) FROM reassignment") == 0


async def test_nobody_gets_leads_who_gives_them_or_does_not_sell(
    owner: asyncpg.Connection, cast: Cast
) -> None:
    await owner.execute("UPDATE staff SET active = false WHERE id = $1", cast.omar.id)
    for receiver in (cast.rita.id, cast.sam.id, cast.omar.id):
        with pytest.raises(Invalid):
            await reassign.preview(cast.ada, from_rita(cast, receiver))


async def test_only_admins_reassign(cast: Cast) -> None:
    for who in (cast.rita, cast.sam):
        with pytest.raises(Forbidden):
            await reassign.preview(who, from_rita(cast))
        with pytest.raises(Forbidden):
            await reassign.start(who, uuid7(), from_rita(cast))
        with pytest.raises(Forbidden):
            await staff.list_staff(who)
    with pytest.raises(NotFound):
        await reassign.undo(cast.ada, uuid7())


def test_shares_differ_by_one_at_most() -> None:
    assert shares(7, ["a", "b", "c"]) == (("a", 3), ("b", 2), ("c", 2))
    assert shares(0, ["a"]) == (("a", 0),)


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
