"""What a worker opens when it starts, and closes when it ends."""

import asyncio
import contextlib
import socket
from typing import Any

import structlog

from app.contracts.events import SSO_STREAM
from app.core.settings import BadSetting, settings
from app.gateways import live, queue
from app.gateways.event_stream import StreamReader
from app.gateways.mail import open_mail
from app.gateways.sinks import close_sinks, open_sinks
from app.services import handoff
from app.store.checks import must_hold
from app.store.transaction import close_pool, open_pool, tell_of_entries
from jobs.consume_sso_stream import GROUP, consume_sso_stream


async def start(ctx: dict[str, Any]) -> None:
    """Open the pool and the sinks, and begin to read the SSO's stream."""
    here = settings()
    if here.database_url is None or here.redis_url is None:
        raise BadSetting("DATABASE_URL and REDIS_URL must be set for a worker")
    await must_hold(here.database_url)
    await open_pool(here.database_url, here.pool_size)
    tell_of_entries(live.announce_entries)
    ctx["sinks"] = open_sinks(here)
    ctx["mail"] = open_mail(here)
    await handoff.settle(ctx["sinks"])
    # The host's name: after a restart the consumer finds what it left unfinished under the same name.
    ctx["reader"] = StreamReader(here.redis_url, SSO_STREAM, GROUP, socket.gethostname())
    ctx["consumer"] = asyncio.create_task(consume_sso_stream(ctx["reader"]), name="consume_sso_stream")


async def name_job(ctx: dict[str, Any]) -> None:
    """Let every log line of a job carry its id."""
    structlog.contextvars.bind_contextvars(job_id=ctx["job_id"])


async def stop(ctx: dict[str, Any]) -> None:
    """End what `start` began; a worker that never got that far has nothing to end."""
    if "consumer" in ctx:
        ctx["consumer"].cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await ctx["consumer"]
        await ctx["reader"].close()
        await close_sinks(ctx["sinks"])
    await queue.close()
    await close_pool()
