"""No page of a big company reads a whole table: each statement it really sends is explained there."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import asyncpg

from app.domain.lead_list import LAST_CLOSED
from app.domain.lifetime import BANDS
from app.store.lead_list import SORTS
from tests.budgets.counting import trips
from tests.cast import CAST
from tests.database import Place, within

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from httpx import AsyncClient

    from tests.cast import Cast

    SignIn = Callable[[str], Awaitable[AsyncClient]]

LEADS = 100_000
BIG = {"lead", "activity", "customer", "outbox", "sale", "audit_event", "mention"}
FILLED = {*BIG, "lead_words"}
# The forecast is not among them: it sums up all that is open, which here are two thirds of all leads. Nor is lifetime
# value, which sums up all customers.
OF_A_RANGE = ("funnel", "velocity", "lost", "sources")
LISTS = [
    "/leads", "/leads?q=fedcba", "/leads?stage=qualified", "/leads?stage=open", "/leads?stage=closed_won",
    "/leads?stage=closed", "/leads?stage=closed_lost&reason=price", "/leads?rot=1", "/leads?due=late", "/leads?min=100",
    "/leads?due=nurturing",
    "/leads?source=web&from=2020-01-01", "/leads?from=2020-01-01&on=closed",
    *(f"/leads?sort={sort}" for sort in SORTS if sort != LAST_CLOSED),
]  # fmt: skip
# But the page that judges the scoring, which reads as many closed leads as the scoring learns from.
ADMIN = [
    "/admin", "/admin/staff", "/admin/erasures", "/admin/duplicates", "/admin/reassign", "/admin/clients",
    "/admin/imports", "/admin/captures", "/admin/scoring/rules", "/admin/events", "/admin/events?state=stuck",
    f"/admin/reassign?owner={CAST.omar.id}", "/admin/reassign?q=fedcba",
    "/admin/audit", "/admin/audit?from=2026-10-01&to=2026-10-31", "/admin/audit?kind=refused",
    f"/admin/audit?person={CAST.omar.id}", f"/admin/audit?person={CAST.omar.id}&kind=export",
    "/admin/board", "/admin/inbox", "/leads?owner=none", f"/leads?owner={CAST.omar.id}&sort=-score",
    *(f"/customers?clv={band}" for band in BANDS), "/customers?clv=5k-20k&q=fedcba",
    "/reports/reps", *(f"/reports/{name}?owner={CAST.omar.id}" for name in OF_A_RANGE),
]  # fmt: skip
# My day counts all that has no next step, which here are two thirds of a rep's leads. Of it, what was won is looked at.
OWN = ["/", "/?section=won"]
WON = "width_bucket"
PLAIN_INDEXES = """
    SELECT indexname, indexdef FROM pg_indexes
    WHERE tablename = ANY($1) AND NOT EXISTS (SELECT FROM pg_constraint WHERE conname = indexname)
"""
FILL = f"""
    SET session_replication_role = replica;
    ALTER TABLE lead DISABLE TRIGGER USER;
    CREATE TEMP TABLE made AS SELECT n, gen_random_uuid() AS customer, gen_random_uuid() AS lead,
        (ARRAY['lead', 'qualified', 'proposal_sent', 'negotiation', 'closed_won', 'closed_lost'])[n % 6 + 1] AS stage
        FROM generate_series(1, {LEADS}) AS n;
    INSERT INTO customer (id, name, email, email_norm, company, clv, created_at, updated_at)
        SELECT customer, 'Person ' || md5(n::text), n || '@big.example', n || '@big.example', 'Firm ' || n,
            CASE stage WHEN 'closed_won' THEN n ELSE 0 END, now(), now()
        FROM made;
    INSERT INTO lead (id, customer_id, assigned_to_id, status, stage, closed_at, lost_reason, currency,
            stage_entered_at, created_at, updated_at)
        SELECT lead, customer, staff.id, CASE stage WHEN 'closed_won' THEN 'converted' WHEN 'closed_lost'
            THEN 'disqualified' ELSE 'new' END, stage, CASE WHEN stage LIKE 'closed%' THEN now() END,
            CASE WHEN stage = 'closed_lost' THEN 'no_budget' END, 'EUR', now(), now() - n * interval '1 minute', now()
        FROM made JOIN staff ON staff.rep_id = (ARRAY['R-1001', 'R-1002'])[n % 2 + 1];
    INSERT INTO lead_words SELECT lead.id, assigned_to_id, customer.id, customer.created_at, words
        FROM lead JOIN customer ON customer.id = lead.customer_id;
    INSERT INTO outbox (id, aggregatetype, aggregateid, type, payload, dedupe, created_at, next_try_at, published_at)
        SELECT lead, 'sale', lead, 'SaleClosedWonV1', '{{}}', n, now(), now(), now()
        FROM made WHERE stage = 'closed_won';
    INSERT INTO sale (id, lead_id, customer_id, event_id, amount, currency, product, recorded_by_id, closed_at)
        SELECT lead, lead, customer, lead, 1, 'EUR', 'CRM', 'jobs', now() FROM made WHERE stage = 'closed_won';
    INSERT INTO audit_event (kind, event, who, about, at) SELECT (ARRAY['sign_in', 'refused', 'export'])[n % 3 + 1],
        'login', n % 50, customer, now() - n * interval '1 minute' FROM made;
    ALTER TABLE activity DISABLE TRIGGER activity_chain;
    INSERT INTO activity (id, customer_id, lead_id, seq, kind, actor_id, occurred_at, recorded_at, hash)
        SELECT gen_random_uuid(), customer, lead, 1, 'call_logged', 'jobs', now(), now(), sha256(n::text::bytea)
        FROM made;
    ALTER TABLE activity ENABLE ALWAYS TRIGGER activity_chain;
    INSERT INTO mention (activity_id, staff_id, by_id, at)
        SELECT activity.id, staff.id, 'jobs', recorded_at FROM activity CROSS JOIN staff WHERE rep_id = 'R-1001'"""


async def test_no_page_reads_a_whole_table(
    owner: asyncpg.Connection, cast: Cast, database: Place, signed_in: SignIn
) -> None:
    await _fill(database)
    lead = await owner.fetchrow(
        "SELECT id, customer_id FROM lead WHERE assigned_to_id = $1 LIMIT 1", cast.rita.id
    )
    customer = lead["customer_id"]
    paths = [
        "/board", f"/board/leads/{lead['id']}", "/mentions", f"/leads/{lead['id']}",
        f"/customers/{customer}", f"/customers/{customer}/lookalikes",
        "/customers", "/customers?q=fedcba", "/search?q=fedcba", f"/leads/{lead['id']}/lost",
        *(f"/reports/{name}" for name in OF_A_RANGE), "/reports/sources?by=campaign",
        *LISTS,
    ]  # fmt: skip
    read: dict[str, set[str]] = {}
    for who in ("rita", "ada"):
        client = await signed_in(who)
        for path in paths + (ADMIN if who == "ada" else OWN):
            async with trips() as sent:
                await _ask(client, path)
            role = f"crm_{'rep' if who == 'rita' else 'admin'}"
            reads = {each for each in sent.sent if each.startswith(("SELECT", "WITH"))}
            for statement in {each for each in reads if path != "/" or WON in each}:
                read.setdefault(f"{who} {path}", set()).update(await _whole_tables(database, role, statement))
    assert "rita /" in read
    assert {page: tables for page, tables in read.items() if tables} == {}


async def _ask(client: AsyncClient, path: str) -> None:
    """Ask for the page; lose the lead as one that somebody changed meanwhile."""
    if path.startswith("/leads/") and path.endswith("/lost"):
        stale = await client.post(path, data={"version": "99", "reason": "price"})
        assert stale.status_code == 409
    else:
        assert (await client.get(path)).is_success


async def _fill(place: Place) -> None:
    """Fill the big tables as a backup is restored: no key is looked up for each row, indexes are built afterwards."""
    root = await asyncpg.connect(within(place.run.superuser_url, place.name))
    try:
        later = await root.fetch(PLAIN_INDEXES, FILLED)
        await root.execute("".join(f"DROP INDEX {row['indexname']};" for row in later))
        await root.execute(FILL)
        await root.execute(";".join(row["indexdef"] for row in later))
        await root.execute("VACUUM (ANALYZE)")  # as autovacuum does
    finally:
        await root.close()


async def _whole_tables(place: Place, role: str, statement: str) -> set[str]:
    """Return the big tables that the statement's general plan reads from end to end."""
    connection = await asyncpg.connect(place.app_url)
    try:
        async with connection.transaction():
            if "find_session" not in statement:
                await connection.execute(f"SET LOCAL ROLE {role}")
            await connection.execute(
                f"SET LOCAL plan_cache_mode = force_generic_plan; PREPARE asked AS {statement}"
            )
            bound = max((int(place) for place in re.findall(r"\$(\d+)", statement)), default=0)
            values = f"({', '.join(['NULL'] * bound)})" if bound else ""
            plan = await connection.fetchval(f"EXPLAIN (FORMAT JSON) EXECUTE asked{values}")
    finally:
        await connection.close()
    return {
        node["Relation Name"]
        for node in _nodes(json.loads(plan)[0]["Plan"])
        if node["Node Type"] == "Seq Scan"
    } & BIG


def _nodes(plan: dict[str, Any]) -> list[dict[str, Any]]:
    return [plan, *(node for part in plan.get("Plans", []) for node in _nodes(part))]
