"""Things that break on purpose: a Redis of the test's own, and workers as real processes."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import redis.asyncio as redis_client

from app.core.settings import settings
from app.gateways import queue
from app.sandbox.servers import find_valkey, supervised_valkey

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Generator

    from app.sandbox.supervisor import Supervised
    from tests.database import Place

ROOT = Path(__file__).parents[2]


class OwnRedis:
    """A Redis that only this test uses; it keeps its data and its port when it is stopped."""

    def __init__(self, server: Supervised, url: str, data: Path) -> None:
        self._data = data
        self.start, self.stop, self.url = server.start, server.stop, url
        self._server = server
        self.client = redis_client.from_url(url, decode_responses=True)

    def kill(self) -> None:
        """End it as a power cut would."""
        self._server.process.kill()
        self._server.process.wait()

    def lose_files(self) -> None:
        """Take away what it has written."""
        shutil.rmtree(self._data)

    async def published(self) -> list[str]:
        return [fields["id"] for _, fields in await self.client.xrange("crm.events")]


@pytest.fixture
def home() -> Generator[Path]:
    """A folder that whoever the server runs as can read."""
    with tempfile.TemporaryDirectory(prefix="crm-faults-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@pytest.fixture
async def own_redis(home: Path, place: Place, monkeypatch: pytest.MonkeyPatch) -> AsyncGenerator[OwnRedis]:
    """A running Redis that the settings name."""
    valkey = find_valkey(home)
    own = OwnRedis(supervised_valkey(valkey), valkey.url, valkey.data)
    monkeypatch.setenv("REDIS_URL", own.url)
    settings.cache_clear()
    await queue.close()
    own.start()
    yield own
    await queue.close()
    await own.client.aclose()
    own.stop()
    monkeypatch.undo()
    settings.cache_clear()


@pytest.fixture
def worker(own_redis: OwnRedis, tmp_path: Path) -> Generator[Callable[[], subprocess.Popen[bytes]]]:
    """`worker()` starts a worker process; all that are left end with the test."""
    started: list[subprocess.Popen[bytes]] = []

    def start() -> subprocess.Popen[bytes]:
        with (tmp_path / "worker.log").open("ab") as log:
            command = [sys.executable, "-m", "app.cli", "worker"]
            started.append(subprocess.Popen(command, cwd=ROOT, env=dict(os.environ), stdout=log, stderr=log))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.wait()


@pytest.fixture
def tended(worker: Callable[[], subprocess.Popen[bytes]]) -> Callable[[], bool]:
    """`tended()` starts a worker when none runs, as a supervisor does: one that loses its Redis ends."""
    running: list[subprocess.Popen[bytes]] = []

    def tend() -> bool:
        if not running or running[-1].poll() is not None:
            running.append(worker())
        return True

    return tend
