"""A ledger of captures while the web process is killed again and again: what was said is what the tables hold.

Three hundred here; `CRM_LEDGER=10000` makes it as many as wanted.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import httpx

from tests.ports import reserve_port
from tests.wait import BOOT, until

if TYPE_CHECKING:
    from collections.abc import Callable

    import asyncpg
    from redis.asyncio import Redis

    from tests.cast import Cast

ROOT = Path(__file__).parents[2]
NUMBER = int(os.environ.get("CRM_LEDGER", "300"))
PEOPLE = NUMBER // 3
SENDERS = 12
KILLS = 3


class Web:
    """A web server in a process of its own, killed as a power cut would."""

    def __init__(self, log: Path) -> None:
        self.port = reserve_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._log = log
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        environment = os.environ | {"CRM_PORT": str(self.port)}
        with self._log.open("ab") as log:
            command = [sys.executable, "-m", "app.cli", "serve"]
            self.process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    async def is_up(self, client: httpx.AsyncClient) -> bool:
        try:
            return (await client.get(f"{self.url}/health/live")).is_success
        except httpx.HTTPError:
            return False


async def test_a_ledger_of_captures_under_kill_matches_the_tables(
    redis: Redis,
    cast: Cast,
    owner: asyncpg.Connection,
    as_user: Callable[..., dict[str, str]],
    tmp_path: Path,
) -> None:
    web = Web(tmp_path / "web.log")
    web.start()
    ledger: dict[str, str] = {}
    work = asyncio.Queue[int]()
    for number in range(NUMBER):
        work.put_nowait(number)
    try:
        async with httpx.AsyncClient(timeout=10, trust_env=False) as client:
            await until(lambda: web.is_up(client), "the web server answers", BOOT)
            senders = [_send(client, web.url, as_user("cms"), work, ledger) for _ in range(SENDERS)]
            await asyncio.gather(_kill_now_and_then(web, client, ledger), *senders)
    finally:
        web.kill()
    await _compare(owner, ledger)


async def _send(
    client: httpx.AsyncClient,
    url: str,
    headers: dict[str, str],
    work: asyncio.Queue[int],
    ledger: dict[str, str],
) -> None:
    """Send forms as a patient client does: the same form under the same key until there is an answer."""
    while not work.empty():
        number = work.get_nowait()
        form = {
            "name": "Grace Hopper",
            "email": f"p{number % PEOPLE}@navy.example",
            "message": f"form {number}",
        }
        body = json.dumps(form)
        sent = {**headers, "Content-Type": "application/json", "Idempotency-Key": f"k-{number}"}

        async def answered(body: str = body, sent: dict[str, str] = sent) -> str | None:
            try:
                answer = await client.post(f"{url}/v1/leads/capture", content=body, headers=sent)
            except httpx.HTTPError:
                return None
            return answer.json()["lead_id"] if answer.status_code in {200, 201} else None

        ledger[f"k-{number}"] = await until(answered, f"form {number} is acknowledged", 2 * BOOT)


async def _kill_now_and_then(web: Web, client: httpx.AsyncClient, ledger: dict[str, str]) -> None:
    for turn in range(1, KILLS + 1):
        some = turn * NUMBER // (KILLS + 1)
        await until(lambda some=some: len(ledger) >= some, f"{some} forms are acknowledged", 2 * BOOT)
        web.kill()
        web.start()
        await until(lambda: web.is_up(client), "the web server is back", BOOT)


async def _compare(owner: asyncpg.Connection, ledger: dict[str, str]) -> None:
    assert len(ledger) == NUMBER
    kept = await owner.fetch("SELECT idempotency_key, lead_id::text FROM capture_submission")
    assert len(kept) == NUMBER, "each form once"
    assert {row["idempotency_key"]: row["lead_id"] for row in kept} == ledger
    counts = await owner.fetchrow(
        "SELECT (SELECT count(*) FROM customer), (SELECT count(*) FROM lead),"
        " (SELECT count(*) FROM activity WHERE kind = 'lead_captured')"
    )
    assert tuple(counts) == (PEOPLE, PEOPLE, NUMBER)
