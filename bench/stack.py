"""A production-like stack of its own: durable stores, `crm serve` with two processes, a worker, the sandbox SSO."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

import asyncpg

from app.core.settings import Settings, load
from app.sandbox.children import CRM, ROOT, child, is_live, log_of, neighbours_words
from app.sandbox.ports import LOOPBACK, free_port
from app.sandbox.processes import wait_until
from app.sandbox.servers import Servers, start_servers
from app.sandbox.stack import Urls, environment

if TYPE_CHECKING:
    from collections.abc import Generator

WEB_PROCESSES: Final = 2
LONGEST_START: Final = 60.0
STATEMENTS: Final = "pg_stat_statements"


@dataclass(frozen=True, slots=True)
class Stack:
    """What the measurements need to know of the running system."""

    servers: Servers
    settings: Settings
    variables: dict[str, str]
    web_pid: int
    worker_pid: int

    def processes(self, pid: int) -> list[int]:
        """Return a process and its children."""
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        return [pid, *map(int, children)]


@contextmanager
def stores(home: Path) -> Generator[Servers]:
    """Start durable stores whose PostgreSQL can count its statements."""
    with start_servers(home) as servers:
        asyncio.run(
            _run(servers.superuser_url, f"ALTER SYSTEM SET shared_preload_libraries = '{STATEMENTS}'")
        )
    with start_servers(home) as servers:
        asyncio.run(_run(servers.superuser_url, f"CREATE EXTENSION IF NOT EXISTS {STATEMENTS}"))
        asyncio.run(_run(servers.superuser_url, f"ALTER SYSTEM SET {STATEMENTS}.track = 'none'"))
        asyncio.run(_run(servers.superuser_url, "SELECT pg_reload_conf()"))
        yield servers


@contextmanager
def serving(home: Path, servers: Servers) -> Generator[Stack]:
    """Start neighbours, two web processes and a worker on the stores, and stop them afterwards."""
    settings = replace(load({"CRM_HOME": str(home)}), port=int(free_port()), sandbox_port=int(free_port()))
    settings = replace(settings, public_url=f"http://{LOOPBACK}:{settings.port}")
    variables = environment(settings, Urls(servers.app_url, servers.owner_url, servers.redis_url))
    make = partial(child, home=home, variables=variables)
    neighbours = make("neighbours", neighbours_words(settings.sandbox_port))
    web = make("web", (*CRM, "serve", "--workers", str(WEB_PROCESSES)))
    worker = make("worker", (*CRM, "worker"))
    with ExitStack() as running:
        for part in (neighbours, web, worker):
            running.callback(part.stop)
            part.start()
        for part, port in ((neighbours, settings.sandbox_port), (web, settings.port)):
            ready = partial(is_live, LOOPBACK, port)
            wait_until(ready, part.process, log_of(home, part.name), LONGEST_START)
        yield Stack(servers, settings, variables, web.process.pid, worker.process.pid)


def crm(servers: Servers, home: Path, *words: str) -> None:
    """Run a command of ours on the stores, as an operator would; its progress is shown."""
    stores = {"DATABASE_URL": servers.app_url, "OWNER_DATABASE_URL": servers.owner_url}
    env = {**os.environ, "CRM_HOME": str(home), **stores, "REDIS_URL": servers.redis_url}
    subprocess.run([sys.executable, "-m", "app.cli", *words], cwd=ROOT, env=env, check=True,
                   stdout=sys.stderr)  # fmt: skip


async def is_seeded(servers: Servers) -> bool:
    """True for a home that was filled before: a seed is whole or not there at all."""
    connection = await asyncpg.connect(servers.owner_url)
    try:
        return bool(await connection.fetchval("SELECT EXISTS (SELECT FROM customer)"))
    finally:
        await connection.close()


async def _run(url: str, sql: str) -> None:
    connection = await asyncpg.connect(url)
    await connection.execute(sql)
    await connection.close()
