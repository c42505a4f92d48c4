"""Scores are given from what the tables owe, by the active version, and never to a closed lead."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from app.core.clock import now
from app.domain.scoring.engagement import GOOD_FOR, GROUPS, Touch, shows_interest
from app.domain.scoring.model import COLD_START
from app.gateways import live, queue
from app.services.pipeline import move_lead
from app.services.score_models import activate_version, read_overview
from app.services.scoring import owe_forgotten, score_due, score_news, score_portion
from tests import make
from tests.hearing import changes
from tests.wait import PATIENCE

if TYPE_CHECKING:
    from uuid import UUID

    import asyncpg
    from redis.asyncio import Redis

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
    assert lead["score_version"] == "rules-v1"
    assert lead["scored_at"] <= lead["score_due_at"] - GOOD_FOR <= now()
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


async def test_a_move_owes_no_score_for_a_stage_is_no_feature(owner: asyncpg.Connection, cast: Cast) -> None:
    lead_id = await make.lead(owner, cast.rita, score_due_at=now())
    await score_due()
    before = await row(owner, lead_id)
    await move_lead(cast.rita, lead_id, "negotiation", before["version"], None)
    assert await score_due() == 0
    await owe(owner, lead_id)
    assert await score_due() == 1
    after = await row(owner, lead_id)
    assert (after["stage"], after["score_reasons"]) == ("negotiation", before["score_reasons"])


async def test_open_boards_hear_of_new_scores_and_not_of_the_same_again(
    owner: asyncpg.Connection, cast: Cast, redis: Redis
) -> None:
    heard = redis.pubsub()
    await heard.subscribe(live.CHANNEL)
    first = await make.lead(owner, cast.rita, score_due_at=now())
    await score_due()
    await owe(owner, first)
    await score_due()
    last = await make.lead(owner, cast.rita, score_due_at=now())
    await score_due()
    await queue.settle()
    told = Counter[str]()
    while str(last) not in told:
        message = await heard.get_message(timeout=PATIENCE)
        assert message is not None, "the last score is announced"
        # A channel is heard in every database of the server, by all who test.
        told.update(change["lead_id"] for change in changes(message))
    assert told[str(first)] == 1


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


async def test_the_newest_debt_is_paid_first_and_in_the_end_all(
    owner: asyncpg.Connection, cast: Cast
) -> None:
    young, old, older = [
        await make.lead(owner, cast.rita, score_due_at=now() - timedelta(minutes=age)) for age in (0, 2, 3)
    ]
    assert await score_due(2) == 2
    scored = [(await row(owner, lead_id))["score"] is not None for lead_id in (young, old, older)]
    assert scored == [True, True, False]
    assert await score_due() == 1
    assert await score_due() == 0


async def test_a_wake_up_scores_what_is_new_and_leaves_the_rest_to_the_sweep(
    owner: asyncpg.Connection, cast: Cast
) -> None:
    imported = [
        await make.lead(owner, cast.rita, score_due_at=now() - timedelta(minutes=5)) for _ in range(3)
    ]
    new = await make.lead(owner, cast.rita, score_due_at=now())
    await score_news()
    assert (await row(owner, new))["score"] is not None
    assert [(await row(owner, lead_id))["score"] for lead_id in imported] == [None] * 3
    assert await score_portion(portion=1) == 3, "a batch is not broken up"
    assert await score_portion() == 0


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


async def test_a_lead_an_older_release_scored_gets_its_next_score(
    owner: asyncpg.Connection, cast: Cast
) -> None:
    at = now()
    scored = await make.lead(owner, cast.rita, scored_at=at, score_due_at=None)
    never = await make.lead(owner, cast.rita, score_due_at=None)
    await make.lead(owner, cast.rita, score_due_at=at + GOOD_FOR)
    await make.lead(owner, cast.rita, "closed_lost", scored_at=at - timedelta(days=2))
    assert await owe_forgotten() == 2
    assert (await row(owner, scored))["score_due_at"] == at + GOOD_FOR
    assert await score_due() == 1
    assert (await row(owner, never))["score"] is not None
    assert await owe_forgotten() == 0


async def test_another_version_scores_everybody_anew_after_what_is_due(
    owner: asyncpg.Connection, cast: Cast
) -> None:
    leads = [await make.lead(owner, cast.rita, score_due_at=now()) for _ in range(3)]
    closed = await make.lead(owner, cast.rita, "closed_won", score=44)
    assert await score_portion() == 3
    await another_version(owner)
    await activate_version(cast.ada, "rules-v2")
    outdated = (await read_overview(cast.ada)).outdated
    assert (outdated.leads, outdated.minutes) == (3, 1)
    new = await make.lead(owner, cast.rita, score_due_at=now())
    assert await score_portion(portion=1) == 1
    assert (await row(owner, new))["score_version"] == "rules-v2"
    assert await score_portion() == 3
    assert {(await row(owner, lead_id))["score_version"] for lead_id in leads} == {"rules-v2"}
    assert (await row(owner, closed))["score"] == 44
    assert await score_portion() == 0
    assert (await read_overview(cast.ada)).outdated.leads == 0


async def another_version(owner: asyncpg.Connection) -> None:
    await owner.execute(
        "INSERT INTO score_model SELECT 'rules-v2', kind, body, metrics, decision, false, created_by_id, now()"
        " FROM score_model WHERE version = 'rules-v1'"
    )


async def test_whatever_the_tables_hold_a_batch_goes_through(owner: asyncpg.Connection, cast: Cast) -> None:
    await make.lead(owner, cast.rita, score_due_at=now(), answers=["odd"], campaign=["odd"])
    erased = await make.customer(owner, email=None)
    await make.lead(owner, cast.rita, customer_id=erased, score_due_at=now(), answers={"team_size": 7})
    assert await score_due() == 2
