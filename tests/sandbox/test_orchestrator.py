"""The sandbox Orchestrator starts one onboarding project a sale, whatever happens on the way."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from app.core.ids import uuid7
from app.sandbox.onboarding import CONSUMER, GROUP, STREAM
from tests.ports import reserve_port
from tests.sandbox.neighbours import forwarded, neighbours, settings_of
from tests.wait import until

if TYPE_CHECKING:
    from pathlib import Path

    from httpx import AsyncClient
    from redis.asyncio import Redis

    from app.core.settings import Settings
    from tests.database import Place


def sale(**changed: Any) -> dict[str, Any]:
    details = {"sale_id": str(uuid7()), "lead_id": str(uuid7()), "amount": "12000.00", "currency": "EUR"}
    details |= {"product": "Slyyfoxx Business", "starts_on": "2027-01-01", "sales_rep_id": "R-1001"}
    event = {"specversion": "1.0", "id": str(uuid7()), "source": "/slyyfoxx/crm", "type": "SaleClosedWonV1"}
    return event | {"data": {"customer_id": str(uuid7()), "sale_details": details}} | changed


async def publish(redis: Redis, *published: dict[str, Any] | str) -> None:
    for event in published:
        data = event if isinstance(event, str) else json.dumps(event)
        await redis.xadd(STREAM, {"data": data})


async def all_read(redis: Redis) -> bool:
    groups = await redis.xinfo_groups(STREAM) if await redis.exists(STREAM) else []
    return bool(groups) and groups[0]["lag"] == 0 and groups[0]["pending"] == 0


async def state(sandbox: AsyncClient, redis: Redis) -> dict[str, Any]:
    await until(lambda: all_read(redis), "every entry is read and acknowledged")
    return (await sandbox.get("/orchestrator/projects.json")).json()


async def test_a_sale_starts_a_project_that_the_page_shows(sandbox: AsyncClient, redis: Redis) -> None:
    event = sale()
    await publish(redis, event)
    (project,) = (await state(sandbox, redis))["projects"]
    assert project["event_id"] == event["id"]
    assert (project["amount"], project["starts_on"]) == ("12000.00", "2027-01-01")
    page = (await sandbox.get("/orchestrator")).text
    for shown in (
        event["id"],
        event["data"]["customer_id"],
        "Slyyfoxx Business",
        "12000.00 EUR",
        "2027-01-01",
    ):
        assert shown in page


async def test_a_repeat_starts_nothing(sandbox: AsyncClient, redis: Redis) -> None:
    event = sale()
    await publish(redis, event, event, event | {"id": str(uuid7())})
    found = await state(sandbox, redis)
    assert (len(found["projects"]), found["ignored_repeats"]) == (1, 2)


async def test_what_was_published_before_it_started_counts(config: Settings, redis: Redis) -> None:
    await publish(redis, sale(), sale())
    async with neighbours(config) as sandbox:
        assert len((await state(sandbox, redis))["projects"]) == 2


@pytest.mark.parametrize("broken", ["not json", "[]", "{}", '{"type": "SaleClosedWonV1", "data": 1}', "null"])
async def test_an_unreadable_event_does_not_stop_the_next(
    sandbox: AsyncClient, redis: Redis, broken: str
) -> None:
    await publish(redis, broken, sale())
    found = await state(sandbox, redis)
    assert (len(found["projects"]), found["unreadable"]) == (1, 1)


async def test_bytes_that_are_no_text_do_not_stop_it(sandbox: AsyncClient, redis: Redis) -> None:
    await redis.xadd(STREAM, {"data": b"\xff\xfe"})
    await publish(redis, sale(), sale(type="LeadLostV1"))
    found = await state(sandbox, redis)
    assert (len(found["projects"]), found["unreadable"]) == (1, 1)


async def test_a_restart_and_a_wiped_redis_lose_and_repeat_nothing(config: Settings, redis: Redis) -> None:
    event = sale()
    async with neighbours(config) as sandbox:
        await publish(redis, event)
        await state(sandbox, redis)
        await redis.flushdb()
        await publish(redis, event, sale())
        assert len((await state(sandbox, redis))["projects"]) == 2
    async with neighbours(config) as sandbox:
        await publish(redis, event)
        found = await state(sandbox, redis)
        assert (len(found["projects"]), found["ignored_repeats"]) == (2, 2)


async def test_what_a_crash_left_unacknowledged_is_taken_up(config: Settings, redis: Redis) -> None:
    await redis.xgroup_create(STREAM, GROUP, id="0", mkstream=True)
    await publish(redis, sale())
    await redis.xreadgroup(GROUP, CONSUMER, {STREAM: ">"})
    async with neighbours(config) as sandbox:
        assert len((await state(sandbox, redis))["projects"]) == 1


async def test_it_waits_for_redis_and_says_so(tmp_path: Path, redis: Redis, place: Place) -> None:
    port = reserve_port()
    down = f"redis://127.0.0.1:{port}/{redis.connection_pool.connection_kwargs.get('db', 0)}"
    password = redis.connection_pool.connection_kwargs.get("password")
    if password:
        down = down.replace("redis://", f"redis://:{password}@")
    async with neighbours(settings_of(tmp_path, down)) as sandbox:

        async def trouble() -> Any:
            return (await sandbox.get("/orchestrator/projects.json")).json()["trouble"]

        await until(trouble, "it says that Redis does not answer")
        assert 'role="alert"' in (await sandbox.get("/orchestrator")).text
        async with forwarded(port, place.redis_url):
            await publish(redis, sale())
            assert len((await state(sandbox, redis))["projects"]) == 1
            assert await trouble() is None
