"""Puts the rows into the tables: COPY, in the owner's one transaction, with nothing to check row by row.

Constraints, indexes and the trigger that chains are away only inside that transaction: PostgreSQL takes such changes
back with everything else when it does not commit, however the seeder dies, and its locks let nobody in meanwhile.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any, Final

import msgspec

from app.core.errors import Conflict
from app.domain.scoring.model import COLD_START
from app.sandbox.company.customers import TABLES

if TYPE_CHECKING:
    from datetime import datetime

    import asyncpg

    from app.sandbox.company.batches import Batch

LOADED: Final = ("staff", "score_model", *TABLES)
FILLED: Final = (*TABLES, "lead_words")
# The memory that building an index or checking a foreign key may take.
MEMORY: Final = "256MB"
MONTHLY_GOAL: Final = 50_000
_GOALS: Final = """
    INSERT INTO sales_goal (id, staff_id, month, amount, currency, set_by_id, set_at)
    SELECT md5('goal' || rep.id)::uuid, rep.id, date_trunc('month', $1::timestamptz AT TIME ZONE 'UTC'), $3, $2,
        boss.id, $1
    FROM staff AS rep, staff AS boss WHERE rep.rep_id IS NOT NULL AND 'SLYYFOXX_ADMIN' = ANY(boss.roles)"""
# Foreign keys go first and come last: they stand on the others.
_CONSTRAINTS: Final = """
    SELECT conrelid::regclass::text AS of, conname AS name, pg_get_constraintdef(oid) AS definition
    FROM pg_constraint
    WHERE contype IN ('p', 'u', 'x', 'f') AND connamespace = 'public'::regnamespace
        AND (conrelid::regclass::text = ANY($1) OR confrelid::regclass::text = ANY($1))
    ORDER BY contype = 'f' DESC, conrelid::regclass::text, conname"""
_INDEXES: Final = """
    SELECT indexname AS name, indexdef AS definition FROM pg_indexes
    WHERE schemaname = 'public' AND tablename = ANY($1) AND indexname NOT IN
        (SELECT conname FROM pg_constraint WHERE contype IN ('p', 'u', 'x'))"""
_RULES: Final = """
    INSERT INTO score_model (version, kind, body, decision, active, created_by_id, created_at)
    VALUES ($1, $2, $3, 'the cold start', true, 'system', $4) ON CONFLICT DO NOTHING"""
# What these do for each row is computed with the row, or done for all of them at the end.
TRIGGERS: Final = (
    ("activity", "activity_chain"), ("lead", "lead_words_add"), ("lead", "lead_total_insert"),
    ("lead", "closed_total_insert"),
)  # fmt: skip
_WORDS: Final = """
    INSERT INTO lead_words (lead_id, owner_id, customer_id, created_at, words)
        SELECT lead.id, coalesce(assigned_to_id, ''), customer.id, customer.created_at, indexable(words)
        FROM lead JOIN customer ON customer.id = lead.customer_id"""
_TOTALS: Final = """
    INSERT INTO lead_total (owner_id, stage, leads, value)
        SELECT coalesce(assigned_to_id, ''), stage, count(*), coalesce(sum(expected_value), 0)
        FROM lead GROUP BY 1, 2"""
_CLOSED: Final = """
    INSERT INTO closed_total (stage, closed_on, leads, value)
        SELECT stage, (closed_at AT TIME ZONE 'UTC')::date, count(*), coalesce(sum(expected_value), 0)
        FROM lead WHERE closed_at IS NOT NULL GROUP BY 1, 2"""


async def refuse_unless_empty(owner: asyncpg.Connection) -> None:
    """Raise Conflict when the database already has customers."""
    if await owner.fetchval("SELECT EXISTS (SELECT FROM customer)"):
        raise Conflict("The database is not empty: a demo company is only ever put into an empty one")


async def open_tables(owner: asyncpg.Connection) -> list[str]:
    """Make the tables ready for COPY; returns the statements that put back what was in its way."""
    await owner.execute(f"SET LOCAL maintenance_work_mem = '{MEMORY}'")
    await owner.execute(f"LOCK TABLE {', '.join(LOADED)}")
    await refuse_unless_empty(owner)
    constraints = await owner.fetch(_CONSTRAINTS, list(FILLED))
    indexes = await owner.fetch(_INDEXES, list(FILLED))
    for each in constraints:
        await owner.execute(f"ALTER TABLE {each['of']} DROP CONSTRAINT {each['name']}")
    for index in indexes:
        await owner.execute(f"DROP INDEX {index['name']}")
    for table in LOADED:
        # COPY is refused while row security binds the owner.
        await owner.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    for table, trigger in TRIGGERS:
        await owner.execute(f"ALTER TABLE {table} DISABLE TRIGGER {trigger}")
    add = [
        f"ALTER TABLE {each['of']} ADD CONSTRAINT {each['name']} {each['definition']}" for each in constraints
    ]
    keys = [each for each in add if " FOREIGN KEY " not in each]
    return [*keys, *(index["definition"] for index in indexes), *(each for each in add if each not in keys)]


async def close_tables(owner: asyncpg.Connection) -> None:
    """Let the triggers fire again, and bind the owner by row security."""
    for table, trigger in TRIGGERS:
        await owner.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {trigger}")
    for table in LOADED:
        await owner.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")


async def settle(owner: asyncpg.Connection, table: str) -> None:
    """Let the planner know what is in a table now, and readers that everybody may see it."""
    await owner.execute(f"VACUUM (ANALYZE) {table}")


async def hire(owner: asyncpg.Connection, staff: list[dict[str, Any]]) -> None:
    """Add the staff, but for those who have signed in before."""
    columns = list(staff[0])
    places = ", ".join(f"${number}" for number in range(1, len(columns) + 1))
    statement = f"INSERT INTO staff ({', '.join(columns)}) VALUES ({places}) ON CONFLICT DO NOTHING"  # noqa: S608
    await owner.executemany(statement, [tuple(row.values()) for row in staff])


async def adopt_rules(owner: asyncpg.Connection, at: datetime) -> None:
    """Make the cold start's rules the active version, as the first scored lead would."""
    await owner.execute(
        _RULES, COLD_START.version, COLD_START.kind, msgspec.json.encode(COLD_START.body).decode(), at
    )


async def set_goals(owner: asyncpg.Connection, at: datetime, currency: str) -> None:
    """Give every rep a goal for each month since `at`, as the administrator would."""
    await owner.execute(_GOALS, at, currency, MONTHLY_GOAL)


async def copy(owner: asyncpg.Connection, batch: Batch) -> None:
    """Copy one batch."""
    for part in batch.parts:
        await owner.copy_to_table(part.table, source=io.BytesIO(part.lines), columns=part.columns)


async def derive(owner: asyncpg.Connection) -> None:
    """Fill what follows from the rows: the words of every lead, and the totals of the board."""
    await owner.execute(_WORDS)
    await owner.execute(_TOTALS)
    await owner.execute(_CLOSED)
