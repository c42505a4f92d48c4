"""The whole system as a person starts it: `crm up` in a home of its own, on ports of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import httpx

from tests.ports import reserve_port
from tests.wait import until_true

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

OURS = ("CRM_", "SSO_", "DATABASE_URL", "OWNER_DATABASE_URL", "REDIS_URL", "CAPTURE_", "HANDOFF_", "SMTP_")
PATIENCE = 90.0


@dataclass(frozen=True, slots=True)
class Stack:
    """A running system: its addresses, and the environment that its commands need."""

    url: str
    sandbox_url: str
    environment: dict[str, str]

    def crm(self, *arguments: str) -> str:
        """Run a `crm` command for this system and return what it prints."""
        command = [sys.executable, "-m", "app.cli", *arguments]
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def settings(self) -> dict[str, str]:
        """Return what `crm env` prints, such as CRM_REDIS_URL."""
        lines = (line.removeprefix("export ") for line in self.crm("env").splitlines())
        return {name: value.strip("'\"") for name, value in (line.split("=", 1) for line in lines)}


@contextmanager
def running(home: Path) -> Generator[Stack]:
    """Start everything, wait until web and sandbox answer, and stop it all in the end."""
    web, sandbox = reserve_port(), reserve_port()
    kept = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
    own = {"CRM_HOME": str(home), "CRM_PORT": str(web), "CRM_SANDBOX_PORT": str(sandbox)}
    stack = Stack(f"http://127.0.0.1:{web}", f"http://127.0.0.1:{sandbox}", kept | own)
    with (home / "up.log").open("w") as log:
        command = [sys.executable, "-m", "app.cli", "up"]
        process = subprocess.Popen(command, env=stack.environment, stdout=log, stderr=log)
        try:
            _wait_for(stack, process, home / "up.log")
            yield stack
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(PATIENCE)


def _wait_for(stack: Stack, process: subprocess.Popen[bytes], log: Path) -> None:
    def answers(client: httpx.Client, url: str) -> bool:
        assert process.poll() is None, f"crm up ended: {log.read_text()}"
        try:
            return client.get(url).is_success
        except httpx.TransportError:
            return False

    with httpx.Client() as client:
        for url in (f"{stack.url}/health/ready", f"{stack.sandbox_url}/health/live"):
            until_true(lambda url=url: answers(client, url), f"{url} answers", PATIENCE)
