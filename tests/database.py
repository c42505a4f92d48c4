"""A real PostgreSQL and Valkey for the tests: started and migrated once a run, a fresh copy for each test."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import asyncpg

from app.store.migrate import LIMITS, migrate
from tests.wait import BOOT

if TYPE_CHECKING:
    from app.sandbox.servers import Servers

ELSEWHERE = "CRM_TEST_DATABASE_URL"
VARIABLE = "CRM_TEST_RUN"
TEMPLATE = "crm_test_template"
LOGINS = {"crm_test_owner": "LOGIN CREATEROLE CREATEDB", "crm_test_app": "LOGIN NOINHERIT"}


@dataclass(frozen=True, slots=True)
class Run:
    """The servers of one test run. The process that starts them tells its workers through the environment."""

    superuser_url: str
    owner_url: str
    app_url: str
    redis_url: str

    def announce(self) -> None:
        os.environ[VARIABLE] = json.dumps(asdict(self))

    @staticmethod
    def announced() -> Run:
        return Run(**json.loads(os.environ[VARIABLE]))


@dataclass(frozen=True, slots=True)
class Place:
    """What one worker has for itself: a database that each test finds fresh, and a Redis number."""

    run: Run
    name: str
    redis_url: str

    @property
    def owner_url(self) -> str:
        return within(self.run.owner_url, self.name)

    @property
    def app_url(self) -> str:
        return within(self.run.app_url, self.name)

    async def refresh(self) -> None:
        """Replace the database by a new copy of the migrated template."""
        root = await asyncpg.connect(self.run.superuser_url)
        # Our own server writes nothing to a disk, so that plain files are copied soonest.
        strategy = "wal_log" if ELSEWHERE in os.environ else "file_copy"
        try:
            await root.execute(f"DROP DATABASE IF EXISTS {self.name} WITH (FORCE)")
            await root.execute(
                f"CREATE DATABASE {self.name} TEMPLATE {TEMPLATE} STRATEGY {strategy}"
                f" OWNER {login_of(self.owner_url)}"
            )
            # A test that arranges who waits for whom may take longer than we let anybody wait.
            await root.execute(limits(login_of(self.app_url), self.name, f"{BOOT:.0f}s"))
        finally:
            await root.close()


def place_of(worker: str) -> Place:
    """Return the place of an xdist worker (`gw0`, `gw1`, … or `master`)."""
    run = Run.announced()
    number = int(worker.removeprefix("gw")) + 1 if worker.startswith("gw") else 0
    return Place(run, f"crm_test_{worker}", within(run.redis_url, str(number)))


def within(url: str, name: str) -> str:
    """Return `url` with another database name."""
    return urlsplit(url)._replace(path=f"/{name}").geturl()


async def prepare(servers: Servers) -> Run:
    """Migrate the template that every test's database is copied from."""
    elsewhere = os.environ.get(ELSEWHERE)
    run = Run(servers.superuser_url, servers.owner_url, servers.app_url, servers.redis_url)
    if elsewhere:
        run = await _logins_in(elsewhere, servers.redis_url)
    root = await asyncpg.connect(run.superuser_url)
    try:
        await root.execute(f"DROP DATABASE IF EXISTS {TEMPLATE} WITH (FORCE)")
        await root.execute(f"CREATE DATABASE {TEMPLATE} TEMPLATE template0 OWNER {login_of(run.owner_url)}")
    finally:
        await root.close()
    await migrate(within(run.owner_url, TEMPLATE), within(run.app_url, TEMPLATE))
    return run


async def _logins_in(superuser_url: str, redis_url: str) -> Run:
    """Make the two logins in a server that is not ours, named by CRM_TEST_DATABASE_URL (a superuser's)."""
    root = await asyncpg.connect(superuser_url)
    try:
        for login, rights in LOGINS.items():
            if not await root.fetchval("SELECT true FROM pg_roles WHERE rolname = $1", login):
                await root.execute(f"CREATE ROLE {login} PASSWORD '{login}'")
            await root.execute(f"ALTER ROLE {login} {rights}")
    finally:
        await root.close()
    owner, app = (_as(superuser_url, login) for login in LOGINS)
    return Run(superuser_url, owner, app, redis_url)


def _as(url: str, login: str) -> str:
    parts = urlsplit(url)
    return parts._replace(netloc=f"{login}:{login}@{parts.netloc.rpartition('@')[2]}").geturl()


def login_of(url: str) -> str:
    """Return the login that a URL names."""
    login = urlsplit(url).username
    assert login, f"no login in {url}"
    return login


def limits(login: str, database: str, most: str | None = None) -> str:
    """Return what limits how long a login waits for locks and statements, as the migration does or otherwise."""
    sets = (
        f"ALTER ROLE {login} IN DATABASE {database} SET {name} = '{most or value}'"
        for name, value in LIMITS.items()
    )
    return "; ".join(sets)
