"""/metrics says what operators need and nothing about anybody."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from httpx import ASGITransport
from httpx import AsyncClient as Client

from app.core.settings import settings
from app.gateways.event_bus import MemoryStream
from app.services import deliveries, handoff
from tests import make
from tests.conftest import METRICS_TOKEN
from tests.services.test_handoff import win

if TYPE_CHECKING:
    from collections.abc import Callable

    import asyncpg
    from litestar import Litestar
    from redis.asyncio import Redis

    from tests.cast import Cast

HEADERS = dict[str, str]
ASKING = {"Authorization": f"Bearer {METRICS_TOKEN}"}


async def scrape(client: Client) -> dict[str, float]:
    answer = await client.get("/metrics", headers=ASKING)
    assert answer.status_code == 200, answer.text
    lines = [line.rpartition(" ") for line in answer.text.splitlines() if not line.startswith("#")]
    return {name: float(value) for name, _, value in lines}


async def test_what_waits_is_counted_and_so_is_what_is_stuck(
    client: Client, owner: asyncpg.Connection, cast: Cast
) -> None:
    await win(owner, cast)
    before = await scrape(client)
    assert (before["crm_outbox_unsent"], before["crm_outbox_failing"], before["crm_sales"]) == (1, 0, 1)
    bus = MemoryStream()
    bus.trouble = "the disk is full"
    await handoff.publish_due({"stream": bus}, "stream")
    await owner.execute("UPDATE outbox SET created_at = created_at - interval '2 hours'")
    await deliveries.pause_sink(cast.ada, "stream", "")
    after = await scrape(client)
    assert (after["crm_outbox_failing"], after["crm_outbox_stuck"]) == (1, 1)
    assert after["crm_outbox_oldest_unsent_seconds"] > 7000
    assert (after['crm_sink_waiting{sink="stream"}'], after['crm_sink_paused{sink="stream"}']) == (1, 1)


async def test_a_score_counts_as_due_when_its_time_has_come(
    client: Client, owner: asyncpg.Connection, cast: Cast
) -> None:
    for minutes in (-5, 0, 5):
        await make.lead(owner, cast.rita, score_due_at=make.now() + timedelta(minutes=minutes))
    said = await scrape(client)
    assert said["crm_scores_due"] == 2
    assert 300 <= said["crm_scores_oldest_due_seconds"] < 400


async def test_the_lag_of_every_consumer_is_told(client: Client, redis: Redis) -> None:
    await redis.xadd("crm.events", {"data": "{}"})
    await redis.xadd("crm.events", {"data": "{}"})
    await redis.xgroup_create("crm.events", "orchestrator", id="0")
    await redis.xreadgroup("orchestrator", "one", {"crm.events": ">"}, count=1)
    said = await scrape(client)
    place = '{group="orchestrator",stream="crm.events"}'
    assert (said[f"crm_stream_lag{place}"], said[f"crm_stream_pending{place}"]) == (1, 1)
    assert said["crm_worker_up"] == 0


async def test_captures_are_counted_by_what_became_of_them(
    client: Client, as_user: Callable[[str], HEADERS]
) -> None:
    before = await scrape(client)
    form = {"name": "Grace Hopper", "email": "grace@navy.example"}
    for body, key in ((form, "one"), (form, "one"), (form, "two"), ({"name": ""}, "three")):
        headers = as_user("cms") | {"Idempotency-Key": key}
        await client.post("/v1/leads/capture", json=body, headers=headers)
    after = await scrape(client)

    def more(outcome: str) -> float:
        name = f'crm_captures_total{{outcome="{outcome}"}}'
        return after[name] - before.get(name, 0)

    assert [more(each) for each in ("created", "replayed", "merged", "refused")] == [1, 1, 1, 1]


async def test_a_request_is_counted_by_its_template_and_nobody_is_named(
    client: Client, owner: asyncpg.Connection, cast: Cast, as_user: Callable[[str], HEADERS]
) -> None:
    lead_id = await win(owner, cast)
    await client.get(f"/v1/leads/{lead_id}", headers=as_user("rita"))
    answer = await client.get("/metrics", headers=ASKING)
    assert (
        re.search(
            r'crm_request_seconds_count\{method="GET",route="/v1/leads/\{lead_id:uuid\}",status="200"\} ',
            answer.text,
        )
        or 'route="/v1/leads/{lead_id}"' in answer.text
    )
    personal = (str(lead_id), cast.rita.id, "slyyfoxx.example", "customer.example")
    assert [each for each in personal if each in answer.text] == []


async def test_a_token_is_asked_for_where_one_is_set(client: Client) -> None:
    assert (await client.get("/metrics")).status_code == 401
    assert (await client.get("/metrics", headers={"Authorization": "Bearer another"})).status_code == 401
    assert await scrape(client)


@pytest.mark.parametrize(
    ("caller", "settled", "status"),
    [
        ("127.0.0.1", ("http://127.0.0.1:8000", ""), 200),
        ("::1", ("http://localhost:8000", ""), 200),
        ("::ffff:127.0.0.1", ("http://127.0.0.1:8000", ""), 200),
        ("10.0.0.7", ("http://127.0.0.1:8000", ""), 401),
        ("127.0.0.1", ("https://crm.example", ""), 401),
        ("10.0.0.7", ("https://crm.example", "1"), 200),
    ],
    ids=["same machine", "IPv6", "IPv4 in IPv6", "another machine", "behind a proxy", "sandbox"],
)
async def test_without_a_token_only_the_machine_itself_is_answered(
    caller: str, settled: tuple[str, str], status: int, app: Litestar, monkeypatch: pytest.MonkeyPatch
) -> None:
    public_url, sandbox = settled
    monkeypatch.delenv("CRM_METRICS_TOKEN")
    monkeypatch.setenv("CRM_PUBLIC_URL", public_url)
    monkeypatch.setenv("CRM_SANDBOX", sandbox)
    settings.cache_clear()
    served: Any = app
    async with Client(transport=ASGITransport(served, client=(caller, 4321)), base_url=public_url) as client:
        answer = await client.get("/metrics", headers={"X-Forwarded-For": "127.0.0.1"})
    monkeypatch.undo()
    settings.cache_clear()
    assert (answer.status_code, "crm_sales" in answer.text) == (status, status == 200)


async def test_without_redis_the_rest_is_still_told(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1:1/0")
    settings.cache_clear()
    said = await scrape(client)
    assert (said['crm_part_up{part="redis"}'], said['crm_part_up{part="postgresql"}']) == (0, 1)
    assert "crm_outbox_unsent" in said
    monkeypatch.undo()
    settings.cache_clear()
