"""What the services keep beside the records is what the records say."""

from __future__ import annotations

import random
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from app.contracts.activity_log import ActivityLog
from app.contracts.pipeline import SaleDetails
from app.contracts.tickets import ChangeTicket, OpenTicket
from app.core import clock
from app.core.errors import Conflict
from app.domain.sale import Loss
from app.services.activities import log_activity
from app.services.closing import close_lost, close_won
from app.services.pipeline import move_lead
from app.services.tickets import change_ticket, open_ticket
from tests import make

if TYPE_CHECKING:
    from uuid import UUID

    import asyncpg

    from tests.cast import Cast

pytestmark = pytest.mark.usefixtures("pool")
ACTS = 60
WRONG_CUSTOMERS = """
    SELECT customer.id FROM customer
    WHERE clv <> (SELECT coalesce(sum(amount), 0) FROM sale WHERE sale.customer_id = customer.id)
        OR last_contact_at IS DISTINCT FROM (SELECT max(occurred_at) FROM activity
            WHERE kind LIKE '%\\_logged' AND activity.customer_id IN (SELECT chain.id FROM customer chain
                WHERE customer.id IN (chain.id, chain.merged_into_id)))
        OR log_seq <> (SELECT count(*) FROM activity WHERE activity.customer_id = customer.id)
        OR log_head IS DISTINCT FROM (SELECT hash FROM activity
            WHERE activity.customer_id = customer.id ORDER BY seq DESC LIMIT 1)"""
WRONG_LEADS = """
    SELECT lead.id, status FROM lead WHERE status <> CASE
        WHEN EXISTS (SELECT FROM sale WHERE lead_id = lead.id) THEN 'converted'
        WHEN EXISTS (SELECT FROM activity WHERE lead_id = lead.id AND kind = 'lead_lost') THEN 'disqualified'
        WHEN EXISTS (SELECT FROM activity WHERE lead_id = lead.id AND kind LIKE '%\\_logged') THEN 'working'
        ELSE 'new' END"""
WRONG_TICKETS = """
    SELECT ticket.id FROM ticket
    WHERE version <> (SELECT count(*) FROM activity WHERE data->>'ticket_id' = ticket.id::text)
        OR (closed_at IS NULL) <> (status IN ('open', 'pending'))
        OR status <> coalesce((SELECT data #>> '{changes,status,1}' FROM activity
            WHERE data->>'ticket_id' = ticket.id::text AND data #> '{changes,status}' IS NOT NULL
            ORDER BY activity.seq DESC LIMIT 1), 'open')"""


async def test_after_any_acts_every_owned_field_equals_its_recomputation(
    owner: asyncpg.Connection, cast: Cast
) -> None:
    draw = random.Random(7)
    leads = [await make.lead(owner, cast.rita) for _ in range(4)]
    tickets: list[UUID] = []
    for _ in range(ACTS):
        lead = await owner.fetchrow(
            "SELECT id, customer_id, version, stage FROM lead WHERE id = $1", draw.choice(leads)
        )
        try:
            await _act(draw, cast, lead, tickets)
        except Conflict:
            continue  # a closed lead: refused, and nothing may have changed
    assert await owner.fetchval("SELECT true FROM sale LIMIT 1")
    for wrong in (WRONG_CUSTOMERS, WRONG_LEADS, WRONG_TICKETS):
        assert await owner.fetch(wrong) == []


async def _act(draw: random.Random, cast: Cast, lead: Any, tickets: list[UUID]) -> None:
    act = draw.choices(("talk", "move", "win", "lose", "open", "work"), (8, 5, 1, 1, 3, 5))[0]
    if act == "talk":
        at = clock.now() - timedelta(days=draw.randint(0, 90))
        await log_activity(
            cast.rita, ActivityLog(lead["customer_id"], cast.rita.id, "Call", "Hi", occurred_at=at), None
        )
    elif act == "move":
        await move_lead(
            cast.rita, lead["id"], draw.choice(("qualified", "negotiation")), lead["version"], None
        )
    elif act == "win":
        await close_won(cast.rita, lead["id"], lead["version"], SaleDetails(Decimal("99.95"), "Plan"), None)
    elif act == "lose":
        await close_lost(cast.rita, lead["id"], lead["version"], Loss("price"), None)
    elif act == "open":
        outcome = await open_ticket(cast.sam, lead["customer_id"], OpenTicket(subject="Help"), None)
        tickets.append(outcome.value.id)
    elif tickets:
        status = draw.choice(("open", "pending", "resolved", "closed"))
        await change_ticket(cast.sam, draw.choice(tickets), ChangeTicket(status=status), None)
