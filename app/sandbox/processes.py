"""Processes that end with their parent, whatever ends it, and never run as root when they must not."""

from __future__ import annotations

import contextlib
import ctypes
import os
import pwd
import re
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from functools import partial
from typing import IO, TYPE_CHECKING, Final, cast

from app.sandbox.home import CannotStart

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

PR_SET_PDEATHSIG: Final = 1
LOOK_AGAIN: Final = 0.02
LAST_WORDS: Final = 12  # PostgreSQL says why, and then in some lines more that it ended
FAILURE: Final = re.compile(r"\b(PANIC|FATAL|[Ee]rror):")
LARGEST_LOG: Final = 10_000_000
_LIBC: Final = ctypes.CDLL(None) if sys.platform == "linux" else None


@dataclass(frozen=True, slots=True)
class Account:
    """Whom a server runs as; PostgreSQL refuses to be root."""

    name: str
    uid: int
    gid: int


def account_for(data: Path, wanted: str | None) -> Account | None:
    """Return None for an ordinary user; for root the owner of the data, or an account the system has."""
    if os.geteuid() != 0:
        return None
    if data.exists() and (owner := data.stat()).st_uid != 0:
        return Account(str(owner.st_uid), owner.st_uid, owner.st_gid)
    for name in (wanted,) if wanted else ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(name, entry.pw_uid, entry.pw_gid)
    raise CannotStart("root cannot run PostgreSQL; set CRM_SERVICE_USER to an account that can")


def can_read(account: Account | None, path: Path) -> bool:
    """Say whether the account gets at a file or folder: a parent may be closed to it."""
    if account is None:
        return os.access(path, os.R_OK | os.X_OK)
    test = ["/bin/sh", "-c", 'test -r "$0" && test -x "$0"', str(path)]
    done = subprocess.run(test, cwd="/", check=False, user=account.uid, group=account.gid, extra_groups=[])
    return done.returncode == 0


@dataclass(frozen=True, slots=True)
class Command:
    """What to start, and how."""

    argv: Sequence[str | Path]
    log: Path
    account: Account | None = None
    env: Mapping[str, str] | None = None
    cwd: Path | None = None
    stdin: str = ""
    stop_signal: signal.Signals = signal.SIGTERM


def spawn(command: Command) -> subprocess.Popen[bytes]:
    """Start it in a session of its own: Ctrl-C reaches only the launcher, which stops all in order."""
    _turn_page(command.log)
    account, hook = command.account, partial(_die_with_parent, os.getpid(), command.stop_signal)
    with command.log.open("ab") as output:
        process = subprocess.Popen(
            [str(word) for word in command.argv],
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=command.env,
            cwd=command.cwd,
            start_new_session=True,
            preexec_fn=hook,  # noqa: PLW1509  the launcher has one thread
            user=account and account.uid,
            group=account and account.gid,
            extra_groups=[] if account else None,
        )
    with contextlib.suppress(BrokenPipeError), cast("IO[bytes]", process.stdin) as pipe:
        pipe.write(command.stdin.encode())
    return process


def _turn_page(log: Path) -> None:
    log.parent.mkdir(mode=0o700, exist_ok=True)
    if log.exists() and log.stat().st_size > LARGEST_LOG:
        log.replace(log.with_suffix(".old"))


def end_with_parent() -> None:
    """Let this process end, in order, when the one that started it dies."""
    _die_with_parent(os.getppid(), signal.SIGTERM)


def _die_with_parent(parent: int, signum: int) -> None:
    if _LIBC is None:
        return
    _LIBC.prctl(PR_SET_PDEATHSIG, signum)
    if os.getppid() != parent:
        os._exit(1)


def wait_until(
    ready: Callable[[], bool], process: subprocess.Popen[bytes], log: Path, seconds: float
) -> None:
    """Wait for a started process to be ready; refuses with its last words when it ends or takes too long."""
    deadline = time.monotonic() + seconds
    while not ready():
        if process.poll() is not None or time.monotonic() > deadline:
            process.terminate()
            raise CannotStart(f"{log.stem} did not start: {last_line(log)} (all of it: {log})")
        time.sleep(LOOK_AGAIN)


def last_line(log: Path) -> str:
    """Return what a log file says last of a failure, or else its last words."""
    lines = [line.strip() for line in log.read_text(errors="replace").splitlines() if line.strip()]
    failed = [line for line in lines[-LAST_WORDS:] if FAILURE.search(line)]
    return [*lines, *failed][-1] if lines else "it said nothing"
