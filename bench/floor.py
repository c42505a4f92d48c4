"""The floor: what each action costs as bare SQL through asyncpg, prepared, committed, with nothing around it."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import count
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

from bench.ground import RITA

if TYPE_CHECKING:
    import asyncpg

    from bench.ground import Ground

NUMBERS: Final = count()
_OWN: Final = "lead.assigned_to_id = $1"
_CARDS: Final = """
    SELECT card.* FROM unnest(ARRAY['lead', 'qualified', 'proposal_sent', 'negotiation', 'closed_won', 'closed_lost'])
        AS wanted (stage), LATERAL (
            SELECT lead.*, customer.name, customer.company FROM lead JOIN customer ON customer.id = lead.customer_id
            WHERE {whose} AND lead.stage = wanted.stage
            ORDER BY coalesce(follow_up_at, 'infinity'), -coalesce(score, -1), lead.id LIMIT 25) card"""
_TOTALS: Final = "SELECT stage, count(*), sum(expected_value) FROM lead WHERE {whose} GROUP BY stage"
_ENTRIES: Final = """
    SELECT activity.*, body.body FROM activity LEFT JOIN activity_text body ON body.activity_id = activity.id
    WHERE activity.customer_id = $1 AND activity.seq < $2 ORDER BY activity.seq DESC LIMIT 30"""
_SEARCH: Final = """
    SELECT customer.id, name, company, email, phone, last_contact_at
    FROM lead_words own JOIN customer ON customer.id = own.customer_id
    WHERE own.owner_id = $2 AND own.words LIKE lower($1)
    ORDER BY own.created_at DESC, own.customer_id DESC LIMIT 51"""
_MOVE: Final = "UPDATE floor.lead SET stage = $2, version = version + 1 WHERE id = $1 AND version > 0"
_ENTRY: Final = """
    INSERT INTO floor.activity (id, customer_id, lead_id, seq, kind, actor_id, occurred_at, recorded_at, data)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $7, '{}')"""
_CONTACT: Final = "UPDATE floor.customer SET last_contact_at = $2 WHERE id = $1"
_CUSTOMER: Final = """
    INSERT INTO floor.customer (id, name, email, email_norm, created_at, updated_at) VALUES ($1, $2, $3, $3, $4, $4)"""
_LEAD: Final = """
    INSERT INTO floor.lead (id, customer_id, assigned_to_id, status, stage, currency, stage_entered_at, created_at,
        updated_at) VALUES ($1, $2, $3, 'new', 'lead', 'EUR', $4, $4, $4)"""
_SUBMISSION: Final = """
    INSERT INTO floor.capture_submission (id, client, body_hash, raw, outcome, lead_id, customer_id, received_at)
    VALUES ($1, 'cms', '', '{}', 'created', $2, $3, $4)"""


class Floor:
    """The statements behind each action; `worker` keeps users apart."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground

    async def board(self, db: asyncpg.Connection, _worker: int) -> None:
        """Run the two SELECTs of a board."""
        await db.fetch(_CARDS.format(whose=_OWN), RITA)
        await db.fetch(_TOTALS.format(whose=_OWN), RITA)

    async def everybodys_board(self, db: asyncpg.Connection, _worker: int) -> None:
        """Run them over the leads of everybody."""
        await db.fetch(_CARDS.format(whose="true"))
        await db.fetch(_TOTALS.format(whose="true"))

    async def timeline(self, db: asyncpg.Connection, _worker: int) -> None:
        """Run the keyset SELECT of a timeline."""
        await db.fetch(_ENTRIES, self._ground.talkative, 2**40)

    async def anew(self, db: asyncpg.Connection, worker: int) -> None:
        """Run it once more: no page of the floor is kept."""
        await self.timeline(db, worker)

    async def deep(self, db: asyncpg.Connection, _worker: int) -> None:
        """Run it for the oldest page."""
        await db.fetch(_ENTRIES, self._ground.talkative, 31)

    async def search(self, db: asyncpg.Connection, worker: int) -> None:
        """Run a search of the rep's own words."""
        await db.fetch(_SEARCH, f"%{self._ground.names[worker % len(self._ground.names)]}%", RITA)

    async def move(self, db: asyncpg.Connection, worker: int) -> None:
        """Run one guarded UPDATE and the INSERT of its entry."""
        lead = self._ground.leads[worker]
        async with db.transaction():
            await db.execute(_MOVE, lead.id, "qualified")
            await self._entry(db, lead.customer_id, lead.id, "stage_changed")

    async def log(self, db: asyncpg.Connection, worker: int) -> None:
        """Run the INSERT of a call and the UPDATE of the last contact."""
        lead = self._ground.leads[worker]
        async with db.transaction():
            await self._entry(db, lead.customer_id, lead.id, "call_logged")
            await db.execute(_CONTACT, lead.customer_id, _now())

    async def capture(self, db: asyncpg.Connection, _worker: int) -> None:
        """Run the INSERTs of one capture."""
        customer, lead, now = uuid4(), uuid4(), _now()
        async with db.transaction():
            await db.execute(_CUSTOMER, customer, "Grace Hopper", f"floor-{next(NUMBERS)}@bench.example", now)
            await db.execute(_LEAD, lead, customer, RITA, now)
            await self._entry(db, customer, lead, "lead_captured")
            await db.execute(_SUBMISSION, uuid4(), lead, customer, now)

    @staticmethod
    async def _entry(db: asyncpg.Connection, customer: Any, lead: Any, kind: str) -> None:
        await db.execute(_ENTRY, uuid4(), customer, lead, next(NUMBERS), kind, RITA, _now())


def _now() -> datetime:
    return datetime.now(UTC)
