"""What a load balancer and a person are told about the parts."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from app.core.errors import Conflict
from app.gateways.sso.company import sso as company_sso
from app.services import health
from app.store.checks import Check, run_checks
from app.store.engine import engine

if TYPE_CHECKING:
    from collections.abc import Callable

    import asyncpg
    from httpx import AsyncClient

    from tests.database import Place
    from tests.fakes import FakeSso


async def test_an_sso_that_is_away_degrades_and_stops_nothing(client: AsyncClient, sso: FakeSso) -> None:
    company_sso.cache_clear()
    ready = await client.get("/health/ready")
    assert (ready.status_code, ready.json()["status"], ready.json()["parts"]["sso"]) == (200, "ready", "up")
    company_sso.cache_clear()
    sso.down = True
    away = await client.get("/health/ready")
    sso.restore()
    company_sso.cache_clear()
    assert (away.status_code, away.json()["status"], away.json()["parts"]["sso"]) == (200, "degraded", "down")


async def test_a_safeguard_switched_off_while_running_turns_it_red(
    client: AsyncClient, owner: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "SAFEGUARDS_SECONDS", -1.0)
    assert (await client.get("/health/ready")).status_code == 200
    await owner.execute("ALTER TABLE activity DISABLE TRIGGER activity_no_change")
    red = await client.get("/health/ready")
    assert (red.status_code, red.json()["parts"]["safeguards"]) == (503, "down")
    assert red.headers["retry-after"]
    await owner.execute("ALTER TABLE activity ENABLE ALWAYS TRIGGER activity_no_change")
    assert (await client.get("/health/ready")).status_code == 200


async def test_a_database_that_takes_no_writes_turns_it_red(
    client: AsyncClient, database: Place, as_user: Callable[..., dict[str, str]]
) -> None:
    pool = engine.pool
    assert pool is not None
    await pool.expire_connections()
    pool.set_connect_args(database.app_url, server_settings={"default_transaction_read_only": "on"})
    red = await client.get("/health/ready")
    assert (red.status_code, red.json()["parts"]["postgresql"]) == (503, "down")
    form = {"name": "Grace Hopper", "email": "grace@navy.example"}
    refused = await client.post("/v1/leads/capture", json=form, headers=as_user("cms"))
    assert (refused.status_code, refused.json()["type"]) == (503, "/problems/store-down")


async def test_however_many_ask_the_safeguards_are_looked_at_once(
    database: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    there = [database.app_url]

    async def look(_: str) -> list[Check]:
        asked.extend(there)
        return await run_checks(there[0])

    monkeypatch.setattr(health, "run_checks", look)
    monkeypatch.setattr(health, "FAILED_SECONDS", 60.0)
    safeguards = health.Safeguards()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0):
            await safeguards.check()
    await asyncio.gather(*(safeguards.check() for _ in range(300)))
    assert len(asked) == 1

    there[0] = "postgresql://127.0.0.1:1/away"
    away = health.Safeguards()
    answers = await asyncio.gather(*(away.check() for _ in range(300)), return_exceptions=True)
    assert {type(answer) for answer in answers} == {Conflict}
    with pytest.raises(Conflict, match="cannot be looked at"):
        await away.check()
    assert len(asked) == 2
