"""CRM_HOME: held by one launcher at a time; it keeps what must be remembered, for its owner only."""

from __future__ import annotations

import fcntl
import json
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, TextIO

from app.core.errors import CrmError

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from pathlib import Path


KEPT: Final = "kept.json"


class CannotStart(CrmError):
    """Something on this machine is in the way; the message says what to do."""

    code, title = "cannot-start", "The system cannot start"


@contextmanager
def hold(home: Path) -> Generator[None]:
    """Keep the folder for this process; refuses when another holds it. The kernel lets go at any death."""
    with _opened_lock(home) as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            message = (
                f"{home} is in use by another `crm up`; stop that one, or set CRM_HOME to another folder"
            )
            raise CannotStart(message) from error
        yield


def _opened_lock(home: Path) -> TextIO:
    try:
        if not home.exists():
            home.mkdir(parents=True, exist_ok=True)  # another start may be as far
            home.chmod(0o755)  # A server that may not run as root must get through, whatever the umask.
        return (home / "lock").open("w")
    except OSError as error:
        message = f"{home} cannot be used ({error.strerror}); set CRM_HOME to a folder of yours"
        raise CannotStart(message) from error


def is_held(home: Path) -> bool:
    """Say whether a launcher holds the folder right now."""
    try:
        with (home / "lock").open() as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False


def keep(home: Path, name: str, make: Callable[[], str], *, still_good: Callable[[str], bool] = bool) -> str:
    """Return the value made on an earlier start, or make it, or make it anew when it is no longer good."""
    path = home / KEPT
    values = read_kept(path) if path.exists() else {}
    if not still_good(values.get(name, "")):
        values[name] = make()
        write_private(path, json.dumps(values, indent=2))
    return values[name]


def read_kept(path: Path) -> dict[str, str]:
    """Return what was written down; refuses, saying what to do, where the file was damaged."""
    try:
        values: dict[str, str] = dict(json.loads(path.read_text()))
    except (OSError, ValueError, TypeError) as error:
        message = (
            f"{path} is damaged: put it back from a copy, or set CRM_HOME to another folder to start afresh"
        )
        raise CannotStart(message) from error
    return values


def write_private(path: Path, text: str) -> None:
    """Replace a file's content in one step, readable by its owner only."""
    try:
        _replace(path, text)
    except OSError as error:
        message = (
            f"{path} cannot be written ({error.strerror}); make room there, or set CRM_HOME to another folder"
        )
        raise CannotStart(message) from error


def _replace(path: Path, text: str) -> None:
    new = path.with_name(f"{path.name}.new")
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(descriptor)
    new.replace(path)
