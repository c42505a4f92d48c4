"""What the measurements stand on: rita's leads, a customer with a thousand entries, plain tables for the floor."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from app.sandbox.sso.people import CAST

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    import asyncpg

RITA: Final = CAST["rita"].user_id
ENTRIES: Final = 1_000
# The floor writes into tables that are only tables: same columns and indexes, no policy, no trigger, no chain.
PLAIN: Final = ("customer", "lead", "activity", "activity_text", "capture_submission")
_TALK: Final = """
    INSERT INTO activity (id, customer_id, lead_id, kind, actor_id, occurred_at, data)
    SELECT gen_random_uuid(), $1, $2, 'call_logged', $3, now() - interval '1 hour' * ($4 - n),
        '{"outcome": "reached", "duration_minutes": 7}'
    FROM generate_series(1, $4::int) AS n"""
_WORDS: Final = """
    INSERT INTO activity_text (activity_id, customer_id, salt, body)
    SELECT id, customer_id, '\\x00', '{"notes": "Talked about the offer; they will decide next week."}'
    FROM activity WHERE customer_id = $1 AND kind = 'call_logged' ON CONFLICT DO NOTHING"""


@dataclass(slots=True)
class OneLead:
    """A lead the measurements may move: where it stands, and its version."""

    id: UUID
    customer_id: UUID
    stage: str
    version: int


@dataclass(frozen=True, slots=True)
class Ground:
    """The rows the actions work on."""

    leads: list[OneLead]
    talkative: UUID
    deep: tuple[datetime, int]  # time and number of the entry below which their oldest page is
    names: list[str]


async def prepare(owner: asyncpg.Connection) -> Ground:
    """Make what is missing and find the rest; may run again on the same database."""
    found = await owner.fetch(
        "SELECT id, customer_id, stage, version FROM lead WHERE assigned_to_id = $1 AND closed_at IS NULL"
        " ORDER BY id LIMIT 400",
        RITA,
    )
    leads = [OneLead(*row) for row in found]
    last = leads.pop()
    missing = ENTRIES - await owner.fetchval("SELECT log_seq FROM customer WHERE id = $1", last.customer_id)
    await owner.execute(_TALK, last.customer_id, last.id, RITA, max(missing, 0))
    await owner.execute(_WORDS, last.customer_id)
    await _make_plain(owner)
    names = [
        row["name"].split()[-1] for row in await owner.fetch("SELECT name FROM customer ORDER BY id LIMIT 50")
    ]
    deep = await owner.fetchrow(
        "SELECT occurred_at, seq FROM activity WHERE customer_id = $1 ORDER BY 1, 2 OFFSET 30 LIMIT 1",
        last.customer_id,
    )
    return Ground(leads, last.customer_id, tuple(deep), names)


async def _make_plain(owner: asyncpg.Connection) -> None:
    await owner.execute("DROP SCHEMA IF EXISTS floor CASCADE; CREATE SCHEMA floor")
    for table in PLAIN:
        await owner.execute(
            f"CREATE TABLE floor.{table} (LIKE public.{table} INCLUDING DEFAULTS INCLUDING INDEXES)"
        )
    await owner.execute("ALTER TABLE floor.activity ALTER hash DROP NOT NULL")
    await owner.execute("ALTER TABLE floor.customer ALTER words SET DEFAULT ''")
    await owner.execute("INSERT INTO floor.lead SELECT * FROM lead WHERE assigned_to_id = $1", RITA)
    await owner.execute(
        "INSERT INTO floor.customer SELECT * FROM customer WHERE id IN (SELECT customer_id FROM floor.lead)"
    )
    await owner.execute("ANALYZE floor.lead, floor.customer")
