"""A lead that is not ready to buy rests until a day, and comes back by itself or by whoever works on it."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import asyncpg
import msgspec
import pytest

from app.contracts.activity_log import ActivityLog
from app.core.clock import now
from app.core.errors import Forbidden, Invalid, LeadIsClosed, NotFound, StaleLead
from app.domain.board import BoardFilter, rots_at
from app.domain.deal import Plan
from app.domain.idempotency import Key
from app.domain.lead import FollowUp
from app.domain.my_day import today_of
from app.domain.pipeline import Status
from app.services.activities import NextStage, log_on_page
from app.services.board import read_board
from app.services.deals import plan_follow_up
from app.services.leads import read_lead
from app.services.pipeline import move_lead
from app.store import my_day
from app.store.transaction import reading
from tests import make
from tests.cast import CAST

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from app.domain.viewer import Viewer
    from tests.cast import Cast

pytestmark = pytest.mark.usefixtures("pool", "redis")

DAY = timedelta(days=1)
WHY = "Their budget opens in spring"


def until(at: datetime | None, note: str = WHY) -> Plan:
    return Plan(FollowUp(at, note), nurture=True)


@pytest.fixture
async def lead(owner: asyncpg.Connection, cast: Cast) -> UUID:
    """A lead of rita's that has been rotting, and is nurtured from now on."""
    made = await make.lead(owner, cast.rita, "qualified", status="working", stage_entered_at=now() - 90 * DAY)
    await plan_follow_up(cast.rita, made, 1, until(now() + 90 * DAY), None)
    return made


async def entries(owner: asyncpg.Connection) -> list[tuple[str, bool]]:
    """Return the kind of each entry, and whether it says that a lead is worked on again."""
    rows = await owner.fetch("SELECT kind, data FROM activity ORDER BY seq")
    return [(row["kind"], "resumed" in json.loads(row["data"])) for row in rows]


async def log(who: Viewer, lead: UUID, then: NextStage | None = None, **given: Any) -> None:
    customer = (await read_lead(CAST.ada, lead)).customer.id
    asked = {"customer_id": customer, "user_id": who.id, "activity_type": "Call", "notes": "Hello", **given}
    await log_on_page(who, msgspec.convert(asked, ActivityLog), None, then)


async def sections(cast: Cast) -> set[str]:
    """Return where on rita's day something is to do."""
    async with reading(cast.rita):
        return {each.name for each in await my_day.read_sections(cast.rita, today_of(now(), cast.rita.zone))}


async def test_it_stays_in_its_stage_and_the_timeline_says_until_when(
    owner: asyncpg.Connection, cast: Cast, lead: UUID
) -> None:
    found = await read_lead(cast.rita, lead)
    assert (found.stage.value, found.status, found.version) == ("qualified", Status.NURTURING, 2)
    assert (found.follow_up_note, await entries(owner)) == (WHY, [("lead_nurtured", False)])
    row = await owner.fetchrow("SELECT data, body FROM activity JOIN activity_text ON activity_id = id")
    assert WHY in row["body"]
    assert found.follow_up_at
    assert json.loads(row["data"]) == {"follow_up_at": found.follow_up_at.isoformat()}


async def test_before_its_day_it_asks_for_nothing_and_then_it_is_due(
    owner: asyncpg.Connection, cast: Cast, lead: UUID
) -> None:
    assert await sections(cast) == set()
    assert rots_at(await read_lead(cast.rita, lead)) is None
    for narrowed, expected in (({"rotting": True}, 0), ({"due": "none"}, 0), ({"due": "nurturing"}, 1)):
        board = await read_board(cast.rita, BoardFilter(**narrowed))
        assert sum(column.count for column in board.columns) == expected
    await owner.execute("UPDATE lead SET follow_up_at = now() - interval '1 minute'")
    assert await sections(cast) == {"overdue"}
    assert sum(each.count for each in (await read_board(cast.rita, BoardFilter(rotting=True))).columns) == 0


@pytest.mark.parametrize("when", [None, now() - DAY, now() + 5000 * DAY])
async def test_a_day_to_come_back_is_required(
    owner: asyncpg.Connection, cast: Cast, when: datetime | None
) -> None:
    made = await make.lead(owner, cast.rita)
    with pytest.raises(Invalid):
        await plan_follow_up(cast.rita, made, 1, until(when, ""), None)
    assert await owner.fetchval("SELECT status FROM lead") == "new"
    with pytest.raises(asyncpg.CheckViolationError):
        await owner.execute("UPDATE lead SET status = 'nurturing'")


async def test_only_who_sells_it_nurtures_an_open_lead_as_it_is(
    owner: asyncpg.Connection, cast: Cast
) -> None:
    lead, lost = await make.lead(owner, cast.rita), await make.lead(owner, cast.rita, "closed_lost")
    wanted = until(now() + DAY)
    for who, which, version, refused in (
        (cast.omar, lead, 1, NotFound), (cast.sam, lead, 1, Forbidden), (cast.rita, lead, 7, StaleLead),
        (cast.rita, lost, 1, LeadIsClosed),
    ):  # fmt: skip
        with pytest.raises(refused):
            await plan_follow_up(who, which, version, wanted, None)
    assert await owner.fetchval("SELECT count(*) FROM activity") == 0
    key = Key.of(cast.ada.id, "k-1", b"")
    first, again = [(await plan_follow_up(cast.ada, lead, 1, wanted, key)).value for _ in range(2)]
    assert first == again
    assert await entries(owner) == [("lead_nurtured", False)]


async def test_another_day_keeps_it_nurtured(owner: asyncpg.Connection, cast: Cast, lead: UUID) -> None:
    later = now() + 200 * DAY
    found = (await plan_follow_up(cast.rita, lead, 2, until(later, ""), None)).value
    assert (found.status, found.follow_up_at, found.follow_up_note) == (Status.NURTURING, later, "")
    assert [kind for kind, _ in await entries(owner)] == ["lead_nurtured"] * 2


@pytest.mark.parametrize("at", [None, now() + DAY])
async def test_another_next_step_or_none_is_work_again(
    owner: asyncpg.Connection, cast: Cast, lead: UUID, at: datetime | None
) -> None:
    found = (await plan_follow_up(cast.rita, lead, 2, Plan(FollowUp(at)), None)).value
    assert (found.status, found.follow_up_at) == (Status.WORKING, at)
    assert (await entries(owner))[1] == ("lead_resumed", False)


async def test_a_move_is_work_again_and_keeps_what_was_planned(
    owner: asyncpg.Connection, cast: Cast, lead: UUID
) -> None:
    moved = (await move_lead(cast.rita, lead, "negotiation", 2, None)).value
    assert (moved.status, moved.follow_up_note) == (Status.WORKING, WHY)
    assert await read_lead(cast.rita, lead) == moved
    assert (await entries(owner))[1] == ("stage_changed", True)
    await move_lead(cast.rita, lead, "qualified", 3, None)
    assert (await entries(owner))[2] == ("stage_changed", False)


SPOKE = (
    {"outcome": "reached"}, {}, {"direction": "inbound"}, {"activity_type": "Meeting", "outcome": "held"},
    {"activity_type": "Email", "outcome": "received"}, {"activity_type": "Email", "direction": "inbound"},
    {"outcome": "no_answer", "follow_up_at": now() + DAY},
)  # fmt: skip
UNHEARD = (
    {"outcome": "no_answer"}, {"outcome": "left_message"}, {"activity_type": "Meeting", "outcome": "no_show"},
    {"activity_type": "Email", "outcome": "sent"}, {"activity_type": "Email"}, {"activity_type": "Note"},
)  # fmt: skip


@pytest.mark.parametrize(("given", "ends"), [(each, each in SPOKE) for each in (*SPOKE, *UNHEARD)])
async def test_a_conversation_ends_it_and_a_try_does_not(
    owner: asyncpg.Connection, cast: Cast, lead: UUID, given: dict[str, Any], *, ends: bool
) -> None:
    await log(cast.rita, lead, **given)
    found = await read_lead(cast.rita, lead)
    assert (found.status is Status.WORKING) == ends
    assert (await entries(owner))[1][1] == ends
    assert found.follow_up_at == given.get("follow_up_at", found.follow_up_at)


async def test_whoever_speaks_with_them_ends_it_support_too(
    owner: asyncpg.Connection, cast: Cast, lead: UUID
) -> None:
    await log(cast.sam, lead, outcome="reached")
    assert (await read_lead(cast.rita, lead)).status is Status.WORKING


async def test_a_try_and_a_move_in_one_breath_end_it_once(
    owner: asyncpg.Connection, cast: Cast, lead: UUID
) -> None:
    await log(cast.rita, lead, NextStage("negotiation", 2), outcome="no_answer")
    assert await entries(owner) == [("lead_nurtured", False), ("call_logged", False), ("stage_changed", True)]
    assert (await read_lead(cast.rita, lead)).status is Status.WORKING
