"""The rate of captures: shared through Redis, kept alone without it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from app.core.settings import BadSetting, load, settings
from app.gateways import rate_limit
from app.gateways.rate_limit import Limiter

if TYPE_CHECKING:
    from collections.abc import Callable

    from httpx import AsyncClient
    from redis.asyncio import Redis

    from tests.database import Place

CAPTURE = "/v1/leads/capture"


@pytest.fixture
def rate(place: Place, monkeypatch: pytest.MonkeyPatch) -> Any:
    """`rate("3/minute")` sets the rate for the rest of the test."""

    def change(words: str, redis_url: str = place.redis_url) -> None:
        monkeypatch.setenv("CRM_CAPTURE_RATE", words)
        monkeypatch.setenv("REDIS_URL", redis_url)
        settings.cache_clear()

    yield change
    monkeypatch.undo()
    settings.cache_clear()


async def test_two_processes_share_one_window(redis: Redis, rate: Callable[..., None]) -> None:
    rate("3/minute")
    one, two = Limiter(), Limiter()
    waits = [await each.wait_for("cms", "3/minute") for each in (one, two, one, two, one)]
    assert waits[:3] == [0, 0, 0]
    assert all(0 < wait <= 60 for wait in waits[3:])
    assert await one.wait_for("shop", "3/minute") == 0
    await one.close()
    await two.close()


async def test_a_busy_client_is_counted_behind_its_answers(redis: Redis, rate: Callable[..., None]) -> None:
    rate("10000/hour")
    limiter, calls = Limiter(), 0
    while await counted(redis) == calls:  # each before its answer, until it is known how far away the rate is
        calls += 1
        assert await limiter.wait_for("cms", "10000/hour") == 0
    await limiter.settle()
    assert await counted(redis) == calls
    await limiter.close()


async def test_a_busy_client_gets_its_rate_and_no_more(
    redis: Redis, rate: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    rate("1000/hour")
    limiter, let_in = Limiter(), 0
    while await counted(redis) == let_in:
        assert await limiter.wait_for("cms", "1000/hour") == 0
        let_in += 1
    monkeypatch.setattr(rate_limit, "APART", 3600)  # whatever is owed from now on stays so
    while await limiter.wait_for("cms", "1000/hour") == 0:
        let_in += 1
        await redis.ping()  # so that what is counted behind has its turn
    await limiter.settle()
    assert (let_in, await counted(redis)) == (1000, 1000)
    await limiter.close()


async def counted(redis: Redis) -> int:
    """Return how many calls the window of Redis holds."""
    client: Any = redis  # its annotations are of both kinds, async or not
    return sum([await client.llen(key) async for key in client.scan_iter("*capture*cms*")])


async def test_without_redis_each_process_keeps_the_rate_alone(rate: Callable[..., None]) -> None:
    rate("2/minute", "redis://127.0.0.1:1/0")
    one, two = Limiter(), Limiter()
    assert [await one.wait_for("cms", "2/minute") > 0 for _ in range(3)] == [False, False, True]
    assert await two.wait_for("cms", "2/minute") == 0


async def test_too_many_captures_are_429_before_the_body_is_looked_at(
    client: AsyncClient, as_user: Callable[..., dict[str, str]], rate: Callable[..., None]
) -> None:
    rate("2/minute")
    headers = {**as_user("cms"), "Content-Type": "application/json"}
    body = json.dumps({"name": "Grace Hopper", "email": "grace@navy.example"})
    sent = [await client.post(CAPTURE, headers=headers, content=body) for _ in range(2)]
    assert [answer.status_code for answer in sent] == [201, 200]
    refused = await client.post(CAPTURE, headers=headers, content=b"\xff")
    assert refused.status_code == 429
    assert 1 <= int(refused.headers["retry-after"]) <= 60
    assert refused.json()["type"] == "/problems/too-many-requests"
    other = await client.post(
        CAPTURE, headers={**as_user("cms", azp="shop", client_id="shop", sub="shop")}, content=body
    )
    assert other.status_code == 415


def test_an_odd_rate_is_refused_by_name() -> None:
    for odd in ("fast", "0/second", "10", "10/fortnight"):
        with pytest.raises(BadSetting, match="CRM_CAPTURE_RATE"):
            load({"CRM_CAPTURE_RATE": odd})
