"""What a load balancer and a person are told about the parts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.gateways.sso.company import sso as company_sso

if TYPE_CHECKING:
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
