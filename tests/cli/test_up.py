"""`crm up`: one of it a home, nothing left behind, and what ends is started again."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from redis import Redis
from redis.exceptions import RedisError

from tests.e2e.stack import running
from tests.sandbox.homes import new_home
from tests.wait import BOOT, until_true

if TYPE_CHECKING:
    from collections.abc import Generator

    from tests.e2e.stack import Stack

PROC = Path("/proc")


@pytest.fixture(scope="module")
def stack() -> Generator[Stack]:
    with new_home() as home, running(home) as started:
        yield started


def children(word: str, home: str) -> list[int]:
    """Return the processes of a home's system whose command line has a word."""
    numbers = (int(entry.name) for entry in PROC.iterdir() if entry.name.isdigit())
    return [pid for pid in numbers if _has(pid, "cmdline", word) and _has(pid, "environ", f"CRM_HOME={home}")]


def _has(pid: int, file: str, entry: str) -> bool:
    try:
        return entry.encode() in (PROC / str(pid) / file).read_bytes().split(b"\0")
    except OSError:
        return False


def test_env_and_token_speak_to_what_runs(stack: Stack) -> None:
    said = stack.settings()
    assert said["CRM_URL"] == stack.url
    assert said["CRM_DATABASE_URL"].startswith("postgresql://crm_app:")
    assert said["CRM_OWNER_DATABASE_URL"].startswith("postgresql://crm_owner:")
    for who in ("rita", "omar", "sam", "ada", "cms"):
        assert stack.crm("token", who).count(".") == 2


def test_a_second_up_is_refused(stack: Stack) -> None:
    command = [sys.executable, "-m", "app.cli", "up"]
    done = subprocess.run(command, env=stack.environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "is in use by another `crm up`" in done.stderr


@pytest.mark.parametrize("name", ["serve", "worker"])
def test_a_killed_process_is_started_again(stack: Stack, name: str) -> None:
    home = stack.environment["CRM_HOME"]
    old = until_true(lambda: children(name, home), f"{name} runs", BOOT)
    os.kill(old[0], signal.SIGKILL)
    until_true(lambda: set(children(name, home)) - set(old), f"another {name} runs", BOOT)
    until_true(lambda: is_ready(stack.url), "the web answers", BOOT)


def is_ready(url: str) -> bool:
    try:
        return httpx.get(f"{url}/health/ready").is_success
    except httpx.TransportError:
        return False


def test_killed_servers_are_started_again(stack: Stack) -> None:
    file = next(Path(stack.environment["CRM_HOME"]).glob("pg-*/postmaster.pid"))
    redis: Any = Redis.from_url(stack.settings()["CRM_REDIS_URL"])
    with redis:
        old = (first_line(file), redis.info()["process_id"])
        for pid in old:
            os.kill(int(pid), signal.SIGKILL)
        until_true(lambda: first_line(file) not in {"", old[0]}, "another PostgreSQL runs", BOOT)
        until_true(lambda: number_of(redis) not in {None, old[1]}, "another Valkey runs", BOOT)
    until_true(lambda: is_ready(stack.url), "the web answers", BOOT)
    assert stack.crm("doctor").startswith("ok")


def first_line(file: Path) -> str:
    """Return the first line of a file, nothing while it is not there or not written yet."""
    try:
        return file.read_text().partition("\n")[0].strip()
    except FileNotFoundError:
        return ""


def number_of(redis: Any) -> int | None:
    """Return the number of the process that answers, None while none does."""
    try:
        return redis.info()["process_id"]
    except RedisError:
        return None


def test_the_web_and_the_worker_have_no_right_to_the_schema(stack: Stack) -> None:
    for name in ("serve", "worker"):
        given = until_true(lambda name=name: environment_of(name, stack), f"{name} runs", BOOT)
        assert b"OWNER_DATABASE_URL" not in given


def environment_of(name: str, stack: Stack) -> bytes:
    """Return what a process was started with, nothing while none runs: one that lost its server just ends."""
    try:
        return next(
            (PROC / str(pid) / "environ").read_bytes()
            for pid in children(name, stack.environment["CRM_HOME"])
        )
    except (StopIteration, OSError):
        return b""


@pytest.fixture
def second() -> Generator[tuple[Stack, int]]:
    """Another system, and the process number of its launcher."""
    with new_home() as home, running(home) as started:
        yield started, children("up", str(home))[0]


def test_a_killed_launcher_leaves_no_orphan(second: tuple[Stack, int]) -> None:
    stack, launcher = second
    home = stack.environment["CRM_HOME"]
    os.kill(launcher, signal.SIGKILL)
    for name in ("serve", "worker", "app.sandbox.app:create_app"):
        until_true(lambda name=name: not children(name, home), f"{name} ends with the launcher", BOOT)
    until_true(
        lambda: not list(Path(home).glob("pg-*/postmaster.pid")), "PostgreSQL ends with the launcher", BOOT
    )


def test_ctrl_c_ends_everything_in_order(stack: Stack) -> None:
    """The last test here: it leaves no system for another."""
    home = Path(stack.environment["CRM_HOME"])
    os.kill(children("up", str(home))[0], signal.SIGINT)
    until_true(lambda: not children("up", str(home)), "the launcher ends", BOOT)
    assert not (home / "run.json").exists()
    assert not list(home.glob("pg-*/postmaster.pid"))
    assert "Stopped." in (home / "up.log").read_text()
