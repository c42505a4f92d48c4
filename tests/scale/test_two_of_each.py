"""Two web servers behind a proxy, one of two processes, and two workers, on the same stores: it is one CRM."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from contextlib import asynccontextmanager
from itertools import cycle
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from redis.asyncio import from_url

from app.core.settings import settings
from app.sandbox.ports import free_port
from app.web.guards import CSRF_HEADER, SESSION_COOKIE, csrf_token
from tests import make
from tests.listening import listening, pass_on
from tests.wait import until

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable
    from uuid import UUID

    import asyncpg
    from redis.asyncio import Redis

    from tests.cast import Cast
    from tests.fakes import FakeSso

ROOT = Path(__file__).parents[2]
SALES = 6
SOLD = {"amount": "1200.00", "currency": "EUR", "product": "Team plan"}


@asynccontextmanager
async def proxy(ports: list[str]) -> AsyncGenerator[str]:
    """Send each new connection to the next server; the URL is what people would type."""
    turn = cycle(ports)

    async def next_one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await pass_on(reader, writer, int(next(turn)))

    async with listening(next_one) as port:
        yield f"http://127.0.0.1:{port}"


@pytest.fixture
async def leads(owner: asyncpg.Connection, cast: Cast) -> list[UUID]:
    """Some leads of rita that are ripe."""
    return [await make.lead(owner, cast.rita, "negotiation") for _ in range(SALES)]


@pytest.fixture
async def crm(cast: Cast, redis: Redis, tmp_path: Path) -> AsyncGenerator[httpx.AsyncClient]:
    """A client of all of them; each request is a new connection, so another server answers it."""
    ports = [free_port(), free_port()]
    async with proxy(ports) as url:
        own = {
            "CRM_PUBLIC_URL": url,
            "CRM_POOL_SIZE": "3",
            "CRM_HOME": str(tmp_path),
            "TMPDIR": str(tmp_path),
        }
        running = [
            _start(("serve", "--workers", number), own | {"CRM_PORT": port})
            for port, number in zip(ports, "12", strict=True)
        ]
        running += [_start(("worker",), own) for _ in range(2)]
        try:
            each_anew = httpx.Limits(max_keepalive_connections=0)
            async with httpx.AsyncClient(base_url=url, limits=each_anew, timeout=20) as client:
                for port in ports:
                    await until(lambda port=port: _answers(client, port), f"{port} answers", 60)
                yield client
        finally:
            for process in running:
                process.terminate()
            for process in running:
                process.wait()
        assert _left_behind(tmp_path) == []


def _left_behind(folder: Path) -> list[Path]:
    return list(folder.glob("crm-metrics-*"))


def _start(words: tuple[str, ...], own: dict[str, str]) -> subprocess.Popen[bytes]:
    quiet, command = subprocess.DEVNULL, [sys.executable, "-m", "app.cli", *words]
    return subprocess.Popen(command, cwd=ROOT, env=os.environ | own, stdout=quiet, stderr=quiet)


async def _answers(client: httpx.AsyncClient, port: str) -> bool:
    try:
        return (await client.get(f"http://127.0.0.1:{port}/health/ready")).is_success
    except httpx.TransportError:
        return False


async def _sign_in(crm: httpx.AsyncClient, sso: FakeSso) -> dict[str, str]:
    """Begin at one server, come back from the SSO at the other, and return a browser's headers."""
    sso.signed_in = "rita"
    asked = await crm.get("/login/start")
    consented = await crm.get(asked.headers["location"])
    state = asked.headers["set-cookie"].partition(";")[0]
    back = await crm.get(consented.headers["location"], headers={"Cookie": state})
    token = back.cookies[SESSION_COOKIE]
    return {"Cookie": f"{SESSION_COOKIE}={token}", CSRF_HEADER: csrf_token(token)}


async def test_it_does_not_matter_who_is_asked(
    crm: httpx.AsyncClient,
    sso: FakeSso,
    owner: asyncpg.Connection,
    leads: list[UUID],
    as_user: Callable[..., dict[str, str]],
) -> None:
    browser = await _sign_in(crm, sso)
    for _ in range(2):
        assert str(leads[0]) in (await crm.get("/board", headers=browser)).text
    followed = {"Accept": "text/event-stream"} | browser
    async with (
        crm.stream("GET", "/live", headers=followed) as one,
        crm.stream("GET", "/live", headers=followed) as other,
    ):
        heard = [one.aiter_lines(), other.aiter_lines()]
        for lines in heard:
            await _hear(lines, "event: hello")
        moved = {"to": "qualified", "from": "negotiation", "version": "1", "key": "once"}
        partial = {"HX-Request": "true", "HX-Request-Type": "partial"} | browser
        for _ in range(2):  # sent twice, to either server: it is one move
            answer = await crm.post(f"/leads/{leads[0]}/stage", data=moved, headers=partial)
            assert answer.is_success, answer.text
        for lines in heard:  # among scores of theirs, which no version counts
            await _hear(lines, f'data: {{"id":"{leads[0]}","version":2}}')
    await _win_all(crm, owner, leads, as_user("rita"))
    sold = {row["id"] for row in await owner.fetch("SELECT id::text FROM outbox")}
    assert len(sold) == SALES
    sent = await until(_on_the_bus, "every sale is on the bus", 30)
    assert sorted(sent) == sorted(sold)


async def _win_all(
    crm: httpx.AsyncClient, owner: asyncpg.Connection, leads: list[Any], rita: dict[str, str]
) -> None:
    """Win every lead twice at once: the second is told that it is too late."""
    versions = dict(await owner.fetch("SELECT id, version FROM lead"))
    asked = [
        crm.post(
            f"/v1/leads/{lead}/won", json={"version": versions[lead], "sale_details": SOLD}, headers=rita
        )
        for lead in leads * 2
    ]
    answers = await asyncio.gather(*asked)
    assert sorted(answer.status_code for answer in answers) == [200] * SALES + [409] * SALES


async def _on_the_bus() -> list[str]:
    """Return the ids of the events there, once there are enough."""
    async with from_url(settings().must_have("REDIS_URL"), decode_responses=True) as bus:
        sent = [fields["id"] for _, fields in await bus.xrange("crm.events")]
    return sent if len(sent) >= SALES else []


async def _hear(lines: Any, beginning: str) -> str:
    async with asyncio.timeout(20):
        async for line in lines:
            if line.startswith(beginning):
                return line
    raise AssertionError(f"the stream ended without {beginning}")
