"""What an earlier start left at work in a server's folder: ended before the next one begins there."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

from app.sandbox.home import CannotStart

if TYPE_CHECKING:
    from collections.abc import Callable

LONGEST_END: Final = 60.0
LONGEST_NAME: Final = 15  # the kernel keeps no more of it
LOOK_AGAIN: Final = 0.02
PROC: Final = Path("/proc")


def end_workers(folder: Path, program: str, ask: Callable[[list[int]], None]) -> None:
    """Return when no such program works in the folder; `ask` sends the signals, for which a stopped one wakes up.

    Only where /proc tells who does. Raises `CannotStart` while somebody still works there.
    """
    if not (PROC / "self").exists():
        return
    left = working_in(folder, program)
    ask(left)
    for pid in left:
        send(pid, signal.SIGCONT)
    deadline = time.monotonic() + LONGEST_END
    while left := working_in(folder, program):
        if time.monotonic() > deadline:
            raise CannotStart(f"process {left[0]} still works in {folder}; end it and start again")
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
