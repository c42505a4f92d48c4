"""The timeline cannot be rewritten: not by the application's login, not by its roles, not by the owner."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import asyncpg
import pytest

from app.store.transaction import connection, transaction
from tests import make

if TYPE_CHECKING:
    from uuid import UUID

    from tests.cast import Cast

pytestmark = pytest.mark.usefixtures("pool")
TRICKS = (
    "UPDATE activity SET kind = 'note_logged'",
    "DELETE FROM activity",
    "TRUNCATE activity CASCADE",
    "INSERT INTO activity SELECT * FROM activity ON CONFLICT (id) DO UPDATE SET kind = 'note_logged'",
    "MERGE INTO activity USING customer ON activity.customer_id = customer.id WHEN MATCHED THEN DELETE",
    "UPDATE activity_text SET body = '{}'",
    "DELETE FROM activity_text",
    "ALTER TABLE activity DISABLE TRIGGER ALL",
    "DROP TRIGGER activity_no_change ON activity",
    "DROP TABLE activity CASCADE",
    "SET session_replication_role = replica",
    "UPDATE customer SET log_seq = 0",
    "UPDATE customer SET log_head = NULL",
    "INSERT INTO activity (id, customer_id, seq) SELECT gen_random_uuid(), customer_id, 1 FROM activity",
    "CREATE OR REPLACE FUNCTION activity_chain() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
    "SET ROLE crm_owner",
)


@pytest.fixture
async def entry(owner: asyncpg.Connection, cast: Cast) -> UUID:
    """One entry of rita's customer."""
    await make.lead(owner, cast.rita)
    return await make.activity(owner, await owner.fetchval("SELECT customer_id FROM lead"), cast.rita)


@pytest.mark.parametrize("trick", TRICKS)
@pytest.mark.parametrize("who", ["rita", "sam", "ada"])
async def test_no_role_of_the_application_changes_history(
    owner: asyncpg.Connection, cast: Cast, entry: UUID, trick: str, who: str
) -> None:
    before = await owner.fetch("SELECT * FROM activity ORDER BY seq")
    with pytest.raises(asyncpg.PostgresError):
        async with transaction(cast.named(who)):
            await connection().execute(trick)
    assert await owner.fetch("SELECT * FROM activity ORDER BY seq") == before
    assert before[0]["id"] == entry


@pytest.mark.usefixtures("entry")
@pytest.mark.parametrize(
    "trick", ["UPDATE activity SET kind = 'x'", "DELETE FROM activity", "TRUNCATE activity CASCADE"]
)
async def test_the_owner_is_bound_too(owner: asyncpg.Connection, trick: str) -> None:
    with pytest.raises(asyncpg.RestrictViolationError):
        await owner.execute(trick)


async def test_each_entry_is_chained_to_the_one_before(
    owner: asyncpg.Connection, cast: Cast, entry: UUID
) -> None:
    customer_id = await owner.fetchval("SELECT customer_id FROM activity WHERE id = $1", entry)
    await make.activity(owner, customer_id, cast.rita, data={"b": 1, "aa": "é\n"})
    rows = await owner.fetch("SELECT *, activity_canonical(activity) AS canonical FROM activity ORDER BY seq")
    assert [row["seq"] for row in rows] == [1, 2]
    assert [row["prev_hash"] for row in rows] == [None, rows[0]["hash"]]
    assert [row["hash"] for row in rows] == [
        hashlib.sha256(row["canonical"].encode()).digest() for row in rows
    ]
    head = await owner.fetchrow("SELECT log_seq, log_head FROM customer WHERE id = $1", customer_id)
    assert tuple(head) == (2, rows[1]["hash"])


async def test_forged_sequence_time_and_hash_are_overwritten(owner: asyncpg.Connection, entry: UUID) -> None:
    customer_id = await owner.fetchval("SELECT customer_id FROM activity WHERE id = $1", entry)
    await owner.execute(
        "INSERT INTO activity (id, customer_id, seq, kind, actor_id, occurred_at, recorded_at, hash)"
        " VALUES (gen_random_uuid(), $1, 99, 'call_logged', 'x', now(), '2001-01-01', decode(repeat('00', 32), 'hex'))",
        customer_id,
    )
    forged = await owner.fetchrow("SELECT * FROM activity WHERE actor_id = 'x'")
    assert forged["seq"] == 2
    assert forged["recorded_at"].year > 2001
    assert forged["hash"] != bytes(32)


@pytest.mark.usefixtures("entry")
async def test_a_temporary_table_does_not_stand_in_for_a_real_one(
    owner: asyncpg.Connection, cast: Cast
) -> None:
    """The chain runs as the owner: with the caller's own table it would run the caller's triggers too."""
    customer = await owner.fetchval("SELECT id FROM customer")
    async with transaction(cast.ada):
        await connection().execute(
            "CREATE TEMP TABLE customer (id uuid, log_seq bigint, log_head bytea, merged_into_id uuid,"
            " last_contact_at timestamptz, updated_at timestamptz) ON COMMIT DROP"
        )
        await connection().execute("GRANT ALL ON pg_temp.customer TO PUBLIC")
        await connection().execute("INSERT INTO pg_temp.customer VALUES ($1, 41)", customer)
        await connection().execute(
            "INSERT INTO public.activity (id, customer_id, kind, actor_id, occurred_at, data, commitment)"
            " VALUES (gen_random_uuid(), $1, 'note_logged', $2, now(), '{}', sha256('x'))",
            customer,
            cast.ada.id,
        )
    assert await owner.fetch("SELECT seq FROM activity ORDER BY seq") == [(1,), (2,)]


async def test_each_function_of_the_owner_and_what_it_calls_looks_into_temporary_tables_last(
    owner: asyncpg.Connection,
) -> None:
    paths = await owner.fetch(
        "SELECT proname, proconfig FROM pg_proc WHERE pronamespace = 'public'::regnamespace"
        " AND (prosecdef OR array_to_string(proconfig, ' ') LIKE '%search_path=%')"
    )
    safe = ["search_path=pg_catalog, public, pg_temp"]
    assert paths
    assert [row["proname"] for row in paths if row["proconfig"] != safe] == []
