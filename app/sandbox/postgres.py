"""An embedded PostgreSQL: made once, started, and found again with its data on the next start."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from app.sandbox.home import KEPT, CannotStart, keep
from app.sandbox.leftovers import PROC, end_workers, send
from app.sandbox.ports import LOOPBACK, free_port, is_free
from app.sandbox.processes import Account, Command, can_read, last_line, spawn, wait_until

if TYPE_CHECKING:
    from collections.abc import Callable

ONLY_PASSWORDS: Final = f"host all all {LOOPBACK}/32 scram-sha-256\n"
LOCALES: Final = ("C.UTF-8", "en_US.UTF-8", "C")
FIRST_WITH_BUILTIN_LOCALE: Final = 17
LONGEST_RECOVERY: Final = 900.0  # cut short it begins anew each time, and never ends
FAST: Final = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")
ENGLISH: Final = {"LC_ALL": "C", "PATH": os.defpath}


@dataclass(frozen=True, slots=True)
class Postgres:
    """One PostgreSQL of one major version in one home."""

    home: Path
    programs: Path
    major: int
    account: Account | None
    make_secret: Callable[[], str]
    fast: bool = False

    @property
    def data(self) -> Path:
        """Return its data folder; two majors never share one."""
        return self.home / f"pg-{self.major}"

    @property
    def log(self) -> Path:
        """Return its log file."""
        return self.home / "log" / "postgres.log"

    def url(self, login: str, database: str = "crm") -> str:
        """Return the URL with which a login connects."""
        return f"postgresql://{login}:{self._password(login)}@{LOOPBACK}:{self._port()}/{database}"

    def launch(self) -> subprocess.Popen[bytes]:
        """Start the server, making its cluster first when there is none, and return when it takes queries."""
        if not can_read(self.account, self.home):
            who = self.account.name if self.account else "you"
            raise CannotStart(
                f"{self.home} is closed to {who}, who runs PostgreSQL; set CRM_HOME to another folder"
            )
        if not self.data.exists():
            _make(self)
        _end_survivors(self.data)
        process = spawn(self._server())
        wait_until(partial(_says_ready, self.data, process.pid), process, self.log, LONGEST_RECOVERY)
        return process

    def _server(self) -> Command:
        options = ["max_connections=200", "unix_socket_directories=", f"listen_addresses={LOOPBACK}"]
        options += ["autovacuum_naptime=15s"]  # small tables that change all the time stay small
        options += [f"shared_buffers={_cache_megabytes()}MB"]
        options += [f"port={self._port()}", *(FAST if self.fast else ())]
        argv = [self.programs / "postgres", "-D", self.data, *(word for o in options for word in ("-c", o))]
        return Command(argv, self.log, self.account, ENGLISH, self.home, stop_signal=signal.SIGINT)

    def _port(self) -> str:
        return keep(self.home, "postgres_port", free_port)

    def choose_port(self) -> None:
        """Keep the port of the last start, or choose another when somebody else took it."""
        keep(self.home, "postgres_port", free_port, still_good=is_free)

    def _password(self, login: str) -> str:
        make = self._refuse_to_guess if self.data.exists() else self.make_secret
        return keep(self.home, f"{login}_password", make)

    def _refuse_to_guess(self) -> str:
        raise CannotStart(
            f"{self.home / KEPT} no longer holds the passwords of {self.data}: put it back from a copy, "
            "or set CRM_HOME to another folder to start afresh"
        )

    def first_statements(self) -> str:
        """Return what makes the two logins and the database, one statement a line."""
        return "\n".join(
            (
                f"ALTER ROLE postgres PASSWORD '{self._password('postgres')}';",
                f"CREATE ROLE crm_owner LOGIN CREATEROLE CREATEDB PASSWORD '{self._password('crm_owner')}';",
                "SET ROLE crm_owner;",
                f"CREATE ROLE crm_app LOGIN NOINHERIT PASSWORD '{self._password('crm_app')}';",
                "RESET ROLE;",
                "CREATE DATABASE crm OWNER crm_owner;",
                "",
            )
        )


def _cache_megabytes() -> int:
    """Return an eighth of the machine's memory, from PostgreSQL's own 128 MB to 1 GB; it is taken as it is needed."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20
    return min(max(memory // 8, 128), 1024)


def _make(postgres: Postgres) -> None:
    """Make the cluster beside its place and move it there when complete: a killed start leaves no half."""
    new = postgres.data.with_suffix(".new")
    for locale in LOCALES:
        _empty_folder(new, postgres.account)
        if _run(postgres, _initdb(postgres, new, locale)):
            break
    else:
        raise CannotStart(
            f"PostgreSQL could not be set up: {last_line(postgres.log)} (all of it: {postgres.log})"
        )
    (new / "pg_hba.conf").write_text(ONLY_PASSWORDS)
    single = [postgres.programs / "postgres", "--single", "-D", new, "-c", "exit_on_error=on", "postgres"]
    if not _run(postgres, single, postgres.first_statements()):
        raise CannotStart(f"PostgreSQL's logins could not be made: {last_line(postgres.log)}")
    new.rename(postgres.data)


def _initdb(postgres: Postgres, data: Path, locale: str) -> list[str | Path]:
    argv: list[str | Path] = [postgres.programs / "initdb", "-D", data, "-E", "UTF8", "-U", "postgres"]
    argv += ["--auth=reject", "--no-instructions", f"--locale={locale}"]
    if postgres.major >= FIRST_WITH_BUILTIN_LOCALE:
        argv += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    return [*argv, "--no-sync"] if postgres.fast else argv


def _run(postgres: Postgres, argv: list[str | Path], stdin: str = "") -> bool:
    process = spawn(Command(argv, postgres.log, postgres.account, ENGLISH, postgres.home, stdin))
    return process.wait() == 0


def _empty_folder(folder: Path, account: Account | None) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    if account:
        os.chown(folder, account.uid, account.gid)


def _says_ready(data: Path, pid: int) -> bool:
    lines = _lines(data / "postmaster.pid")
    return lines[:1] == [str(pid)] and lines[-1].strip() == "ready"


def _lines(pid_file: Path) -> list[str]:
    """Return what a server wrote there, nothing where it took the file away again."""
    try:
        return pid_file.read_text().splitlines()
    except FileNotFoundError:
        return []


def _end_survivors(data: Path) -> None:
    """End what a killed start left, and clear its mark: PostgreSQL believes any process with that number is its own."""
    file = data / "postmaster.pid"
    if file.exists() and (PROC / "self").exists():
        server = "".join(_lines(file)[:1])
        end_workers(data, "postgres", partial(_ask_to_end, server), insist=signal.SIGQUIT)
        file.unlink(missing_ok=True)


def _ask_to_end(server: str, pids: list[int]) -> None:
    """Ask a living server to end in order; without one, end what it left as a crash would.

    A dead server's checkpointer takes any politer signal for the order to write that the database was
    shut down, while sessions may still commit: the next start would believe it and drop what they wrote.
    """
    orderly = [pid for pid in pids if str(pid) == server]
    for pid in orderly or pids:
        send(pid, signal.SIGINT if orderly else signal.SIGQUIT)
