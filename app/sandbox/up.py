"""`crm up`: the whole system in the foreground, from an empty folder to signing in."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from typing import TYPE_CHECKING, Final

from app.core.errors import Conflict
from app.core.settings import BadSetting, Settings, load
from app.sandbox.children import CRM, child, is_live, log_of, neighbours_words
from app.sandbox.external import check_database, check_redis
from app.sandbox.home import CannotStart, hold
from app.sandbox.ports import LOOPBACK, check_free
from app.sandbox.processes import end_with_parent, wait_until
from app.sandbox.servers import find_postgres, find_valkey, supervised_postgres, supervised_valkey
from app.sandbox.stack import Urls, environment, forget_stack, sandbox_issuer, sandbox_url, write_stack
from app.sandbox.supervisor import Supervised, tend_for_ever
from app.store.migrate import migrate
from app.store.schema_version import newest

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from types import FrameType

SIGNALS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
LONGEST_START: Final = 60.0
BANNER: Final = """
The CRM runs.  Ctrl-C stops it; its data stays in {home}

  CRM        {url}
  API        {url}/docs
  Sandbox    {sandbox}   demo-request form, Workflow Orchestrator, SSO users, mailbox
  Sign in    Rita Reyes (sales rep)   Omar Okafor (sales rep)
             Sam Sato (support)       Ada Andersson (administrator)   (no password: choose who you are)
  Script     crm token rita|omar|sam|ada|cms   and   crm env
  Logs       {home}/log
"""


def up() -> None:
    """Start everything, watch over it, and stop it in order at Ctrl-C, SIGTERM or SIGHUP."""
    settings = load(os.environ)
    _check_sso(settings)
    with _ended_by_signal(), ExitStack() as running:
        if "MAKELEVEL" in os.environ:  # `make run` is the parent then, and its death is the end of the run.
            end_with_parent()
        stack = Stack(settings, running)
        stack.start()
        _say(BANNER.format(home=settings.home, url=settings.public_url, sandbox=sandbox_url(settings)))
        running.callback(_say, "\nStopping …")
        tend_for_ever(stack.children, _say)


class Stack:
    """The servers and processes of one home, each stopped by `running` in the reverse order."""

    def __init__(self, settings: Settings, running: ExitStack) -> None:
        self.children: list[Supervised] = []
        self._settings = settings
        self._running = running

    def start(self) -> None:
        """Start every part, with a line of progress for each."""
        home = self._settings.home
        with _step("Checking the folder and the ports"):
            self._check()
        urls = Urls(*self._databases(), self._redis())
        with _step("Migrating the database"):
            _check_version(asyncio.run(migrate(urls.owner, urls.app)))
        with _step("Demo company"):
            asyncio.run(_demo(urls.owner))
        variables = environment(self._settings, urls)
        write_stack(home, variables)
        self._running.callback(forget_stack, home)
        self._start_own(variables)

    def _check(self) -> None:
        settings = self._settings
        if settings.port == settings.sandbox_port:
            raise BadSetting(
                f"CRM_PORT and CRM_SANDBOX_PORT are both {settings.port}; set one of them to another"
            )
        self._running.enter_context(hold(settings.home))
        check_free(settings.host, settings.port, "CRM_PORT")
        check_free(LOOPBACK, settings.sandbox_port, "CRM_SANDBOX_PORT")

    def _databases(self) -> tuple[str, str]:
        """Return the application's URL and the owner's, of a server given or started here."""
        settings = self._settings
        if settings.database_url is None:
            postgres = find_postgres(settings.home)
            with _step(f"Starting PostgreSQL {postgres.major}"):
                self._add(supervised_postgres(postgres))
            return postgres.url("crm_app"), postgres.url("crm_owner")
        if settings.owner_database_url is None:
            raise BadSetting(
                "OWNER_DATABASE_URL must be set beside DATABASE_URL: it makes the tables and logins"
            )
        with _step("Checking the database of OWNER_DATABASE_URL"):
            check_database("OWNER_DATABASE_URL", settings.owner_database_url)
        return settings.database_url, settings.owner_database_url

    def _redis(self) -> str:
        settings = self._settings
        if settings.redis_url is None:
            valkey = find_valkey(settings.home)
            with _step("Starting Valkey"):
                self._add(supervised_valkey(valkey))
            return valkey.url
        with _step("Checking the server of REDIS_URL"):
            check_redis("REDIS_URL", settings.redis_url)
        return settings.redis_url

    def _start_own(self, variables: dict[str, str]) -> None:
        settings = self._settings
        make = partial(child, home=settings.home, variables=variables)
        neighbours = self._add(make("neighbours", neighbours_words(settings.sandbox_port)))
        web = self._add(make("web", (*CRM, "serve")))
        with _step("Sandbox neighbours"):
            self._await(neighbours, partial(is_live, LOOPBACK, settings.sandbox_port))
        with _step("Web"):
            self._await(web, partial(is_live, settings.host, settings.port))
        with _step("Worker"):
            self._add(make("worker", (*CRM, "worker")))

    def _add(self, part: Supervised) -> Supervised:
        self._running.callback(part.stop)
        part.start()
        self.children.append(part)
        return part

    def _await(self, part: Supervised, ready: Callable[[], bool]) -> None:
        wait_until(ready, part.process, log_of(self._settings.home, part.name), LONGEST_START)


def _check_sso(settings: Settings) -> None:
    """Refuse to put the SSO that asks for no password in the place of a real one."""
    if settings.sso_issuer not in {"", sandbox_issuer(settings)} and not settings.sandbox:
        raise BadSetting(
            "SSO_ISSUER names an SSO, and `crm up` lets everybody in without a password: "
            "unset it to try the CRM, or run `crm serve` and `crm worker`"
        )


def _check_version(version: str) -> None:
    """Refuse what a newer version of the CRM has changed: this one does not know what it would leave out."""
    if version != newest():
        raise CannotStart(
            f"a newer version of the CRM ({version}) has worked on this data; start that one, "
            "or set CRM_HOME to another folder"
        )


async def _demo(owner_url: str) -> None:
    from app.sandbox.company import demo  # noqa: PLC0415  only the first start needs the generator

    with suppress(Conflict):  # It is only ever put into an empty database.
        await demo(owner_url)


@contextmanager
def _ended_by_signal() -> Generator[None]:
    """Turn the first signal into an orderly end, and ignore the impatient ones after it."""

    def end(_signum: int, _frame: FrameType | None) -> None:
        for one in SIGNALS:
            signal.signal(one, signal.SIG_IGN)
        raise KeyboardInterrupt

    for one in SIGNALS:
        signal.signal(one, end)
    try:
        yield
    except KeyboardInterrupt:
        _say("Stopped.")


@contextmanager
def _step(text: str) -> Generator[None]:
    print(f"{text} … ", end="", flush=True)
    started = time.monotonic()
    try:
        yield
    except BaseException:
        print(flush=True)
        raise
    _say(f"{time.monotonic() - started:.1f} s")


def _say(text: str) -> None:
    print(text, flush=True)
