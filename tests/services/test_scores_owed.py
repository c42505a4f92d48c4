"""Whatever changes what a score is made of owes another at once, though the last was given a moment ago."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import asyncpg
import pytest

from app.contracts.activity_log import ActivityLog
from app.core.clock import now
from app.domain.merge import Wish
from app.domain.scoring.engagement import GOOD_FOR
from app.services.activities import log_activity
from app.services.corrections import correct_entry
from app.services.lead_capture import capture_lead
from app.services.merge import merge_customers
from app.services.score_models import activate_version, read_overview
from app.services.scoring import score_due, score_portion
from tests import make
from tests.services.test_identity_events import GRACE, event, receive
from tests.services.test_scoring import another_version
from tests.wait import WAITING, until

if TYPE_CHECKING:
    from uuid import UUID

    from tests.cast import Cast
    from tests.database import Place

pytestmark = pytest.mark.usefixtures("pool")
OLD = "old@grace.example"
INDEXED = """
    SELECT string_agg(DISTINCT attname, ', ') FROM pg_index JOIN pg_depend ON objid = indexrelid AND refobjid = indrelid
    JOIN pg_attribute ON attrelid = refobjid AND attnum = refobjsubid WHERE indrelid = 'lead'::regclass"""


@pytest.fixture
async def customer_id(owner: asyncpg.Connection, cast: Cast) -> UUID:
    """Grace, whose open lead has just been scored."""
    customer = await make.customer(owner, email=OLD, sso_user_id=GRACE)
    await make.lead(owner, cast.rita, customer_id=customer, score=40, score_due_at=now() + GOOD_FOR)
    return customer


async def is_owed(owner: asyncpg.Connection, customer_id: UUID) -> Any:
    sql = "SELECT score_due_at <= $2 FROM lead WHERE customer_id = $1 AND closed_at IS NULL"
    return await owner.fetchval(sql, customer_id, now())


@pytest.mark.parametrize(
    ("said", "owed"),
    [
        ({"activity_type": "Call", "direction": "inbound"}, True),
        ({"activity_type": "Call", "direction": "outbound"}, False),
        ({"activity_type": "Call"}, False),
        ({"activity_type": "Email", "direction": "inbound"}, True),
        ({"activity_type": "Meeting", "outcome": "held"}, True),
        ({"activity_type": "Meeting", "outcome": "no_show"}, False),
        ({"activity_type": "Note"}, False),
    ],
)
async def test_what_a_customer_does_owes_a_score_and_what_a_rep_does_changes_none(
    owner: asyncpg.Connection, cast: Cast, customer_id: UUID, said: dict[str, Any], owed: object
) -> None:
    assert not await is_owed(owner, customer_id)
    logged = ActivityLog(customer_id=customer_id, user_id=cast.rita.id, notes="Hello", **said)
    await log_activity(cast.rita, logged, None)
    assert await is_owed(owner, customer_id) is owed


async def test_a_rep_s_further_call_changes_nothing_that_an_index_holds(
    owner: asyncpg.Connection, cast: Cast, customer_id: UUID
) -> None:
    """PostgreSQL then leaves all of the lead's indexes alone. The first one makes it a lead that is worked on."""
    indexed: Any = await owner.fetchval(INDEXED)
    assert "score_due_at" in indexed
    await log_activity(cast.rita, ActivityLog(customer_id, cast.rita.id, "Call", "Anybody there?"), None)
    held = f"SELECT {indexed} FROM lead"
    before = await owner.fetchrow(held)
    await log_activity(cast.rita, ActivityLog(customer_id, cast.rita.id, "Call", "Hello"), None)
    assert await owner.fetchval("SELECT version FROM lead") == 3
    assert await owner.fetchrow(held) == before


async def test_a_form_that_joins_the_lead_owes_a_score(owner: asyncpg.Connection, customer_id: UUID) -> None:
    form = json.dumps({"name": "Grace Hopper", "email": OLD}).encode()
    assert (await capture_lead("cms", form, None)).value.outcome == "merged"
    assert await is_owed(owner, customer_id)


async def test_a_merge_owes_a_score(owner: asyncpg.Connection, cast: Cast, customer_id: UUID) -> None:
    gone = await make.customer(owner)
    await merge_customers(cast.ada, Wish(customer_id, gone), None)
    assert await is_owed(owner, customer_id)


async def test_a_correction_owes_a_score_for_what_it_takes_away(
    owner: asyncpg.Connection, cast: Cast, customer_id: UUID
) -> None:
    call = await make.activity(owner, customer_id, cast.rita, data={"direction": "inbound"})
    await correct_entry(cast.rita, customer_id, call, "It was somebody else", None)
    assert await is_owed(owner, customer_id)


async def test_another_address_owes_a_score(owner: asyncpg.Connection, customer_id: UUID) -> None:
    assert await receive(event(version=1, email="grace@gmail.com")) == ["accepted"]
    assert await is_owed(owner, customer_id)


async def test_a_version_waits_for_the_batch_under_way(
    owner: asyncpg.Connection, cast: Cast, database: Place
) -> None:
    lead = await make.lead(owner, cast.rita, score_due_at=now())
    await score_due()
    await another_version(owner)
    await owner.execute("UPDATE lead SET score_due_at = now(), source = 'referral' WHERE id = $1", lead)
    holder = await asyncpg.connect(database.owner_url)
    await holder.execute("BEGIN")
    await holder.execute("LOCK TABLE score_snapshot")  # the score is written, its snapshot waits
    scoring = asyncio.create_task(score_due())
    await until(lambda: waiting(owner, 1), "the batch waits")
    taking_over = asyncio.create_task(activate_version(cast.ada, "rules-v2"))
    await until(lambda: waiting(owner, 2), "the version waits")
    await holder.close()
    assert await scoring == 1
    await taking_over
    assert (await read_overview(cast.ada)).outdated.leads == 1
    assert await score_portion() == 1
    assert await owner.fetchval("SELECT score_version FROM lead") == "rules-v2"


async def test_what_is_late_or_forgotten_counts_as_outdated_too(
    owner: asyncpg.Connection, cast: Cast
) -> None:
    for due in (now() - GOOD_FOR, None, now() + GOOD_FOR / 2):
        await make.lead(owner, cast.rita, score_due_at=due, score_version="rules-v0")
    await make.lead(owner, cast.rita, score_due_at=now() - GOOD_FOR)
    assert await score_due(1) == 1
    await another_version(owner)
    await activate_version(cast.ada, "rules-v2")
    scored = await owner.fetchval("SELECT count(*) FROM lead WHERE score_version IS NOT NULL")
    outdated = (await read_overview(cast.ada)).outdated.leads
    assert outdated == scored
    assert outdated >= 3


async def waiting(owner: asyncpg.Connection, wanted: int) -> bool:
    return int(await owner.fetchval(WAITING) or 0) >= wanted
