"""The worker as arq runs it: wake-ups do what they name, and what nobody woke is swept up."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from arq.connections import RedisSettings
from arq.worker import Worker, get_kwargs

from app.core.clock import now
from app.core.settings import settings
from app.gateways import queue
from app.gateways.mail import open_mail
from app.services import digests
from app.store.checks import NotReady
from jobs.life import start, stop
from jobs.sweep import sweep, tidy
from jobs.worker import WorkerSettings, redis_settings
from tests import make
from tests.mailing import SENDER, mail_server
from tests.services.test_handoff import win
from tests.services.test_identity_events import event, raw
from tests.wait import until

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    import asyncpg
    from redis.asyncio import Redis

    from tests.cast import Cast
    from tests.database import Place


@pytest.fixture
async def context(pool: None, place: Place, redis: Redis) -> AsyncGenerator[dict[str, Any]]:
    """What jobs get from a worker that has started."""
    from app.store.transaction import close_pool  # noqa: PLC0415  the worker opens its own

    await close_pool()
    made: dict[str, Any] = {}
    await start(made)
    yield made
    await stop(made)


async def test_it_does_not_start_on_an_older_schema(
    pool: None, place: Place, owner: asyncpg.Connection
) -> None:
    await owner.execute("COMMENT ON TABLE migration IS 'crm_2026_01_01t00_00_00_000000'")
    with pytest.raises(NotReady, match="crm migrate"):
        await start({})


async def run_until_empty(context: dict[str, Any], place: Place) -> None:
    await queue.settle()
    given = {name: value for name, value in get_kwargs(WorkerSettings).items() if not name.startswith("on_")}
    worker = Worker(
        **{**given, "cron_jobs": [], "poll_delay": 0},
        redis_settings=RedisSettings.from_dsn(place.redis_url),
        burst=True,
        handle_signals=False,
        ctx=dict(context),
    )
    await worker.async_run()
    assert worker.jobs_failed == 0
    await worker.pool.aclose(close_connection_pool=True)


async def test_a_wake_up_hands_the_sale_over(
    context: dict[str, Any], owner: asyncpg.Connection, cast: Cast, place: Place, redis: Redis
) -> None:
    await win(owner, cast)
    await run_until_empty(context, place)
    assert await redis.xlen("crm.events") == 1
    assert await owner.fetchval("SELECT published_at IS NOT NULL FROM outbox")


async def test_a_wake_up_scores_the_lead(
    context: dict[str, Any], owner: asyncpg.Connection, cast: Cast, place: Place
) -> None:
    await make.lead(owner, cast.rita, score_due_at=now())
    await queue.wake("score_leads")
    await run_until_empty(context, place)
    assert await owner.fetchval("SELECT score IS NOT NULL FROM lead")


async def test_what_nobody_woke_is_swept_up(
    context: dict[str, Any], owner: asyncpg.Connection, cast: Cast
) -> None:
    await make.lead(owner, cast.rita, score_due_at=now())
    await sweep(context)
    assert await owner.fetchval("SELECT score IS NOT NULL FROM lead")


async def test_what_fails_in_a_sweep_does_not_stop_the_rest(
    context: dict[str, Any], owner: asyncpg.Connection, cast: Cast
) -> None:
    await make.lead(owner, cast.rita, score_due_at=now())
    await make.lead(owner, cast.rita)
    await owner.execute("ALTER TABLE lead ADD CONSTRAINT no_score CHECK (score IS NULL)")
    customer = await make.customer(owner, email_conflict="new@grace.example")
    assert await owner.fetchval("SELECT count(*) FROM lead_total") == 2
    with pytest.raises(ExceptionGroup) as failed:
        await sweep(context)
    assert [type(error).__name__ for error in failed.value.exceptions] == ["CheckViolationError"]
    assert await owner.fetchval("SELECT email FROM customer WHERE id = $1", customer) == "new@grace.example"
    assert await owner.fetchval("SELECT count(*) FROM lead_total") == 1


async def test_the_stream_of_the_sso_ends_in_the_customer(
    context: dict[str, Any], owner: asyncpg.Connection, place: Place, redis: Redis
) -> None:
    await make.customer(owner, sso_user_id="sso-grace")
    await redis.xadd("sso.events", {"data": raw(event(version=1))})
    await redis.xadd("sso.events", {"data": "not json"})

    async def acknowledged() -> bool:
        groups = await redis.xinfo_groups("sso.events") if await redis.exists("sso.events") else []
        return bool(groups) and groups[0]["lag"] == groups[0]["pending"] == 0

    await until(acknowledged, "both entries read and acknowledged")
    await run_until_empty(context, place)
    assert await owner.fetchval("SELECT email FROM customer") == "new@grace.example"
    rows = await owner.fetch("SELECT status FROM inbox ORDER BY status")
    assert [row["status"] for row in rows] == ["applied", "dead"]


@pytest.mark.usefixtures("pool", "redis")
async def test_a_digest_asked_for_is_mailed_at_once(
    owner: asyncpg.Connection, cast: Cast, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    await make.lead(owner, cast.rita, score=90)
    async with mail_server() as post:
        monkeypatch.setenv("SMTP_URL", f"smtp://127.0.0.1:{post.port}?tls=no")
        monkeypatch.setenv("MAIL_FROM", SENDER)
        settings.cache_clear()
        await digests.ask_now(cast.rita)
        await run_until_empty({"mail": open_mail(settings())}, place)
    monkeypatch.undo()
    settings.cache_clear()
    assert [mail["Subject"] for mail in post.mails] == ["1 new and hot"]


async def answer_kept(owner: asyncpg.Connection, days: int) -> None:
    await owner.execute(
        "INSERT INTO idempotency (client, key, body_hash, status, answer, created_at)"
        " VALUES ('c', $1::text, '', 200, $2, now() - make_interval(days => $3))",
        str(days),
        json.dumps({}),
        days,
    )


async def test_tidying_forgets_only_what_is_old(
    context: dict[str, Any], owner: asyncpg.Connection, cast: Cast
) -> None:
    await answer_kept(owner, 1)
    await answer_kept(owner, 8)
    await tidy(context)
    assert await owner.fetchval("SELECT string_agg(key, ',') FROM idempotency") == "1"


async def test_what_cannot_be_forgotten_does_not_keep_the_rest(
    context: dict[str, Any], owner: asyncpg.Connection
) -> None:
    await answer_kept(owner, 8)
    await owner.execute("REVOKE DELETE ON login_attempt FROM crm_system")
    with pytest.raises(ExceptionGroup):
        await tidy(context)
    assert await owner.fetchval("SELECT count(*) FROM idempotency") == 0


async def test_a_worker_that_starts_before_redis_waits_for_it(place: Place) -> None:
    found = redis_settings()
    assert found.conn_retries > 10**6
    assert found.password == RedisSettings.from_dsn(settings().redis_url or "").password
