"""What an earlier start left at work in a server's folder: ended before the next one begins there."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from app.sandbox.home import CannotStart

if TYPE_CHECKING:
    from collections.abc import Callable

PATIENCE: Final = 30.0
LONGEST_NAME: Final = 15  # the kernel keeps no more of it
LOOK_AGAIN: Final = 0.02
PROC: Final = Path("/proc")


def end_workers(folder: Path, program: str, ask: Callable[[list[int]], None], insist: signal.Signals) -> None:
    """Return when no such program works in the folder; `ask` sends the signals, for which a stopped one wakes up.

    Whoever is still there half a minute later is told to `insist`: a PostgreSQL 18 that is to end while it recovers
    from a crash may hang for ever. Only where /proc tells. Raises `CannotStart` when nothing helps.
    """
    if not (PROC / "self").exists():
        return
    for ways in (ask, partial(_send_all, insist)):
        if left := working_in(folder, program):
            ways(left)
            _send_all(signal.SIGCONT, left)
            _wait_until_gone(folder, program)
    if left := working_in(folder, program):
        raise CannotStart(f"process {left[0]} still works in {folder}; end it and start again")


def _send_all(signum: signal.Signals, pids: list[int]) -> None:
    for pid in pids:
        send(pid, signum)


def _wait_until_gone(folder: Path, program: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while working_in(folder, program) and time.monotonic() < deadline:
        time.sleep(LOOK_AGAIN)


def send(pid: int, signum: signal.Signals) -> None:
    """Send a signal to a process that may have ended meanwhile."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signum)


def working_in(folder: Path, program: str) -> list[int]:
    """Return the processes of a program whose working folder this is; somebody's shell there is left alone."""
    found: list[int] = []
    for process in PROC.glob("[0-9]*"):
        try:
            here = (process / "cwd").readlink() == folder.resolve()
            if here and (process / "comm").read_text().strip() == program[:LONGEST_NAME]:
                found.append(int(process.name))
        except OSError:
            continue
    return found
