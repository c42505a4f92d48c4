"""A start that cannot be says why and what to do, in one sentence; a running system outlives what passes."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from app.sandbox import leftovers
from app.sandbox.home import CannotStart, hold, keep
from app.sandbox.ports import check_free
from app.sandbox.processes import last_line
from app.sandbox.servers import find_valkey, start_servers, supervised_valkey
from app.sandbox.stack import read_stack
from app.sandbox.supervisor import Supervised
from tests.ports import reserve_port
from tests.sandbox.homes import new_home
from tests.wait import until_true

if TYPE_CHECKING:
    from collections.abc import Generator

FULL_DISK = """LOG:  database system was not properly shut down; automatic recovery in progress
PANIC:  could not write to file "pg_wal/xlogtemp.7": No space left on device
LOG:  startup process (PID 7) was terminated by signal 6: Aborted
LOG:  database system is shut down
"""


@pytest.fixture
def home() -> Generator[Path]:
    with new_home() as folder:
        yield folder


def test_a_home_that_is_a_file_is_refused_by_the_setting_s_name(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    for place in (file, file / "below"):
        with pytest.raises(CannotStart, match=r"Not a directory.*set CRM_HOME"), hold(place):
            pass


@pytest.mark.parametrize("text", ["", '{"half": ', "[1]", "\0\0\0"])
def test_a_damaged_file_of_the_home_is_named(tmp_path: Path, text: str) -> None:
    for name in ("kept.json", "run.json"):
        (tmp_path / name).write_text(text)
    with pytest.raises(CannotStart, match=r"kept\.json is damaged: put it back"):
        keep(tmp_path, "redis_password", str)
    with hold(tmp_path), pytest.raises(CannotStart, match=r"run\.json is damaged"):
        read_stack(tmp_path)


def test_a_home_without_room_is_said(tmp_path: Path) -> None:
    (tmp_path / "kept.json.new").symlink_to("/dev/full")
    with pytest.raises(CannotStart, match=r"cannot be written \(No space left on device\); make room"):
        keep(tmp_path, "redis_password", lambda: "secret")


def test_a_foreign_address_is_refused_by_its_own_setting() -> None:
    with pytest.raises(CannotStart, match="set CRM_HOST to an address of this machine"):
        check_free("192.0.2.1", reserve_port(), "CRM_PORT")


def test_a_log_s_failure_is_told_and_not_that_the_server_ended(tmp_path: Path) -> None:
    log = tmp_path / "postgres.log"
    log.write_text(FULL_DISK)
    assert last_line(log).endswith("No space left on device")
    log.write_text("it came, it saw\n")
    assert last_line(log) == "it came, it saw"


def test_one_port_for_two_servers_is_refused(home: Path) -> None:
    port = str(reserve_port())
    env = {"PATH": os.environ["PATH"], "CRM_HOME": str(home), "CRM_PORT": port, "CRM_SANDBOX_PORT": port}
    command = [sys.executable, "-m", "app.cli", "up"]
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (
        1,
        f"crm: CRM_PORT and CRM_SANDBOX_PORT are both {port}; set one of them to another\n",
    )


def test_data_whose_passwords_are_gone_is_refused_before_anything_guesses_them(home: Path) -> None:
    with start_servers(home, fast=True):
        pass
    kept = home / "kept.json"
    copy = kept.read_text()
    kept.unlink()
    with pytest.raises(CannotStart, match=r"kept\.json no longer holds the passwords of .*put it back"):
        start_servers(home, fast=True)
    kept.write_text(copy)
    start_servers(home, fast=True).stop()


def test_damaged_files_of_valkey_are_refused_with_what_to_do(home: Path) -> None:
    with start_servers(home, fast=True):
        pass
    file = next(home.glob("*/appendonlydir/*.incr.aof"))
    file.write_bytes(b"*1\r\n$4\r\nPING\r\nnothing that a server wrote\r\n*1\r\n$4\r\nPING\r\n")
    valkey = supervised_valkey(find_valkey(home))
    with pytest.raises(CannotStart, match=f"Bad file format.*move {file.parents[1]} away"):
        valkey.start()
    file.parents[1].rename(home / "away")
    valkey.start()
    valkey.stop()


def test_who_does_not_end_when_asked_is_made_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As a PostgreSQL that hangs in its own shutdown, and kept every next start out."""
    monkeypatch.setattr(leftovers, "PATIENCE", 0.2)
    deaf = "import signal, sys; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(flush=True); sys.stdin.read()"
    streams: Any = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen([sys.executable, "-c", deaf], cwd=tmp_path, **streams) as process:
        assert process.stdout
        process.stdout.readline()
        name = Path(f"/proc/{process.pid}/comm").read_text().strip()
        leftovers.end_workers(
            tmp_path, name, lambda pids: os.kill(pids[0], signal.SIGTERM), insist=signal.SIGKILL
        )
        assert process.wait(10) == -signal.SIGKILL


def test_a_process_that_cannot_be_made_right_now_is_tried_again() -> None:
    """One fork that fails ends no supervision: everything else would end with it."""
    tries: list[int] = []

    def launch() -> subprocess.Popen[bytes]:
        tries.append(len(tries))
        if len(tries) == 2:
            raise BlockingIOError(errno.EAGAIN, "Resource temporarily unavailable")
        return subprocess.Popen(["sleep", "60"])

    said: list[str] = []
    part = Supervised("web", launch, signal.SIGKILL)
    part.start()
    part.process.kill()
    until_true(lambda: part.tend(said.append) or len(tries) == 3, "it is started a third time")
    part.stop()
    assert "web could not be started: Resource temporarily unavailable" in said
