"""Puts the rows into the tables: COPY, in the owner's one transaction, with the indexes built afterwards."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec

from app.core.errors import Conflict
from app.domain.scoring.model import COLD_START
from app.sandbox.company.customers import TABLES

if TYPE_CHECKING:
    from datetime import datetime

    import asyncpg

    from app.sandbox.company.customers import Rows

LOADED: Final = ("staff", "score_model", *TABLES)
# An index of a constraint stays: foreign keys are checked with it.
_INDEXES: Final = """
    SELECT indexname AS name, indexdef AS definition FROM pg_indexes
    WHERE schemaname = 'public' AND tablename = ANY($1)
        AND indexname NOT IN (SELECT conname FROM pg_constraint WHERE contype IN ('p', 'u', 'x'))"""


_RULES: Final = """
    INSERT INTO score_model (version, kind, body, decision, active, created_by_id, created_at)
    VALUES ($1, $2, $3, 'the cold start', true, 'system', $4) ON CONFLICT DO NOTHING"""


async def refuse_unless_empty(owner: asyncpg.Connection) -> None:
    """Raise Conflict when the database already has customers."""
    if await owner.fetchval("SELECT EXISTS (SELECT FROM customer)"):
        raise Conflict("The database is not empty: a demo company is only ever put into an empty one")


async def open_tables(owner: asyncpg.Connection) -> list[str]:
    """Make the tables ready for COPY; returns the definitions of the indexes to build afterwards."""
    for table in LOADED:
        # COPY is refused while row security binds the owner; the transaction lets nobody else see it off.
        await owner.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    indexes = await owner.fetch(_INDEXES, list(LOADED))
    for index in indexes:
        await owner.execute(f"DROP INDEX {index['name']}")
    return [index["definition"] for index in indexes]


async def close_tables(owner: asyncpg.Connection, indexes: list[str]) -> None:
    """Build the indexes, and bind the owner by row security again."""
    for definition in indexes:
        await owner.execute(definition)
    for table in LOADED:
        await owner.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")


async def analyze(owner: asyncpg.Connection) -> None:
    """Let the planner know what is there now."""
    await owner.execute(f"ANALYZE {', '.join(LOADED)}")


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


async def copy(owner: asyncpg.Connection, rows: Rows) -> None:
    """Copy one batch; the timeline's trigger chains its entries as it would any other."""
    for table in TABLES:
        if rows[table]:
            columns = list(rows[table][0])
            records = [tuple(_stored(value) for value in row.values()) for row in rows[table]]
            await owner.copy_records_to_table(table, records=records, columns=columns)


def _stored(value: Any) -> Any:
    return msgspec.json.encode(value).decode() if isinstance(value, dict | list | tuple) else value
