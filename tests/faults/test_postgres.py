"""PostgreSQL restarted, killed, and its connections cut, under captures: what was acknowledged is there, whole."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import asyncpg
import httpx
import pytest

from app.core.ids import uuid7
from app.core.settings import settings
from app.sandbox.servers import find_postgres, supervised_postgres
from app.store.checks import failed, run_checks
from app.store.migrate import migrate
from tests import make
from tests.cast import hire
from tests.database import limits, login_of, within
from tests.faults.test_ledger import ROOT, Web
from tests.wait import BOOT, PATIENCE, WAITING, until

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable
    from pathlib import Path

    from httpx import AsyncClient
    from redis.asyncio import Redis

    from app.sandbox.supervisor import Supervised
    from tests.cast import Cast
    from tests.database import Place

    SignIn = Callable[[str], Awaitable[AsyncClient]]

SENDERS = 4
A_FEW = 8
ANSWERS = {200, 201, 503}
CUT = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'crm_app'"
WHOLE = """
    SELECT (SELECT count(*) FROM lead), (SELECT count(*) FROM customer),
        (SELECT count(*) FROM lead AS l WHERE EXISTS (SELECT FROM activity AS a WHERE a.lead_id = l.id)),
        (SELECT count(DISTINCT idempotency_key) FROM capture_submission)"""


@dataclass
class OwnPostgres:
    """A durable PostgreSQL that only this test uses."""

    server: Supervised
    owner_url: str
    superuser_url: str

    def restart(self) -> None:
        self.server.stop()
        self.server.start()

    def crash(self) -> None:
        self.server.process.kill()
        self.server.process.wait()
        self.server.start()


@dataclass
class Ledger:
    """Which form was acknowledged with which lead, and how every request was answered."""

    url: str
    headers: dict[str, str]
    acknowledged: dict[str, str] = field(default_factory=dict[str, str])
    answers: Counter[int] = field(default_factory=Counter[int])
    over: bool = False

    async def send_for_ever(self, client: httpx.AsyncClient, sender: int) -> None:
        """Send one form after the other, each until it is acknowledged."""
        number = 0
        while not self.over:
            key, number = f"{sender}-{number}", number + 1
            await until(lambda key=key: self._send(client, key), f"form {key} is acknowledged", BOOT)

    async def _send(self, client: httpx.AsyncClient, key: str) -> bool:
        form = {"name": "Grace Hopper", "email": f"p{key}@navy.example", "message": "We need a demo"}
        sent = {**self.headers, "Idempotency-Key": key}
        answer = await client.post(f"{self.url}/v1/leads/capture", json=form, headers=sent)
        self.answers[answer.status_code] += 1
        if answer.status_code == 503:
            assert answer.headers["retry-after"]
        elif answer.is_success:
            self.acknowledged[key] = answer.json()["lead_id"]
        return answer.is_success


@pytest.fixture
async def own_postgres(home: Path, sso: Any, place: Place, monkeypatch: Any) -> AsyncGenerator[OwnPostgres]:
    """A running and migrated PostgreSQL that the settings name."""
    postgres = find_postgres(home)
    server = supervised_postgres(postgres)
    server.start()
    own = OwnPostgres(server, postgres.url("crm_owner"), postgres.url("postgres"))
    await migrate(own.owner_url, postgres.url("crm_app"))
    monkeypatch.setenv("DATABASE_URL", postgres.url("crm_app"))
    monkeypatch.setenv("OWNER_DATABASE_URL", own.owner_url)
    settings.cache_clear()
    owner = await asyncpg.connect(own.owner_url)
    await hire(owner)
    await owner.close()
    yield own
    server.stop()
    monkeypatch.undo()
    settings.cache_clear()


async def test_captures_while_postgres_is_restarted_killed_and_cut_off(
    own_postgres: OwnPostgres, redis: Redis, as_user: Callable[..., dict[str, str]], tmp_path: Path
) -> None:
    log = tmp_path / "web.log"
    web = Web(log)
    web.start()
    try:
        async with httpx.AsyncClient(timeout=15, trust_env=False) as client:
            await until(lambda: web.is_up(client), "the web server answers", BOOT)
            ledger = Ledger(web.url, as_user("cms"))
            senders = [asyncio.create_task(ledger.send_for_ever(client, number)) for number in range(SENDERS)]
            for fault in (own_postgres.restart, own_postgres.crash, lambda: None):
                await _more(ledger, A_FEW)
                await asyncio.to_thread(fault)
                recovered = time.monotonic()
                await _more(ledger, 1)
                assert time.monotonic() - recovered < PATIENCE
            await _cut_off_again_and_again(own_postgres, ledger)
            ledger.over = True
            await asyncio.gather(*senders)
        assert web.process is not None
        assert web.process.poll() is None, "it is the same process as ever"
    finally:
        web.kill()
    assert set(ledger.answers) <= ANSWERS, ledger.answers
    assert "Exception in ASGI application" not in log.read_text()
    await _compare(own_postgres, ledger)


async def _more(ledger: Ledger, number: int) -> None:
    wanted = len(ledger.acknowledged) + number
    await until(lambda: len(ledger.acknowledged) >= wanted, f"{number} more forms are acknowledged", BOOT)


async def _cut_off_again_and_again(postgres: OwnPostgres, ledger: Ledger) -> None:
    root = await asyncpg.connect(postgres.superuser_url)
    for _ in range(5):
        await _more(ledger, 1)
        await root.execute(CUT)
    await _more(ledger, A_FEW)
    await root.close()


async def _compare(postgres: OwnPostgres, ledger: Ledger) -> None:
    """Each acknowledged form is one submission, of one lead with its customer and its entry."""
    owner = await asyncpg.connect(postgres.owner_url)
    kept = await owner.fetch("SELECT idempotency_key, lead_id::text FROM capture_submission")
    leads, customers, with_entry, forms = await owner.fetchrow(WHOLE)
    await owner.close()
    assert {row["idempotency_key"]: row["lead_id"] for row in kept} == ledger.acknowledged
    assert leads == customers == with_entry == forms == len(ledger.acknowledged) == len(kept)


@pytest.fixture
async def as_limited(database: Place) -> None:
    """Whoever connects from now on waits for a lock as long as in a migrated database."""
    root = await asyncpg.connect(database.run.superuser_url)
    await root.execute(limits(login_of(database.app_url), database.name))
    await root.close()


@pytest.mark.usefixtures("as_limited")
async def test_a_card_that_somebody_holds_for_long_is_refused_in_time_and_no_other_waits(
    owner: asyncpg.Connection, cast: Cast, signed_in: SignIn
) -> None:
    held, free = await make.lead(owner, cast.rita), await make.lead(owner, cast.rita)
    rita = await signed_in("rita")

    async def move(lead: Any) -> tuple[int, float]:
        began = time.monotonic()
        form = {"to": "qualified", "from": "lead", "version": "1", "key": str(uuid7())}
        answer = await rita.post(f"/leads/{lead}/stage", data=form, headers={"HX-Request": "true"})
        return answer.status_code, time.monotonic() - began

    async with owner.transaction():
        await owner.execute("SELECT FROM lead WHERE id = $1 FOR UPDATE", held)
        waiting = asyncio.create_task(move(held))
        await until(lambda: owner.fetchval(WAITING), "the move of the held card waits")
        assert (await move(free))[0] == 200
        status, seconds = await waiting
    assert status in {409, 503}
    assert seconds < PATIENCE
    assert (await move(held))[0] == 200
    assert await owner.fetchval("SELECT count(*) FROM activity WHERE kind = 'stage_changed'") == 2


async def test_a_migration_killed_in_the_middle_leaves_nothing_and_the_next_one_everything(
    place: Place,
) -> None:
    name = f"{place.name}_young"
    urls = {"OWNER_DATABASE_URL": within(place.owner_url, name), "DATABASE_URL": within(place.app_url, name)}
    root = await asyncpg.connect(place.run.superuser_url)
    try:
        await root.execute(f"CREATE DATABASE {name} TEMPLATE template0 OWNER {login_of(place.owner_url)}")
        for locks in (1, 40):  # as soon as it has begun, and well within
            victim = _migrate(urls)
            await until(
                lambda n=locks: root.fetchval(LOCKS, name, n), f"the migration holds {locks} locks", BOOT
            )
            victim.kill()
            victim.wait()
            await until(lambda: root.fetchval(NOBODY, name), "its connection is gone")
            assert await _tables(urls) == 0
        assert _migrate(urls).wait(BOOT) == 0
        assert failed(await run_checks(urls["DATABASE_URL"])) == ""
        assert await _tables(urls) > 20
    finally:
        await root.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        await root.close()


NOBODY = "SELECT count(*) = 0 FROM pg_stat_activity WHERE datname = $1"
LOCKS = """
    SELECT count(*) >= $2 FROM pg_locks JOIN pg_database ON pg_database.oid = pg_locks.database
    WHERE datname = $1 AND granted AND (locktype = 'advisory' OR mode = 'AccessExclusiveLock')"""


def _migrate(urls: dict[str, str]) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "app.cli", "migrate"]
    return subprocess.Popen(command, cwd=ROOT, env=os.environ | urls, stdout=subprocess.DEVNULL)


async def _tables(urls: dict[str, str]) -> int:
    owner = await asyncpg.connect(urls["OWNER_DATABASE_URL"])
    try:
        return await owner.fetchval("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
    finally:
        await owner.close()
