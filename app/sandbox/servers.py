"""Starts the embedded servers of one home, for `crm up` and for tests."""

from __future__ import annotations

import os
import secrets
import signal
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from app.core.settings import load
from app.sandbox.home import hold
from app.sandbox.postgres import Postgres
from app.sandbox.processes import account_for
from app.sandbox.programs import major_version, postgres_folder, valkey_program
from app.sandbox.supervisor import Supervised
from app.sandbox.valkey import Valkey

if TYPE_CHECKING:
    from pathlib import Path

    from app.core.settings import Settings
    from app.sandbox.processes import Account


@dataclass(frozen=True, slots=True)
class Servers:
    """Two running servers; leaving the `with` block, or `stop()`, ends them."""

    owner_url: str
    app_url: str
    superuser_url: str
    redis_url: str
    _running: ExitStack

    def stop(self) -> None:
        """Stop both servers and let go of the home."""
        self._running.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def start_servers(home: Path, *, fast: bool = False) -> Servers:
    """Start PostgreSQL and Valkey in a home nobody else holds; `fast` gives durability away for speed."""
    home = home.absolute()
    with ExitStack() as starting:
        starting.enter_context(hold(home))
        postgres, valkey = find_postgres(home, fast=fast), find_valkey(home)
        for server in (supervised_postgres(postgres), supervised_valkey(valkey)):
            starting.callback(server.stop)
            server.start()
        return Servers(
            postgres.url("crm_owner"),
            postgres.url("crm_app"),
            postgres.url("postgres", "postgres"),
            valkey.url,
            starting.pop_all(),
        )


def find_postgres(home: Path, *, fast: bool = False) -> Postgres:
    """Return the PostgreSQL of a home, on a free port, not started."""
    settings = load(os.environ)
    account = _account(home, settings)
    folder = postgres_folder(settings.pg_bin, home, account)
    postgres = Postgres(home, folder, major_version(folder), account, secrets.token_urlsafe, fast)
    postgres.choose_port()
    return postgres


def find_valkey(home: Path) -> Valkey:
    """Return the Valkey of a home, on a free port, not started."""
    settings = load(os.environ)
    account = _account(home, settings)
    program = valkey_program(settings.redis_bin, home, account)
    valkey = Valkey(home, program, account, secrets.token_urlsafe)
    valkey.choose_port()
    return valkey


def _account(home: Path, settings: Settings) -> Account | None:
    """Run as the owner of the data, once there is some."""
    return account_for(next(home.glob("pg-[0-9]*"), home), settings.service_user)


def supervised_postgres(postgres: Postgres) -> Supervised:
    """Return the server under supervision; SIGINT is PostgreSQL's orderly and quick shutdown."""
    return Supervised("PostgreSQL", postgres.launch, signal.SIGINT, patience=30)


def supervised_valkey(valkey: Valkey) -> Supervised:
    """Return the server under supervision."""
    return Supervised("Valkey", valkey.launch, signal.SIGTERM)
