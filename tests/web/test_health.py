"""What a load balancer and a person are told about the parts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.gateways.sso.company import sso as company_sso
from app.services import health

if TYPE_CHECKING:
    import asyncpg
    import pytest
    from httpx import AsyncClient

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
