"""Scores are given from what the tables owe, by the active version, and never to a closed lead."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from app.core.clock import now
from app.domain.scoring.engagement import GROUPS, Touch, shows_interest
from app.domain.scoring.model import COLD_START
from app.services.scoring import owe_old_scores, score_due
from tests import make

if TYPE_CHECKING:
    from uuid import UUID

    import asyncpg

    from tests.cast import Cast

pytestmark = pytest.mark.usefixtures("pool")


async def row(owner: asyncpg.Connection, lead_id: UUID) -> Any:
    return await owner.fetchrow("SELECT * FROM lead WHERE id = $1", lead_id)


async def count(owner: asyncpg.Connection, table: str, lead_id: UUID) -> Any:
    return await owner.fetchval(f"SELECT count(*) FROM {table} WHERE lead_id = $1", lead_id)


async def owe(owner: asyncpg.Connection, lead_id: UUID) -> None:
    await owner.execute("UPDATE lead SET score_due_at = now() WHERE id = $1", lead_id)


async def test_a_lead_gets_a_score_its_reasons_and_a_snapshot(owner: asyncpg.Connection, cast: Cast) -> None:
    lead_id = await make.lead(owner, cast.rita, form_id="demo-request", score_due_at=now())
    assert await score_due() == 1
    lead = await row(owner, lead_id)
    reasons = {reason["label"]: reason["points"] for reason in json.loads(lead["score_reasons"])}
    assert reasons["Asked for a demo"] == 20
    assert sum(reasons.values()) == lead["score"]
    assert 0 < lead["win_probability"] < 1
    assert (lead["score_version"], lead["score_due_at"]) == ("rules-v1", None)
    snapshot: Any = await owner.fetchrow("SELECT * FROM score_snapshot WHERE lead_id = $1", lead_id)
    assert snapshot["score"] == lead["score"]
    assert json.loads(snapshot["features"])["form"] == "demo-request"


async def test_nothing_that_shows_interest_is_kept_from_scoring(owner: asyncpg.Connection) -> None:
    touches = [
        Touch(kind, now(), direction, outcome)
        for kind in (*GROUPS, "note_added")
        for direction in ("inbound", "outbound", None)
        for outcome in ("merged", "created", "held", "no_show", "reached", None)
    ]
    for touch in filter(shows_interest, touches):
        said = {"direction": touch.direction, "outcome": touch.outcome}
        data = json.dumps({name: value for name, value in said.items() if value})
        assert await owner.fetchval("SELECT may_show_interest($1, $2)", touch.kind, data), touch


async def test_a_score_never_makes_an_open_page_stale(owner: asyncpg.Connection, cast: Cast) -> None:
    lead_id = await make.lead(owner, cast.rita, score_due_at=now())
    before = await row(owner, lead_id)
    assert await score_due() == 1
    after = await row(owner, lead_id)
    assert (after["version"], after["updated_at"]) == (before["version"], before["updated_at"])


async def test_the_same_facts_leave_one_snapshot_and_no_entry(owner: asyncpg.Connection, cast: Cast) -> None:
    lead_id = await make.lead(owner, cast.rita)
    for _ in range(2):
        await owe(owner, lead_id)
        assert await score_due() == 1
    assert await count(owner, "score_snapshot", lead_id) == 1
    assert await count(owner, "activity", lead_id) == 0


async def test_a_call_from_the_customer_raises_the_score_and_the_timeline_tells(
    owner: asyncpg.Connection, cast: Cast
) -> None:
    customer_id = await make.customer(owner)
    lead_id = await make.lead(owner, cast.rita, customer_id=customer_id, score_due_at=now())
    await score_due()
    before = (await row(owner, lead_id))["score"]
    await make.activity(owner, customer_id, cast.rita, lead_id=lead_id, data={"direction": "inbound"})
    await owe(owner, lead_id)
    await score_due()
    after = (await row(owner, lead_id))["score"]
    assert after == before + 12
    data: Any = await owner.fetchval("SELECT data FROM activity WHERE kind = 'score_changed'")
    assert json.loads(data) == {"from": before, "to": after, "version": "rules-v1"}


async def test_a_corrected_entry_counts_no_more(owner: asyncpg.Connection, cast: Cast) -> None:
    customer_id = await make.customer(owner)
    lead_id = await make.lead(owner, cast.rita, customer_id=customer_id)
    wrong = await make.activity(owner, customer_id, cast.rita, lead_id=lead_id, data={"direction": "inbound"})
    await make.activity(
        owner, customer_id, cast.rita, lead_id=lead_id, kind="entry_corrected", corrects_id=wrong
    )
    await owe(owner, lead_id)
    assert await score_due() == 1
    assert "Called us lately" not in (await row(owner, lead_id))["score_reasons"]


async def test_a_closed_lead_keeps_the_score_it_had(owner: asyncpg.Connection, cast: Cast) -> None:
    lead_id = await make.lead(owner, cast.rita, "closed_won", score=44, score_due_at=now())
    assert await score_due() == 0
    assert (await row(owner, lead_id))["score"] == 44


async def test_the_sweep_pays_the_oldest_debts_first(owner: asyncpg.Connection, cast: Cast) -> None:
    moment = now()
    young, old, older = [
        await make.lead(owner, cast.rita, score_due_at=moment - timedelta(minutes=age)) for age in (1, 2, 3)
    ]
    assert await score_due(2) == 2
    assert [(await row(owner, lead_id))["score"] is None for lead_id in (young, old, older)] == [
        True,
        False,
        False,
    ]
    assert await score_due() == 1
    assert await score_due() == 0


async def test_a_lead_being_changed_is_left_to_the_next_sweep(owner: asyncpg.Connection, cast: Cast) -> None:
    lead_id = await make.lead(owner, cast.rita, score_due_at=now())
    async with owner.transaction():
        await owner.execute("SELECT FROM lead WHERE id = $1 FOR UPDATE", lead_id)
        assert await score_due() == 0
    assert await score_due() == 1


async def test_many_scorers_at_once_leave_one_consistent_history(
    owner: asyncpg.Connection, cast: Cast
) -> None:
    lead_ids = [await make.lead(owner, cast.rita, score_due_at=now()) for _ in range(5)]
    await asyncio.gather(*(score_due(limit) for limit in (5, 5, 1, 2, 3)))
    await score_due()
    assert [await count(owner, "score_snapshot", lead_id) for lead_id in lead_ids] == [1] * 5


async def test_the_cold_start_is_seeded_once(owner: asyncpg.Connection, cast: Cast) -> None:
    for _ in range(2):
        await make.lead(owner, cast.rita, score_due_at=now())
        await score_due()
    models = await owner.fetch("SELECT version, kind, active FROM score_model")
    assert [tuple(model) for model in models] == [(COLD_START.version, "rules", True)]


async def test_a_day_old_score_is_owed_again(owner: asyncpg.Connection, cast: Cast) -> None:
    old = await make.lead(owner, cast.rita, scored_at=now() - timedelta(days=2))
    await make.lead(owner, cast.rita, scored_at=now())
    await make.lead(owner, cast.rita, "closed_lost", scored_at=now() - timedelta(days=2))
    assert await owe_old_scores() == 1
    assert (await row(owner, old))["score_due_at"] is not None


async def test_whatever_the_tables_hold_a_batch_goes_through(owner: asyncpg.Connection, cast: Cast) -> None:
    await make.lead(owner, cast.rita, score_due_at=now(), answers=["odd"], campaign=["odd"])
    erased = await make.customer(owner, email=None)
    await make.lead(owner, cast.rita, customer_id=erased, score_due_at=now(), answers={"team_size": 7})
    assert await score_due() == 2
