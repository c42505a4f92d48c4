"""Behind PgBouncer in transaction mode, as Debian has it: no prepared statements, and nobody's identity sticks."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from app.core.settings import settings
from app.sandbox.ports import free_port, is_free
from app.sandbox.processes import account_for
from app.store.checks import failed, run_checks
from tests import make
from tests.wait import until_true

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Generator

    import asyncpg
    from httpx import AsyncClient

    from tests.cast import Cast
    from tests.database import Place

    SignIn = Callable[[str], Awaitable[AsyncClient]]

PROGRAM = shutil.which("pgbouncer")
SERVER_CONNECTIONS = 2
PARTIAL = {"HX-Request": "true", "HX-Request-Type": "partial"}


@pytest.fixture(params=[each for each in [PROGRAM] if each], autouse=True)
def through(
    request: pytest.FixtureRequest, database: Place, monkeypatch: pytest.MonkeyPatch
) -> Generator[str]:
    """The application's database behind a pooler, where one is installed; the owner's stays direct."""
    server, port = urlsplit(database.app_url), free_port()
    with tempfile.TemporaryDirectory(prefix="crm-pooler-") as folder, ExitStack() as running:
        home = Path(folder)
        home.chmod(0o755)  # it refuses to be root, and must reach its files as somebody else
        (home / "users").write_text(f'"{server.username}" "{server.password}"\n')
        (home / "ini").write_text(
            f"[databases]\n* = host={server.hostname} port={server.port}\n"
            f"[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\npool_mode = transaction\n"
            f"auth_type = trust\nauth_file = {home}/users\ndefault_pool_size = {SERVER_CONNECTIONS}\n"
        )
        account = account_for(home, None)
        pooler = subprocess.Popen(
            [request.param, "-q", str(home / "ini")],
            stderr=subprocess.DEVNULL,
            user=account and account.uid,
            group=account and account.gid,
        )
        running.callback(pooler.wait)
        running.callback(pooler.terminate)
        until_true(lambda: not is_free(port), "PgBouncer answers")
        url = server._replace(netloc=f"{server.username}@127.0.0.1:{port}").geturl()
        monkeypatch.setenv("DATABASE_URL", url)
        monkeypatch.setenv("CRM_STATEMENT_CACHE", "0")
        settings.cache_clear()
        yield url
        settings.cache_clear()


async def test_everybody_works_and_sees_their_own_over_two_connections(
    owner: asyncpg.Connection,
    cast: Cast,
    signed_in: SignIn,
    client: AsyncClient,
    as_user: Callable[..., dict[str, str]],
) -> None:
    people = {"rita": cast.rita, "omar": cast.omar}
    leads = {who: [await make.lead(owner, viewer) for _ in range(6)] for who, viewer in people.items()}
    customers = dict(await owner.fetch("SELECT id, customer_id FROM lead"))
    browsers = {who: await signed_in(who) for who in people}

    async def work(who: str, number: int) -> None:
        browser, lead = browsers[who], leads[who][number]
        board = (await browser.get("/board")).text
        assert {each for other in leads.values() for each in other if str(each) in board} == {*leads[who]}
        form = {"to": "qualified", "from": "lead", "version": "1", "key": f"{who}-{number}"}
        moved = await browser.post(f"/leads/{lead}/stage", data=form, headers=PARTIAL)
        assert moved.is_success, moved.text
        assert (await browser.get(f"/customers/{customers[lead]}")).is_success
        body = {"name": "Grace Hopper", "email": f"{who}{number}@navy.example"}
        captured = await client.post("/v1/leads/capture", json=body, headers=as_user("cms"))
        assert captured.json()["outcome"] == "created"

    await asyncio.gather(*(work(who, number) for who in people for number in range(6)))
    used = (
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND usename <> current_user"
    )
    assert await owner.fetchval(used) == SERVER_CONNECTIONS
    assert await owner.fetchval("SELECT count(*) FROM lead WHERE stage = 'qualified'") == 12


async def test_the_doctor_looks_through_it(through: str) -> None:
    assert failed(await run_checks(through)) == ""
