"""CRM_HOME: held by one launcher at a time; it keeps what must be remembered, for its owner only."""

from __future__ import annotations

import fcntl
import json
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

from app.core.errors import CrmError

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from pathlib import Path


class CannotStart(CrmError):
    """Something on this machine is in the way; the message says what to do."""

    code, title = "cannot-start", "The system cannot start"


@contextmanager
def hold(home: Path) -> Generator[None]:
    """Keep the folder for this process; refuses when another holds it. The kernel lets go at any death."""
    if not home.exists():
        home.mkdir(parents=True)
        home.chmod(0o755)  # A server that may not run as root must get through, whatever the umask.
    with (home / "lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            message = (
                f"{home} is in use by another `crm up`; stop that one, or set CRM_HOME to another folder"
            )
            raise CannotStart(message) from error
        yield


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
    path = home / "kept.json"
    values: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
    if not still_good(values.get(name, "")):
        values[name] = make()
        write_private(path, json.dumps(values, indent=2))
    return values[name]


def write_private(path: Path, text: str) -> None:
    """Replace a file's content in one step, readable by its owner only."""
    new = path.with_name(f"{path.name}.new")
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(descriptor)
    new.replace(path)
