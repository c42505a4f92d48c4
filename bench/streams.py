"""Five hundred open boards that nobody looks at: what they cost the page that somebody does look at."""

from __future__ import annotations

import asyncio
import secrets
import time
from contextlib import AsyncExitStack, asynccontextmanager
from statistics import median
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from app.store.sessions import hash_of
from app.web.guards import SESSION_COOKIE

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    import asyncpg

    from bench.actions import Actions
    from bench.stack import Stack

STREAMS: Final = 500
# Fewer than one person may have open at once.
EACH: Final = 4
_PEOPLE: Final = """
    INSERT INTO staff (id, name, email, roles, accepts_leads, created_at, updated_at)
    SELECT 'idle-' || n, 'Idle ' || n, n || '@idle.example', '{}', false, now(), now() FROM generate_series(1, $1) AS n
    ON CONFLICT DO NOTHING"""
_SESSION: Final = """
    INSERT INTO session (id_hash, staff_id, roles, role, created_at, last_seen_at, refreshed_at, expires_at)
    VALUES ($1, $2, '{SALES_REP}', 'crm_rep', now(), now(), now(), now() + interval '1 hour')"""


async def compare(stack: Stack, actions: Actions, owner: asyncpg.Connection, seconds: int) -> str:
    """Measure the board beside no stream, beside all of them, and beside none again; say what was seen."""
    tokens = await _sign_in(owner)
    before = await _board(actions, seconds)
    async with AsyncExitStack() as opened:
        for token in tokens:
            for _ in range(EACH):
                await opened.enter_async_context(_stream(stack, token))
        beside = await _board(actions, seconds)
    after = await _board(actions, seconds)
    await owner.execute("DELETE FROM session WHERE staff_id LIKE 'idle-%'")
    return (
        f"Board, p50: {before:.1f} ms beside no stream, {beside:.1f} ms beside {STREAMS} idle ones,"
        f" {after:.1f} ms beside none again"
    )


async def _sign_in(owner: asyncpg.Connection) -> list[str]:
    people = STREAMS // EACH
    await owner.execute(_PEOPLE, people)
    tokens = [secrets.token_urlsafe() for _ in range(people)]
    await owner.executemany(_SESSION, [(hash_of(token), f"idle-{n}") for n, token in enumerate(tokens, 1)])
    return tokens


@asynccontextmanager
async def _stream(stack: Stack, token: str) -> AsyncGenerator[None]:
    """Hold one stream open, from its first event on."""
    parts = urlsplit(stack.settings.public_url)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    lines = ("GET /live HTTP/1.1", f"Host: {parts.netloc}", f"Cookie: {SESSION_COOKIE}={token}",
             "Accept: text/event-stream", "", "")  # fmt: skip
    writer.write("\r\n".join(lines).encode())
    await reader.readuntil(b"event: hello")
    try:
        yield
    finally:
        writer.close()


async def _board(actions: Actions, seconds: int) -> float:
    times: list[float] = []
    started = time.perf_counter()
    while (begun := time.perf_counter()) < started + seconds:
        await actions.board(0)
        times.append((time.perf_counter() - begun) * 1000)
    return median(times)
