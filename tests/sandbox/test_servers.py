"""The embedded servers: they start on any machine, outlive nothing, and lose nothing."""

from __future__ import annotations

import asyncio
import json
import os
import pwd
import signal
import socket
import stat
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import asyncpg
import pytest
from redis import Redis

from app.sandbox.home import CannotStart, hold
from app.sandbox.servers import find_postgres, start_servers, supervised_postgres
from tests.sandbox.homes import new_home
from tests.sandbox.launcher import Place
from tests.wait import until, until_true

if TYPE_CHECKING:
    from collections.abc import Generator

    from app.sandbox.postgres import Postgres

ROOT = Path(__file__).parents[2]


def accounts() -> list[str | None]:
    """Return the account of this process and, where root's Python is not locked away, an ordinary one."""
    try:
        subprocess.run([sys.executable, "-c", ""], cwd=ROOT, user="nobody", check=True)
    except (PermissionError, subprocess.CalledProcessError):
        return [None]
    return [None, "nobody"]


@pytest.fixture
def home() -> Generator[Path]:
    with new_home() as folder:
        yield folder


@pytest.fixture(params=accounts())
def launched(request: pytest.FixtureRequest, home: Path) -> Generator[tuple[subprocess.Popen[str], Place]]:
    """Servers started by another process, of this account and, where we are root, of an ordinary one."""
    if request.param:
        os.chown(home, pwd.getpwnam(request.param).pw_uid, -1)
    command = [sys.executable, "-m", "tests.sandbox.launcher", str(home)]
    streams: Any = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, cwd=ROOT, user=request.param, **streams) as process:
        assert process.stdout
        line = process.stdout.readline()
        yield process, Place(**json.loads(line))
        process.kill()


def ask(url: str, sql: str) -> Any:
    """Return the one value that a new connection answers."""

    async def go() -> Any:
        connection = await asyncpg.connect(url)
        try:
            return await connection.fetchval(sql)
        finally:
            await connection.close()

    return asyncio.run(go())


def is_gone(pid: int) -> bool:
    """Say whether no such process runs; a zombie waits only for being counted."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


def pids(place: Place, home: Path) -> list[int]:
    """Return the process numbers of both servers."""
    info: Any = Redis.from_url(place.redis_url).info()
    postgres = next(home.glob("pg-*/postmaster.pid")).read_text().split()[0]
    return [int(postgres), info["process_id"]]


def test_data_is_found_again_on_the_next_start(home: Path) -> None:
    with start_servers(home) as first:
        ask(first.owner_url, "CREATE TABLE kept AS SELECT 7 AS n")
        Redis.from_url(first.redis_url).set("kept", "7")
    with start_servers(home) as second:
        assert ask(second.owner_url, "SELECT n FROM kept") == 7
        assert Redis.from_url(second.redis_url).get("kept") == b"7"
        assert (second.owner_url, second.redis_url) == (first.owner_url, first.redis_url)


def test_the_logins_have_no_more_rights_than_they_need(home: Path) -> None:
    with start_servers(home, fast=True) as servers:
        rights = (
            "SELECT (rolsuper, rolinherit, rolcreaterole)::text FROM pg_roles WHERE rolname = current_user"
        )
        assert ask(servers.app_url, rights) == "(f,f,f)"
        assert ask(servers.owner_url, rights) == "(f,t,t)"
        assert ask(servers.owner_url, "SHOW server_version").startswith("18")


def test_nobody_gets_in_without_a_password(home: Path) -> None:
    with start_servers(home, fast=True) as servers:
        port = servers.app_url.rpartition(":")[2]
        with pytest.raises(asyncpg.InvalidPasswordError):
            ask(f"postgresql://postgres:guess@127.0.0.1:{port}", "SELECT 1")
        assert stat.S_IMODE((home / "kept.json").stat().st_mode) == 0o600


def test_a_second_start_is_refused_in_one_sentence(home: Path) -> None:
    with hold(home), pytest.raises(CannotStart, match=f"{home} is in use by another"):
        start_servers(home)


def test_killing_the_launcher_leaves_no_orphan(
    launched: tuple[subprocess.Popen[str], Place], home: Path
) -> None:
    process, place = launched
    servers = pids(place, home)
    process.send_signal(signal.SIGKILL)
    for pid in servers:
        until_true(lambda pid=pid: is_gone(pid), f"process {pid} ends with its launcher")


def test_what_was_committed_survives_killing_everything(
    launched: tuple[subprocess.Popen[str], Place], home: Path
) -> None:
    process, place = launched
    ask(place.owner_url, "CREATE TABLE kept AS SELECT 7 AS n")
    for pid in (process.pid, *pids(place, home)):
        os.kill(pid, signal.SIGKILL)
    process.wait()
    file = next(home.glob("pg-*")) / "postmaster.pid"
    file.write_text(file.read_text().replace(file.read_text().split()[0], str(os.getpid()), 1))
    with start_servers(home, fast=True) as servers:
        assert ask(servers.owner_url, "SELECT n FROM kept") == 7


@pytest.mark.parametrize("stopped", [0, 1], ids=["PostgreSQL", "Valkey"])
def test_a_stopped_server_of_a_killed_launcher_is_ended_before_the_next_start(
    launched: tuple[subprocess.Popen[str], Place], home: Path, stopped: int
) -> None:
    """Two Valkeys would write one append-only file; a stopped PostgreSQL would keep everybody out."""
    process, place = launched
    Redis.from_url(place.redis_url).set("kept", "7")
    old = pids(place, home)[stopped]
    os.kill(old, signal.SIGSTOP)
    process.kill()
    process.wait()
    with start_servers(home, fast=True) as servers:
        assert is_gone(old)
        assert Redis.from_url(servers.redis_url).get("kept") == b"7"
        assert servers.redis_url == place.redis_url


def held_death_pipe(server: int) -> int:
    """Hold what PostgreSQL's sessions watch to learn that their server died: they work on without it."""
    for link in Path(f"/proc/{server}/fd").iterdir():
        flags = Path(f"/proc/{server}/fdinfo/{link.name}").read_text().split("flags:")[1].split()[0]
        if str(link.readlink()).startswith("pipe:") and int(flags, 8) & os.O_ACCMODE == os.O_WRONLY:
            return os.open(link, os.O_WRONLY)
    raise AssertionError("a server holds the end of a pipe that its sessions watch")


async def test_what_a_dead_server_s_session_committed_before_the_next_start_is_not_lost(home: Path) -> None:
    postgres = find_postgres(home)
    server = supervised_postgres(postgres)
    await asyncio.to_thread(server.start)
    session = await asyncpg.connect(postgres.url("crm_owner"))
    await session.execute("CREATE TABLE kept (n int)")
    pipe, before = held_death_pipe(server.process.pid), checkpoints(postgres)
    server.process.kill()
    server.process.wait()
    starting = asyncio.create_task(asyncio.to_thread(server.start))
    try:
        await until(lambda: session.is_closed() or checkpoints(postgres) > before, "something left is ended")
        committed = [n for n in range(10) if await accepts(session, n)]
    finally:
        os.close(pipe)
        await starting
    again = await asyncpg.connect(postgres.url("crm_owner"))
    assert [row["n"] for row in await again.fetch("SELECT n FROM kept")] == committed
    await again.close()
    await asyncio.to_thread(server.stop)


def checkpoints(postgres: Postgres) -> int:
    """Count the checkpoints that the server's log tells of."""
    return postgres.log.read_text().count("checkpoint complete")


async def accepts(session: asyncpg.Connection, n: int) -> bool:
    """Say whether the session acknowledges a row."""
    try:
        await session.execute("INSERT INTO kept VALUES ($1)", n)
    except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
        return False
    return True


def test_a_home_with_a_long_name_and_a_space_works(home: Path) -> None:
    with start_servers(home / ("long " * 24).strip(), fast=True) as servers:
        assert ask(servers.owner_url, "SELECT 1") == 1
        assert Redis.from_url(servers.redis_url).ping()


def test_a_port_that_somebody_took_is_replaced(home: Path) -> None:
    with start_servers(home, fast=True) as first:
        port = first.owner_url.rpartition(":")[2].partition("/")[0]
    with socket.create_server(("127.0.0.1", int(port))), start_servers(home, fast=True) as second:
        assert f":{port}/" not in second.owner_url


def test_wrong_programs_are_refused_by_the_setting_s_name(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CRM_PG_BIN", str(home))
    with pytest.raises(CannotStart, match="CRM_PG_BIN is wrong"):
        start_servers(home)
