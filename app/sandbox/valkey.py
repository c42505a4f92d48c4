"""An embedded Valkey: the alarm clock and the event streams, with an append-only file."""

from __future__ import annotations

import os
import re
import signal
import subprocess
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final, cast

from redis import Redis, RedisError

from app.sandbox.home import CannotStart, keep
from app.sandbox.leftovers import end_workers, send
from app.sandbox.ports import LOOPBACK, free_port, is_free
from app.sandbox.processes import Account, Command, spawn, wait_until

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

LONGEST_LOADING: Final = 60.0


@dataclass(frozen=True, slots=True)
class Valkey:
    """One Valkey (or Redis) in one home."""

    home: Path
    program: Path
    account: Account | None
    make_secret: Callable[[], str]

    @property
    def data(self) -> Path:
        """Return its data folder, named by the program: an older one cannot read a newer one's files."""
        return self.home / f"{self.program.name.removesuffix('-server')}-{self._major()}"

    @property
    def log(self) -> Path:
        """Return its log file."""
        return self.home / "log" / "valkey.log"

    @property
    def url(self) -> str:
        """Return the URL with which a client connects."""
        return f"redis://:{self._password()}@{LOOPBACK}:{self._port()}/0"

    def launch(self) -> subprocess.Popen[bytes]:
        """Start the server and return when it answers; two of them would spoil one append-only file."""
        end_workers(self.data, self.program.name, _ask_to_end, insist=signal.SIGKILL)
        self.data.mkdir(mode=0o700, exist_ok=True)
        if self.account:
            os.chown(self.data, self.account.uid, self.account.gid)
        command = Command([self.program, "-"], self.log, self.account, None, self.home, self._configuration())
        process = spawn(command)
        try:
            wait_until(partial(_answers, self.url), process, self.log, LONGEST_LOADING)
        except CannotStart as error:
            cure = f"if its files are damaged, move {self.data} away: the CRM needs nothing of it back"
            raise CannotStart(f"{error.detail}; {cure}") from error
        return process

    def choose_port(self) -> None:
        """Keep the port of the last start, or choose another when somebody else took it."""
        end_workers(self.data, self.program.name, _ask_to_end, insist=signal.SIGKILL)
        _stop_survivor(self.url)
        keep(self.home, "redis_port", free_port, still_good=is_free)

    def _configuration(self) -> str:
        """Return the configuration for stdin, where the password is in nobody's process list."""
        return "\n".join(
            (
                f"bind {LOOPBACK}",
                f"port {self._port()}",
                f"requirepass {self._password()}",
                f'dir "{self.data}"',
                "appendonly yes",
                "appendfsync everysec",
                'save ""',
                "",
            )
        )

    def _port(self) -> str:
        return keep(self.home, "redis_port", free_port)

    def _password(self) -> str:
        return keep(self.home, "redis_password", self.make_secret)

    def _major(self) -> str:
        said = subprocess.run([self.program, "--version"], capture_output=True, text=True, check=False).stdout
        number = re.search(r"v=(\d+)", said)
        return number[1] if number else "0"


def connect(url: str, seconds: float) -> Any:
    """Return a client that gives up after so many seconds; redis-py leaves its own types partly unknown."""
    return cast("Any", Redis).from_url(url, socket_timeout=seconds, socket_connect_timeout=seconds)


def _answers(url: str) -> bool:
    try:
        with connect(url, 1) as client:
            return bool(client.ping())
    except RedisError:
        return False


def _ask_to_end(pids: list[int]) -> None:
    for pid in pids:
        send(pid, signal.SIGTERM)


def _stop_survivor(url: str) -> None:
    """End our own server of an earlier start where the system let it outlive its launcher."""
    if _answers(url):
        with connect(url, 10) as client:
            client.shutdown(save=False)
