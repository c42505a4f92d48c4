"""Redis away, full, or killed with and without its files: people work on, and what is owed is done later."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from app.core.clock import now
from app.core.ids import uuid7
from app.gateways.event_bus import RedisStream
from app.services import bus_upkeep
from tests import make
from tests.cast import CAST
from tests.faults.test_handoff import all_sent, event_ids
from tests.services.test_handoff import win
from tests.services.test_identity_events import event, raw
from tests.wait import BOOT, until

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    import asyncpg
    from httpx import AsyncClient

    from tests.cast import Cast
    from tests.faults.conftest import OwnRedis

    Tend = Callable[[], bool]
    SignIn = Callable[[str], Awaitable[AsyncClient]]

FORM = {"name": "Grace Hopper", "email": "grace@navy.example", "message": "We need a demo"}


@pytest.fixture
async def no_redis(own_redis: OwnRedis) -> OwnRedis:
    """The settings name a Redis that is not there; what starts now starts without it."""
    own_redis.stop()
    return own_redis


async def test_everybody_works_on_without_redis(
    no_redis: OwnRedis, client: AsyncClient, signed_in: SignIn, as_user: Callable[..., dict[str, str]]
) -> None:
    """The application starts, people sign in, a form comes in, is logged about, moved and looked at."""
    rita = await signed_in("rita")
    captured = await client.post("/v1/leads/capture", json=FORM, headers=as_user("cms"))
    lead = captured.json()["lead_id"]
    ada = as_user("ada")
    given = {"assigned_to_id": CAST.rita.id, "version": 1, "reason": "Hers"}
    assigned = await client.post(f"/v1/leads/{lead}/assign", json=given, headers=ada)
    moved = await rita.post(
        f"/leads/{lead}/stage",
        data={"to": "qualified", "version": str(assigned.json()["version"]), "key": str(uuid7())},
    )
    logged = await client.post("/v1/activity/log", json=_call(captured.json()), headers=as_user("rita"))
    pages = [
        await rita.get(path) for path in ("/", "/board", f"/leads/{lead}", "/customers", "/health/ready")
    ]
    answers = [captured, assigned, moved, logged, *pages]
    assert [
        answer.status_code for answer in answers if not answer.is_success and answer.status_code != 303
    ] == []
    assert lead in pages[1].text
    assert pages[-1].json()["parts"]["redis"] != "up"


def _call(captured: dict[str, str]) -> dict[str, str]:
    about = {name: captured[name] for name in ("customer_id", "lead_id")}
    return {**about, "user_id": CAST.rita.id, "activity_type": "Call", "notes": "They will decide"}


@pytest.mark.usefixtures("pool")
async def test_a_full_redis_delays_a_sale_and_loses_nothing(
    owner: asyncpg.Connection, cast: Cast, own_redis: OwnRedis, tended: Tend
) -> None:
    tended()
    await win(owner, cast)
    await until(lambda: all_sent(owner), "the first event sent", BOOT)
    await own_redis.client.config_set("maxmemory", "1")  # whatever is written now is refused
    await win(owner, cast)
    assert not await all_sent(owner)
    assert len(await own_redis.published()) == 1
    await own_redis.client.config_set("maxmemory", "0")
    await until(lambda: tended() and all_sent(owner), "the second event sent", BOOT)
    assert await own_redis.published() == await event_ids(owner)


@pytest.mark.usefixtures("pool")
@pytest.mark.parametrize("files", ["kept", "lost"])
async def test_redis_killed_under_a_worker(
    owner: asyncpg.Connection, cast: Cast, own_redis: OwnRedis, tended: Tend, files: str
) -> None:
    customer_id = await make.customer(owner, sso_user_id="sso-grace")
    tended()
    await win(owner, cast)
    await until(lambda: all_sent(owner), "the first event sent", BOOT)
    own_redis.kill()
    if files == "lost":
        own_redis.lose_files()
    await win(owner, cast)
    await make.lead(owner, cast.rita, score_due_at=now())
    own_redis.start()
    await own_redis.client.xadd("sso.events", {"data": raw(event(version=1))})
    await until(lambda: tended() and all_sent(owner), "the second event sent", BOOT)
    await until(
        lambda: tended() and owner.fetchval("SELECT bool_or(score IS NOT NULL) FROM lead"),
        "the lead scored",
        BOOT,
    )
    email = "SELECT email = 'new@grace.example' FROM customer WHERE id = $1"
    await until(lambda: tended() and owner.fetchval(email, customer_id), "the SSO's event applied", BOOT)
    bus = RedisStream(own_redis.url)
    await bus_upkeep.republish_lost({bus.name: bus})  # the worker does it once a minute
    await bus.close()

    async def nothing_is_lost_or_doubled() -> bool:
        return sorted(await own_redis.published()) == sorted(await event_ids(owner))

    await until(nothing_is_lost_or_doubled, "every event on the stream once", BOOT)
