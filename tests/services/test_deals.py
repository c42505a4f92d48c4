"""Small changes of a lead: the next step, the deal, another try after a loss."""

from __future__ import annotations

import json
from datetime import UTC, timedelta, timezone
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from app.core.clock import now
from app.core.errors import Conflict, Invalid, LeadIsClosed, NotFound, StaleLead
from app.domain.deal import Deal, Plan
from app.domain.idempotency import Key
from app.domain.lead import FollowUp
from app.domain.pipeline import Stage
from app.domain.sale import Loss
from app.services.closing import close_lost
from app.services.deals import change_deal, plan_follow_up
from app.services.new_leads import reopen_lead
from app.services.pipeline import move_lead
from tests import make

if TYPE_CHECKING:
    import asyncpg

    from tests.cast import Cast

pytestmark = pytest.mark.usefixtures("pool", "redis")


def in_days(days: int, note: str = "Call") -> Plan:
    return Plan(FollowUp(now() + timedelta(days=days), note))


async def test_a_plan_is_on_the_lead_and_on_the_timeline(owner: asyncpg.Connection, cast: Cast) -> None:
    lead = await make.lead(owner, cast.rita)
    planned = (await plan_follow_up(cast.rita, lead, 1, in_days(2), None)).value
    assert (planned.follow_up_note, planned.version) == ("Call", 2)
    done = (await plan_follow_up(cast.rita, lead, 2, Plan(FollowUp(None), done=True), None)).value
    assert done.follow_up_at is None
    kinds = [row["kind"] for row in await owner.fetch("SELECT kind FROM activity ORDER BY seq")]
    assert kinds == ["follow_up_set", "follow_up_done"]


async def test_what_was_planned_is_written_in_utc(owner: asyncpg.Connection, cast: Cast) -> None:
    at = now().astimezone(timezone(timedelta(hours=2))) + timedelta(days=2)
    lead, lost = [await make.lead(owner, cast.rita) for _ in range(2)]
    await plan_follow_up(cast.rita, lead, 1, Plan(FollowUp(at)), None)
    await close_lost(cast.rita, lost, 1, Loss("timing", try_again_at=at), None)
    rows = await owner.fetch("SELECT data ->> 'follow_up_at' AS at FROM activity")
    assert [row["at"] for row in rows] == [at.astimezone(UTC).isoformat()] * 2


async def test_nothing_is_planned_for_yesterday_or_without_a_day(
    owner: asyncpg.Connection, cast: Cast
) -> None:
    lead = await make.lead(owner, cast.rita)
    for wrong in (in_days(-1), in_days(5000), Plan(FollowUp(None, "Call"))):
        with pytest.raises(Invalid):
            await plan_follow_up(cast.rita, lead, 1, wrong, None)


async def test_whoever_comes_too_late_learns_who_was_quicker(owner: asyncpg.Connection, cast: Cast) -> None:
    lead = await make.lead(owner, cast.rita)
    await move_lead(cast.ada, lead, "qualified", 1, None)
    with pytest.raises(StaleLead) as caught:
        await plan_follow_up(cast.rita, lead, 1, in_days(1), None)
    assert caught.value.changed
    assert caught.value.changed[0] == cast.ada.name


async def test_a_deal_changes_and_the_timeline_tells_no_amount(owner: asyncpg.Connection, cast: Cast) -> None:
    lead = await make.lead(owner, cast.rita, expected_value=100)
    day = now().date() + timedelta(days=30)
    changed = (await change_deal(cast.rita, lead, 1, Deal(Decimal("1234.5"), day), None)).value
    assert changed.expected_value
    assert (changed.expected_value.amount, changed.expected_close_on) == (Decimal("1234.50"), day)
    assert "1234" not in str(
        await owner.fetch("SELECT * FROM activity LEFT JOIN activity_text USING (customer_id)")
    )
    for wrong in (Decimal("0.001"), Decimal(-1), Decimal("NaN")):
        with pytest.raises(Invalid):
            await change_deal(cast.rita, lead, 2, Deal(wrong, None), None)


async def test_another_reps_lead_is_not_there(owner: asyncpg.Connection, cast: Cast) -> None:
    lead = await make.lead(owner, cast.omar)
    with pytest.raises(NotFound):
        await change_deal(cast.rita, lead, 1, Deal(None, None), None)
    with pytest.raises(NotFound):
        await reopen_lead(cast.rita, lead, None)


async def test_a_lost_lead_comes_back_and_is_reopened_once(owner: asyncpg.Connection, cast: Cast) -> None:
    lead = await make.lead(owner, cast.rita, expected_value=100)
    again = now() + timedelta(days=60)
    lost = (await close_lost(cast.rita, lead, 1, Loss("timing", try_again_at=again), None)).value
    assert lost.follow_up_at == again
    key = Key.of(cast.rita.id, "k-1", b"")
    first, second = [(await reopen_lead(cast.rita, lead, key)).value for _ in range(2)]
    assert first.id == second.id != lead
    assert (first.reopened_from_id, first.stage, first.assigned_to_id) == (lead, Stage.LEAD, cast.rita.id)
    assert await owner.fetchval("SELECT follow_up_at FROM lead WHERE id = $1", lead) is None
    with pytest.raises(Conflict):
        await reopen_lead(cast.rita, lead, None)


async def test_a_won_lead_has_no_next_step(owner: asyncpg.Connection, cast: Cast) -> None:
    lead = await make.lead(owner, cast.rita, "closed_won")
    with pytest.raises(LeadIsClosed):
        await plan_follow_up(cast.rita, lead, 1, in_days(1), None)


async def test_the_timeline_says_which_way_a_deal_went_and_no_amount(
    owner: asyncpg.Connection, cast: Cast
) -> None:
    lead, soon = await make.lead(owner, cast.rita), now().date() + timedelta(days=30)
    deals = (
        Deal(Decimal(60_000), None),
        Deal(Decimal(6_000), soon),
        Deal(Decimal(6_000), soon),
        Deal(None, soon),
    )
    for version, deal in enumerate((*deals, Deal(Decimal(7_000), None), Deal(Decimal(8_000), None)), 1):
        await change_deal(cast.rita, lead, version, deal, None)
    rows = [json.loads(row["data"]) for row in await owner.fetch("SELECT data FROM activity ORDER BY seq")]
    assert [row.get("value", "") for row in rows] == ["set", "lowered", "", "removed", "set", "raised"]
    days = [(row["was_to_close_on"], row["expected_close_on"]) for row in rows if "was_to_close_on" in row]
    assert days == [(None, soon.isoformat()), (soon.isoformat(), None)]
    assert not [row for row in rows if "000" in str(row)]
