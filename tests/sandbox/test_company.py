"""The demo company is believable, the same for one seed, and leaves every guard of the database in place."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import asyncpg
import pytest

from app.core.errors import Conflict
from app.domain.pipeline import Stage
from app.domain.timeline import KINDS
from app.sandbox.company import Wanted, demo, seed
from app.sandbox.company.batches import BATCH
from app.sandbox.company.customers import TABLES
from tests import make
from tests.cast import CAST

if TYPE_CHECKING:
    from tests.database import Place

GUARDS = """
    SELECT indexdef AS guard FROM pg_indexes WHERE schemaname = 'public'
    UNION ALL SELECT relname FROM pg_class WHERE relforcerowsecurity
    UNION ALL SELECT tgname || tgenabled::text FROM pg_trigger WHERE NOT tgisinternal
    UNION ALL SELECT conrelid::regclass || conname || pg_get_constraintdef(oid) FROM pg_constraint
        WHERE convalidated AND connamespace = 'public'::regnamespace
    ORDER BY guard"""
CLOSED = """
    SELECT (closed_at AT TIME ZONE 'UTC')::date, stage, count(*), coalesce(sum(expected_value), 0)
    FROM lead WHERE closed_at IS NOT NULL GROUP BY 1, 2 ORDER BY 1, 2"""
BROKEN = """
    SELECT count(*) FROM activity LEFT JOIN activity before
        ON before.customer_id = activity.customer_id AND before.seq = activity.seq - 1
    WHERE activity.hash <> sha256(convert_to(activity_canonical(activity), 'UTF8'))
        OR activity.prev_hash IS DISTINCT FROM before.hash"""
UNCOMMITTED = """
    SELECT count(*) FROM activity JOIN activity_text body ON body.activity_id = activity.id
    WHERE activity.commitment IS DISTINCT FROM sha256(body.salt || convert_to(body.body, 'UTF8'))"""


async def everything(owner: asyncpg.Connection) -> str:
    """Return a digest of all rows but for what the database's clock has written."""
    digest = hashlib.sha256()
    for table in ("staff", *TABLES):
        for row in await owner.fetch(f"SELECT * FROM {table} ORDER BY 1"):
            known = {
                name: value for name, value in row.items() if name not in {"recorded_at", "hash", "prev_hash"}
            }
            known.pop("log_head", None)
            digest.update(repr(known).encode())
    return digest.hexdigest()


async def test_the_demo_shows_something_in_every_column(owner: asyncpg.Connection, database: Place) -> None:
    made = await demo(database.owner_url)
    stages = await owner.fetch(
        "SELECT stage, count(DISTINCT assigned_to_id) AS reps FROM lead GROUP BY stage"
    )
    assert {row["stage"] for row in stages} == set(Stage)
    assert {row["reps"] for row in stages} == {2}
    assert made.leads == 140
    assert str(made).startswith("140 leads of ")
    assert len(await owner.fetch("SELECT id FROM sale WHERE closed_at > now() - interval '30 days'")) > 2
    assert len(await owner.fetch("SELECT id FROM ticket WHERE status IN ('open', 'pending')")) > 2
    rep_ids = {rep_id for (rep_id,) in await owner.fetch("SELECT rep_id FROM staff WHERE rep_id IS NOT NULL")}
    assert rep_ids == {CAST.rita.rep_id, CAST.omar.rep_id}
    assert await owner.fetchval("SELECT count(*) FROM customer WHERE sso_user_id IS NOT NULL") == 12
    goals = await owner.fetch("SELECT staff_id FROM sales_goal WHERE month < now() AND amount > 0")
    assert {row["staff_id"] for row in goals} == {CAST.rita.id, CAST.omar.id}


async def test_every_lead_has_its_form_in_the_log_and_every_sale_its_delivery(
    owner: asyncpg.Connection, database: Place
) -> None:
    await demo(database.owner_url)
    unexplained = """
        SELECT count(*) FROM lead LEFT JOIN capture_submission form ON form.lead_id = lead.id
            AND form.customer_id = lead.customer_id AND form.received_at = lead.created_at
        WHERE form.raw->>'form_id' IS DISTINCT FROM lead.form_id"""
    undelivered = """
        SELECT count(*) FROM outbox LEFT JOIN delivery ON event_id = outbox.id AND ok AND at = published_at
        WHERE event_id IS NULL"""
    assert await owner.fetchval(unexplained) == 0
    assert await owner.fetchval(undelivered) == 0


async def test_history_happened_in_order_and_in_the_past(owner: asyncpg.Connection, database: Place) -> None:
    await seed(database.owner_url, Wanted(leads=300))
    wrong = await owner.fetchval(
        "SELECT count(*) FROM activity LEFT JOIN lead ON lead.id = activity.lead_id"
        " WHERE occurred_at > now() OR occurred_at < lead.created_at"
    )
    assert wrong == 0
    kinds = {kind for (kind,) in await owner.fetch("SELECT DISTINCT kind FROM activity")}
    assert kinds <= set(KINDS)
    money = "SELECT sum(clv) = (SELECT sum(amount) FROM sale) FROM customer"
    assert await owner.fetchval(money) is True
    points = "SELECT sum((reason->>'points')::int) FROM jsonb_array_elements(score_reasons) reason"
    assert await owner.fetchval(f"SELECT bool_and(score = ({points})) FROM lead") is True
    waiting = "SELECT count(*) FROM outbox WHERE published_at IS NULL OR position IS NULL"
    assert await owner.fetchval(waiting) == 0


async def test_the_timeline_is_chained_and_every_text_committed_to(
    owner: asyncpg.Connection, database: Place
) -> None:
    made = await seed(database.owner_url, Wanted(leads=100))
    assert await owner.fetchval("SELECT count(*) FROM activity") == made.entries
    assert await owner.fetchval(BROKEN) == 0
    assert await owner.fetchval(UNCOMMITTED) == 0
    heads = "SELECT count(*) FROM customer WHERE log_head IS DISTINCT FROM (SELECT hash FROM activity WHERE"
    assert await owner.fetchval(f"{heads} customer_id = customer.id AND seq = log_seq)") == 0


async def test_the_same_seed_draws_the_same_company(database: Place) -> None:
    found: list[str] = []
    for number in (1, 1, 2):
        await database.refresh()
        await seed(database.owner_url, Wanted(leads=60, reps=3, seed=number))
        owner = await asyncpg.connect(database.owner_url)
        found.append(await everything(owner))
        await owner.close()
    assert found[0] == found[1] != found[2]


async def test_a_company_of_several_batches_is_as_whole_as_a_small_one(
    owner: asyncpg.Connection, database: Place
) -> None:
    made = await seed(database.owner_url, Wanted(leads=BATCH + 100, reps=3, entries=12_000))
    assert made.leads == BATCH + 100
    assert abs(made.entries - 12_000) < 100
    assert await owner.fetchval("SELECT count(*) FROM activity") == made.entries
    assert await owner.fetchval(BROKEN) == 0
    assert await owner.fetchval("SELECT count(DISTINCT email_norm) FROM customer") == made.customers
    counted = (
        "SELECT coalesce(assigned_to_id, ''), stage, count(*), coalesce(sum(expected_value), 0) FROM lead"
    )
    kept = await owner.fetch("SELECT owner_id, stage, leads, value FROM lead_total ORDER BY 1, 2")
    assert [tuple(row) for row in kept] == [
        tuple(row) for row in await owner.fetch(f"{counted} GROUP BY 1, 2 ORDER BY 1, 2")
    ]
    on_days = await owner.fetch("SELECT closed_on, stage, leads, value FROM closed_total ORDER BY 1, 2")
    assert [tuple(row) for row in on_days] == [tuple(row) for row in await owner.fetch(CLOSED)]


async def test_a_seed_that_dies_half_way_leaves_nothing_and_every_guard(
    owner: asyncpg.Connection, database: Place
) -> None:
    before = await owner.fetch(GUARDS)

    def die(what: str, done: int, of: int) -> None:
        if what == "Keys and indexes" and done > of / 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await seed(database.owner_url, Wanted(leads=10), die)
    assert await owner.fetch(GUARDS) == before
    assert await owner.fetchval("SELECT count(*) FROM customer") == 0


async def test_no_guard_is_left_open(owner: asyncpg.Connection, database: Place) -> None:
    before = await owner.fetch(GUARDS)
    await seed(database.owner_url, Wanted(leads=10))
    assert await owner.fetch(GUARDS) == before


@pytest.mark.parametrize("reps", [1, 7])
async def test_there_are_as_many_reps_as_asked_for(
    owner: asyncpg.Connection, database: Place, reps: int
) -> None:
    await seed(database.owner_url, Wanted(leads=200, reps=reps))
    owners = await owner.fetchval("SELECT count(DISTINCT assigned_to_id) FROM lead")
    assert owners == reps
    assert await owner.fetchval("SELECT count(*) FROM staff WHERE rep_id IS NOT NULL") == max(reps, 2)


async def test_progress_is_told(owner: asyncpg.Connection, database: Place) -> None:
    told: list[tuple[str, int, int]] = []
    await seed(database.owner_url, Wanted(leads=25), lambda *news: told.append(news))
    assert told[0] == ("Leads", 25, 25)
    steps = [done for what, done, _ in told if what == "Keys and indexes"]
    assert steps == [*range(1, told[-1][2] + 1)]


async def test_only_an_empty_database_is_filled(owner: asyncpg.Connection, database: Place) -> None:
    await make.customer(owner)
    with pytest.raises(Conflict, match="not empty"):
        await demo(database.owner_url)
    assert await owner.fetchval("SELECT count(*) FROM lead") == 0


async def test_whoever_signed_in_before_stays_as_they_are(owner: asyncpg.Connection, database: Place) -> None:
    columns = "id, name, email, created_at, updated_at"
    await owner.execute(f"INSERT INTO staff ({columns}) VALUES ($1, 'Rita', '', now(), now())", CAST.rita.id)
    await demo(database.owner_url)
    assert await owner.fetchval("SELECT name FROM staff WHERE id = $1", CAST.rita.id) == "Rita"
