"""The processes of the stack that are our own code: web, worker and the sandbox neighbours."""

from __future__ import annotations

import os
import signal
import sys
from contextlib import closing
from functools import partial
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import TYPE_CHECKING, Final

from app.sandbox.ports import LOOPBACK
from app.sandbox.processes import Command, spawn
from app.sandbox.stack import OWNER_VARIABLE
from app.sandbox.supervisor import Supervised

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT: Final = Path(__file__).parents[2]
EVERY_ADDRESS: Final = ("0.0.0.0", "::")  # noqa: S104  compared with, never bound to
CRM: Final = ("-P", "-m", "app.cli")
HTTP_OK: Final = 200
NEIGHBOURS: Final = ("-P", "-m", "uvicorn", "app.sandbox.app:create_app", "--factory", "--no-proxy-headers")
QUIET: Final = ("--log-level", "warning", "--no-access-log", "--timeout-graceful-shutdown", "5")


def child(name: str, words: tuple[str, ...], home: Path, variables: Mapping[str, str]) -> Supervised:
    """Return one of our programs under supervision; it gets no right to the schema."""
    env = {**os.environ, **variables, "PYTHONPATH": _search_path()}
    env = {key: value for key, value in env.items() if not key.startswith(OWNER_VARIABLE)}
    command = Command([sys.executable, *words], log_of(home, name), env=env)
    return Supervised(name, partial(spawn, command), signal.SIGTERM)


def neighbours_words(port: int) -> tuple[str, ...]:
    """Return the command line of the sandbox neighbours."""
    return (*NEIGHBOURS, "--host", LOOPBACK, "--port", str(port), *QUIET)


def log_of(home: Path, name: str) -> Path:
    """Return a child's log file."""
    return home / "log" / f"{name}.log"


def is_live(host: str, port: int) -> bool:
    """Say whether a web server answers that it is alive."""
    with closing(HTTPConnection(LOOPBACK if host in EVERY_ADDRESS else host, port, timeout=1)) as connection:
        try:
            connection.request("GET", "/health/live")
            return connection.getresponse().status == HTTP_OK
        except (OSError, HTTPException):
            return False


def _search_path() -> str:
    return os.pathsep.join(path for path in (str(ROOT), os.environ.get("PYTHONPATH", "")) if path)
