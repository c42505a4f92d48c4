"""The one door: whatever fails, the connection comes back and the next caller starts clean."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import asyncpg
import pytest
from piccolo.engine.exceptions import TransactionError

from app.core.settings import settings
from app.domain.viewer import Role, Viewer, system
from app.store.engine import engine, settle
from app.store.transaction import call_function, connection, reading, transaction
from app.web.errors import describe
from tables.staff import Staff

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractAsyncContextManager

    from tests.cast import Cast

    Door = Callable[[Viewer], AbstractAsyncContextManager[None]]

pytestmark = pytest.mark.usefixtures("pool")
JOBS = system("jobs")


def idle_connections() -> tuple[int, int]:
    pool = engine.pool
    assert pool is not None
    return pool.get_idle_size(), pool.get_size()


async def test_role_and_identity_end_with_the_transaction(cast: Cast) -> None:
    async with transaction(cast.rita):
        row = await connection().fetchrow("SELECT current_user AS role, viewer_id() AS id")
    assert tuple(row) == ("crm_rep", cast.rita.id)
    pool = engine.pool
    assert pool is not None
    async with pool.acquire() as free:
        assert await free.fetchval("SELECT current_user = session_user")
        assert await free.fetchval("SELECT current_setting('app.user_id', true)") in {None, ""}


@pytest.mark.parametrize("identity", ["x'; DROP TABLE lead; --", "\\", "'", "a'b\\'c", "Ω", "auth0|123"])
async def test_an_identity_is_a_value_and_never_sql(identity: str) -> None:
    async with transaction(Viewer(identity, Role.REP)):
        assert await connection().fetchval("SELECT viewer_id()") == identity


async def test_a_statement_that_takes_too_long_is_told_from_a_database_that_is_away(cast: Cast) -> None:
    async def take_too_long() -> None:
        async with transaction(cast.rita):
            await connection().execute("SET LOCAL statement_timeout = '10ms'")
            await connection().execute("SELECT pg_sleep(60)")

    with pytest.raises(asyncpg.QueryCanceledError) as ended:
        await take_too_long()
    told = describe(ended.value)
    assert (told.status, told.code, told.headers) == (503, "store-busy", {"Retry-After": "2"})
    assert "reach" not in told.detail


async def test_an_error_rolls_back_and_gives_the_connection_back(
    owner: asyncpg.Connection, cast: Cast
) -> None:
    async def change_and_fail() -> None:
        async with transaction(JOBS):
            await connection().execute("UPDATE staff SET name = 'changed'")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await change_and_fail()
    assert await owner.fetchval("SELECT count(*) FROM staff WHERE name = 'changed'") == 0
    assert idle_connections()[0] == idle_connections()[1]


async def test_a_failing_commit_gives_the_connection_back(owner: asyncpg.Connection) -> None:
    await owner.execute(
        "ALTER TABLE lead ALTER CONSTRAINT lead_customer_id_fkey DEFERRABLE INITIALLY DEFERRED"
    )
    for _ in range(10):
        with pytest.raises(asyncpg.ForeignKeyViolationError):
            async with transaction(JOBS):
                await connection().execute(
                    "INSERT INTO lead (id, customer_id, status, stage, currency, stage_entered_at, created_at,"
                    " updated_at) SELECT gen_random_uuid(), gen_random_uuid(), 'new', 'lead', 'EUR',"
                    " now(), now(), now()"
                )
    assert idle_connections()[0] == idle_connections()[1]
    assert engine.current_transaction.get() is None


async def lose_the_backend() -> None:
    """Have the open transaction's own backend killed."""
    with pytest.raises((asyncpg.AdminShutdownError, asyncpg.ConnectionDoesNotExistError)):
        await connection().execute("RESET ROLE; SELECT pg_terminate_backend(pg_backend_pid())")


async def test_a_killed_backend_gives_its_place_back() -> None:
    async def write_and_lose_the_backend() -> None:
        async with transaction(JOBS):
            await lose_the_backend()

    for _ in range(10):
        with pytest.raises((asyncpg.InterfaceError, ConnectionError)):
            await write_and_lose_the_backend()
    async with transaction(JOBS):
        assert await connection().fetchval("SELECT 1") == 1


async def test_a_cancelled_call_gives_the_connection_back() -> None:
    async def wait_in_transaction() -> None:
        async with transaction(JOBS):
            await connection().execute("SELECT pg_sleep(60)")

    for _ in range(5):
        task = asyncio.create_task(wait_in_transaction())
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    async with transaction(JOBS):
        assert await connection().fetchval("SELECT 1") == 1
    assert idle_connections()[0] == idle_connections()[1]


async def test_whatever_is_in_the_way_the_database_is_away(cast: Cast) -> None:
    async def enter() -> None:
        async with transaction(cast.rita):
            pass

    pool = engine.pool
    assert pool is not None
    await pool.expire_connections()
    pool.set_connect_args("postgresql:///crm?host=/no/such/folder")  # no socket, which is no ConnectionError
    for ask in (enter(), call_function("SELECT 1")):
        with pytest.raises(ConnectionError) as met:
            await ask
        assert describe(met.value).status == 503


async def test_a_database_that_takes_no_writes_is_away_for_them(cast: Cast) -> None:
    async def write() -> None:
        async with transaction(JOBS):
            await connection().execute("DELETE FROM login_attempt")

    pool = engine.pool
    assert pool is not None
    await pool.expire_connections()
    read_only = {"default_transaction_read_only": "on"}
    pool.set_connect_args(settings().database_url, server_settings=read_only)  # as a standby is
    with pytest.raises(asyncpg.ReadOnlySQLTransactionError) as met:
        await write()
    told = describe(met.value)
    assert (told.status, told.code, told.headers) == (503, "store-down", {"Retry-After": "2"})
    async with reading(cast.rita):
        assert await connection().fetchval("SELECT 1") == 1


async def test_a_transaction_inside_a_transaction_is_refused() -> None:
    async with transaction(JOBS):
        with pytest.raises(TransactionError):
            async with transaction(JOBS):
                pass
        assert await connection().fetchval("SELECT 1") == 1


async def test_nothing_runs_outside_a_transaction() -> None:
    with pytest.raises(RuntimeError, match="no transaction"):
        connection()
    with pytest.raises(RuntimeError, match="no transaction"):
        await Staff.select()


async def test_piccolo_works_inside_the_transaction(cast: Cast) -> None:
    async with transaction(cast.rita):
        rows = await Staff.select(Staff.name).order_by(Staff.name)
    assert [row["name"] for row in rows] == ["Ada Andersson", "Omar Okafor", "Rita Reyes", "Sam Sato"]


@pytest.mark.parametrize("opened", [transaction, reading])
async def test_sixty_viewers_over_four_connections_never_mix(opened: Door) -> None:
    async def who(number: int) -> str:
        async with opened(Viewer(f"person-{number}", Role.REP)):
            return await connection().fetchval("SELECT viewer_id()")

    assert await asyncio.gather(*(who(n) for n in range(60))) == [f"person-{n}" for n in range(60)]


async def test_who_only_reads_cannot_write(owner: asyncpg.Connection, cast: Cast) -> None:
    with pytest.raises(asyncpg.ReadOnlySQLTransactionError):
        async with reading(cast.ada):
            await connection().execute("UPDATE staff SET accepts_leads = false")
    assert (
        await owner.fetchval("SELECT count(*) FROM staff WHERE NOT accepts_leads AND name = 'Rita Reyes'")
        == 0
    )
    assert idle_connections()[0] == idle_connections()[1]


async def test_a_reading_that_cannot_end_harms_nobody(cast: Cast) -> None:
    for _ in range(10):
        async with reading(cast.rita):
            await lose_the_backend()
        assert engine.current_transaction.get() is None
    await settle()
    async with reading(cast.rita):
        assert await connection().fetchval("SELECT viewer_id()") == cast.rita.id
    await settle()
    assert idle_connections()[0] == idle_connections()[1]


async def test_what_was_written_before_is_read_however_a_reading_ended(cast: Cast) -> None:
    for number in range(20):
        async with transaction(JOBS):
            await connection().execute("UPDATE staff SET name = $1", f"number {number}")
        async with reading(cast.rita):
            assert await connection().fetchval("SELECT max(name) FROM staff") == f"number {number}"
