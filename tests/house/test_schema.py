"""What must be true of every table, whoever adds one."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import asyncpg

OURS = "relkind = 'r' AND relnamespace = 'public'::regnamespace AND relname <> 'migration'"


async def test_every_foreign_key_refuses_to_delete_what_it_points_to(owner: asyncpg.Connection) -> None:
    lax = await owner.fetch("""
        SELECT conrelid::regclass::text AS table, conname FROM pg_constraint
        WHERE contype = 'f' AND (confdeltype <> 'r' OR confupdtype NOT IN ('r', 'a'))
    """)
    assert lax == []


async def test_every_table_forces_row_security(owner: asyncpg.Connection) -> None:
    open_tables = await owner.fetch(f"""
        SELECT relname FROM pg_class WHERE {OURS} AND NOT (relrowsecurity AND relforcerowsecurity)
    """)
    assert open_tables == []


async def test_every_trigger_fires_whatever_the_session_says(owner: asyncpg.Connection) -> None:
    avoidable = await owner.fetch("""
        SELECT tgrelid::regclass::text AS table, tgname FROM pg_trigger
        WHERE NOT tgisinternal AND tgenabled <> 'A'
    """)
    assert avoidable == []


async def test_every_time_knows_its_zone(owner: asyncpg.Connection) -> None:
    vague = await owner.fetch(f"""
        SELECT relname, attname FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
        WHERE {OURS} AND atttypid = 'timestamp'::regtype
    """)
    assert vague == []


async def test_nothing_is_granted_to_everybody_or_to_the_login_itself(owner: asyncpg.Connection) -> None:
    granted = await owner.fetch("""
        SELECT relname, acl.grantee::regrole::text, acl.privilege_type
        FROM pg_class, LATERAL aclexplode(relacl) AS acl
        WHERE relnamespace = 'public'::regnamespace
            AND (acl.grantee = 0
                OR acl.grantee IN (SELECT oid FROM pg_roles WHERE rolcanlogin AND oid <> relowner))
    """)
    assert granted == []


async def test_every_column_the_foreign_keys_use_is_indexed(owner: asyncpg.Connection) -> None:
    slow = await owner.fetch("""
        SELECT conrelid::regclass::text AS table, conname FROM pg_constraint AS c
        WHERE contype = 'f' AND confrelid IN ('customer'::regclass, 'lead'::regclass)
            AND NOT EXISTS (SELECT FROM pg_index WHERE indrelid = conrelid AND indkey[0] = conkey[1])
    """)
    assert {row["table"] for row in slow} <= {
        "capture_submission"
    }  # found by customer; its lead is never looked up
