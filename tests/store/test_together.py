"""Writes that travel together keep their promises when many want the same rows."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from app.contracts.activity_log import ActivityLog
from app.core.errors import NotFound, StaleLead
from app.domain.idempotency import Key
from app.services.activities import log_activity
from app.services.pipeline import move_lead
from tests import make

if TYPE_CHECKING:
    from uuid import UUID

    import asyncpg

    from tests.cast import Cast


async def test_calls_and_moves_of_one_lead_at_once_all_count(
    owner: asyncpg.Connection, cast: Cast, pool: None
) -> None:
    customer = await make.customer(owner)
    lead = await make.lead(owner, cast.rita, customer_id=customer)
    calls = [
        log_activity(cast.rita, _call(cast, customer), Key.of(cast.rita.id, f"k{n}", b"")) for n in range(12)
    ]
    moves = [move_lead(cast.rita, lead, "qualified", 1, None) for _ in range(2)]
    done = await asyncio.gather(*calls, *moves, return_exceptions=True)
    assert [
        wrong for wrong in done if isinstance(wrong, Exception) and not isinstance(wrong, StaleLead)
    ] == []
    moved = sum(not isinstance(outcome, Exception) for outcome in done[-2:])
    row = await owner.fetchrow(
        "SELECT * FROM lead JOIN customer ON customer.id = customer_id WHERE lead.id = $1", lead
    )
    assert row["version"] == 1 + len(calls) + moved
    assert row["log_seq"] == len(calls) + moved
    assert row["status"] == "working"
    assert row["last_contact_at"] == await owner.fetchval(
        "SELECT max(occurred_at) FROM activity WHERE kind = 'call_logged'"
    )
    assert (
        await owner.fetchval("SELECT count(*) FROM activity WHERE lead_id = $1", lead) == len(calls) + moved
    )


async def test_the_same_key_at_once_logs_once_and_says_the_same(
    owner: asyncpg.Connection, cast: Cast, pool: None
) -> None:
    customer = await make.customer(owner)
    await make.lead(owner, cast.rita, customer_id=customer)
    key = Key.of(cast.rita.id, "twice", b"")
    outcomes = await asyncio.gather(*(log_activity(cast.rita, _call(cast, customer), key) for _ in range(4)))
    assert len({outcome.value.hash for outcome in outcomes}) == 1
    assert {outcome.value.recorded_at for outcome in outcomes} == {outcomes[0].value.recorded_at}
    assert sum(outcome.replayed for outcome in outcomes) == 3
    assert await owner.fetchval("SELECT count(*) FROM activity") == 1


async def test_a_contact_without_an_open_lead_moves_the_date_only(
    owner: asyncpg.Connection, cast: Cast, pool: None
) -> None:
    customer = await make.customer(owner)
    await make.lead(owner, cast.rita, "closed_won", customer_id=customer)
    recorded = (await log_activity(cast.rita, _call(cast, customer), None)).value
    assert recorded.lead_id is None
    assert await owner.fetchval("SELECT last_contact_at IS NOT NULL FROM customer WHERE id = $1", customer)
    with pytest.raises(NotFound):
        await log_activity(cast.omar, _call(cast, customer, cast.omar.id), None)


def _call(cast: Cast, customer: UUID, user_id: str | None = None) -> ActivityLog:
    return ActivityLog(
        customer_id=customer, user_id=user_id or cast.rita.id, activity_type="Call", notes="Rang"
    )
