"""What must hold in the end, whatever went wrong: the ledger against the tables, the stream and the neighbours."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from functools import partial
from subprocess import CalledProcessError
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Final

import asyncpg
import httpx

from bench.people import browser

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from chaos.ledger import Ledger
    from chaos.system import System

LONGEST_CALM: Final = 180.0
WAITING: Final = "SELECT count(*) FROM outbox WHERE published_at IS NULL"
TWICE: Final = """
    SELECT email_norm FROM lead JOIN customer ON customer.id = customer_id
    WHERE closed_at IS NULL GROUP BY 1 HAVING count(*) > 1"""
SALES: Final = """
    SELECT lead.id::text AS lead_id, count(DISTINCT sale.id) AS sales, count(DISTINCT outbox.id) AS events
    FROM lead LEFT JOIN sale ON sale.lead_id = lead.id
    LEFT JOIN outbox ON outbox.type = 'SaleClosedWonV1'
        AND outbox.payload#>>'{sale_details,lead_id}' = lead.id::text
    WHERE lead.id = ANY($1::uuid[]) GROUP BY lead.id, lead.stage"""


async def check(system: System, ledger: Ledger) -> dict[str, list[str]]:
    """Return what is wrong with each promise, once everything is at rest."""
    if not await _within(partial(_is_ready, system)):
        return {"everything comes back": [f"not within {LONGEST_CALM:g} s"]}
    owner = await asyncpg.connect(system.urls["CRM_OWNER_DATABASE_URL"])
    try:
        found = {
            "nothing acknowledged is lost, nothing is done twice (P1, P2)": await _captures(owner, ledger),
            "every call is one entry": await _calls(owner, ledger),
            "one sale and one event for each lead won (P3)": await _sales(owner, ledger),
            "all events went out": await _at_rest(owner),
            "one onboarding project for each sale (P3, P7)": await _projects(system, ledger),
            "the timeline is whole (P4)": await _says(system, "verify-log"),
            "addresses are the SSO's (P6)": await _addresses(system, owner, ledger),
            "roles, policies and triggers are in place": await _says(system, "doctor"),
        }
    finally:
        await owner.close()
    return found | {
        "nobody saw a fault of ours (P8)": [f"{count} times {what}" for what, count in ledger.wrong.items()]
    }


async def _captures(owner: asyncpg.Connection, ledger: Ledger) -> list[str]:
    rows = await owner.fetch(
        "SELECT idempotency_key, array_agg(lead_id::text) AS leads FROM capture_submission"
        " WHERE idempotency_key = ANY($1) GROUP BY 1",
        list(ledger.captures),
    )
    kept = {row["idempotency_key"]: row["leads"] for row in rows}
    wrong = [
        f"capture {key}: {kept.get(key)}" for key, lead in ledger.captures.items() if kept.get(key) != [lead]
    ]
    return wrong + [f"two open leads of {row['email_norm']}" for row in await owner.fetch(TWICE)]


async def _calls(owner: asyncpg.Connection, ledger: Ledger) -> list[str]:
    rows = await owner.fetch(
        "SELECT body::jsonb->>'notes' AS key, array_agg(activity_id::text) AS ids FROM activity_text"
        " WHERE body::jsonb->>'notes' = ANY($1) GROUP BY 1",
        list(ledger.calls),
    )
    kept = {row["key"]: row["ids"] for row in rows}
    return [f"call {key}: {kept.get(key)}" for key, entry in ledger.calls.items() if kept.get(key) != [entry]]


async def _sales(owner: asyncpg.Connection, ledger: Ledger) -> list[str]:
    rows = await owner.fetch(SALES, list(ledger.won))
    wrong = [f"lead {row['lead_id']}: {tuple(row)[1:]}" for row in rows if tuple(row)[1:] != (1, 1)]
    both = ledger.won & ledger.lost
    return wrong + [f"lead {lead} was said to be won and lost" for lead in both]


async def _at_rest(owner: asyncpg.Connection) -> list[str]:
    async def waiting() -> bool:
        return await owner.fetchval(WAITING) == 0

    return [] if await _within(waiting) else [f"{await owner.fetchval(WAITING)} wait still"]


async def _projects(system: System, ledger: Ledger) -> list[str]:
    """Wait for what an emptied Redis lost, which the worker publishes again; nothing may be started twice."""
    started: list[str] = []

    async def all_there() -> bool:
        async with httpx.AsyncClient(trust_env=False) as client:
            answer = (await client.get(f"{system.sandbox_url}/orchestrator/projects.json")).json()
        started[:] = [project["lead_id"] for project in answer["projects"]]
        return ledger.won <= set(started)

    there = await _within(all_there)
    missing = [] if there else [f"no project for lead {lead}" for lead in ledger.won - set(started)]
    return missing + [
        f"{started.count(lead)} projects for lead {lead}" for lead in ledger.won if started.count(lead) > 1
    ]


async def _addresses(system: System, owner: asyncpg.Connection, ledger: Ledger) -> list[str]:
    """Compare all accounts, as every night: an emptied Redis has lost news of them."""
    stack: Any = SimpleNamespace(settings=SimpleNamespace(public_url=system.urls["CRM_URL"]))
    headers = await asyncio.to_thread(browser, stack, "ada")
    async with httpx.AsyncClient(trust_env=False) as client:
        await client.post(
            f"{system.url}/admin/reconcile", headers={**headers, "Sec-Fetch-Site": "same-origin"}
        )
    kept: dict[str, str] = {}

    async def all_the_same() -> bool:
        rows = await owner.fetch(
            "SELECT sso_user_id, email FROM customer WHERE sso_user_id = ANY($1)", list(ledger.addresses)
        )
        kept.update({row["sso_user_id"]: row["email"] for row in rows})
        return kept == ledger.addresses

    if await _within(all_the_same):
        return []
    return [
        f"account {user}: {kept.get(user)} instead of {address}" for user, address in ledger.addresses.items()
    ]


async def _says(system: System, command: str) -> list[str]:
    try:
        await asyncio.to_thread(system.crm, command)
    except CalledProcessError as error:
        return [(error.stderr or error.stdout or "failed").strip()]
    return []


async def _is_ready(system: System) -> bool:
    with suppress(httpx.HTTPError):
        async with httpx.AsyncClient(trust_env=False) as client:
            return (await client.get(f"{system.url}/health/ready")).is_success
    return False


async def _within(look: Callable[[], Awaitable[bool]]) -> bool:
    end = time.monotonic() + LONGEST_CALM
    while not await look():
        if time.monotonic() > end:
            return False
        await asyncio.sleep(0.5)
    return True
