"""The system under attack: `crm up` in a home of its own, which is asked and looked at from outside only."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Final

from app.sandbox.children import is_live
from app.sandbox.ports import LOOPBACK, free_port
from app.sandbox.processes import wait_until

ROOT: Final = Path(__file__).parents[1]
LONGEST_START: Final = 180.0
PROC: Final = Path("/proc")
# How each part is known among the children of `crm up`.
PARTS: Final = {
    "web": "serve",
    "worker": "worker",
    "neighbours": "uvicorn",
    "PostgreSQL": "postgres",
    "Valkey": "valkey-server",
}


class System:
    """Everything of one home, which is started once and restarts its own parts."""

    def __init__(self, home: Path) -> None:
        self._port, self._sandbox_port = int(free_port()), int(free_port())
        ports = {"CRM_PORT": str(self._port), "CRM_SANDBOX_PORT": str(self._sandbox_port)}
        self._environment = {**os.environ, **ports, "CRM_HOME": str(home)}
        self._log = home / "up.log"
        self.home = home
        self.url, self.sandbox_url = (
            f"http://{LOOPBACK}:{self._port}",
            f"http://{LOOPBACK}:{self._sandbox_port}",
        )
        self.urls: dict[str, str] = {}

    def start(self) -> None:
        """Start it, and return when it answers."""
        with self._log.open("wb") as log:
            self._up = subprocess.Popen(
                self._crm("up"), cwd=ROOT, env=self._environment, stdout=log, stderr=log
            )
        wait_until(lambda: is_live(LOOPBACK, self._port), self._up, self._log, LONGEST_START)
        self.urls = dict(line.split("=", 1) for line in self.crm("env").splitlines())

    def stop(self) -> None:
        """Stop it as Ctrl-C does."""
        self._up.send_signal(signal.SIGINT)
        self._up.wait(60)

    def crm(self, *words: str) -> str:
        """Return what a command prints; raises CalledProcessError when it fails."""
        command = self._crm(*words)
        done = subprocess.run(
            command, cwd=ROOT, env=self._environment, check=True, capture_output=True, text=True
        )
        return done.stdout.strip()

    def part(self, name: str) -> list[int]:
        """Return the processes of a part, none while it is away."""
        return [pid for pid in _children(self._up.pid) if PARTS[name] in _words(pid)]

    def backends(self) -> list[int]:
        """Return PostgreSQL's processes that serve web and worker."""
        servers = self.part("PostgreSQL")
        return [pid for server in servers for pid in _children(server) if "crm_app" in _words(pid)]

    @staticmethod
    def _crm(*words: str) -> list[str]:
        return [sys.executable, "-m", "app.cli", *words]


def _children(pid: int) -> list[int]:
    with suppress(OSError):
        return [int(child) for child in (PROC / f"{pid}/task/{pid}/children").read_text().split()]
    return []


def _words(pid: int) -> list[str]:
    """Return the words of a command line, its program by its name alone."""
    with suppress(OSError):
        words = (PROC / str(pid) / "cmdline").read_text().replace("\0", " ").split()
        return [Path(word).name for word in words]
    return []
