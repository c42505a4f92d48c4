"""What goes wrong at the command line is one clear line on stderr, and never a traceback."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from app.cli.main import crm as program
from tests.ports import reserve_port

ROOT = Path(__file__).parents[2]
NOWHERE = "postgresql://crm_owner:top-secret@127.0.0.1:9/crm"


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """An environment that names a home and ports of its own, whatever runs here, and nothing else of ours."""
    ports = {"CRM_PORT": str(reserve_port()), "CRM_SANDBOX_PORT": str(reserve_port())}
    return {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "CRM_HOME": str(tmp_path), **ports}


def crm(environment: dict[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-P", "-m", "app.cli", *words]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def refusal(environment: dict[str, str], *words: str) -> str:
    """Return the one line with which a command refuses."""
    done = crm(environment, *words)
    assert done.returncode == 1, done.stdout
    assert done.stderr.startswith("crm: ")
    assert done.stderr.count("\n") == 1, done.stderr
    return done.stderr


@pytest.mark.parametrize(
    ("variables", "line"),
    [
        ({"CRM_PORT": "none"}, "CRM_PORT must be a whole number from 1 to 65535, not 'none'"),
        ({"DATABASE_URL": "mysql://x"}, "DATABASE_URL must be a URL that starts with postgresql://"),
        ({"DATABASE_URL": NOWHERE}, "OWNER_DATABASE_URL must be set beside DATABASE_URL"),
        ({"DATABASE_URL": NOWHERE, "OWNER_DATABASE_URL": NOWHERE}, "OWNER_DATABASE_URL leads nowhere"),
        ({"CRM_PG_BIN": "/nowhere"}, "CRM_PG_BIN is wrong: there is no initdb in /nowhere"),
        ({"DATABASE_URL": "postgresql://[x"}, "DATABASE_URL must be a URL that starts with postgresql://"),
        ({"REDIS_URL": "redis://host:port"}, "REDIS_URL must be a URL that starts with redis://"),
        ({"SSO_CLIENT_SECRET_FILE": "/nowhere"}, "SSO_CLIENT_SECRET_FILE names a file that cannot be read"),
        ({"SSO_CLIENT_SECRET_FILE": sys.executable}, "SSO_CLIENT_SECRET_FILE names a file that is no text"),
        ({"SSO_ISSUER": "https://sso.example"}, "SSO_ISSUER names an SSO, and `crm up` lets everybody in"),
        ({"HANDOFF_WEBHOOK_URL": "https://hook.example"}, "HANDOFF_WEBHOOK_SECRET must be set beside"),
    ],
)
def test_a_wrong_setting_is_named(environment: dict[str, str], variables: dict[str, str], line: str) -> None:
    said = refusal(environment | variables, "up")
    assert line in said
    assert "top-secret" not in said


@pytest.mark.parametrize("command", ["serve", "worker"])
def test_what_a_process_cannot_do_without_is_named(environment: dict[str, str], command: str) -> None:
    given = {"DATABASE_URL": NOWHERE, "REDIS_URL": "redis://127.0.0.1:9", "SSO_ISSUER": "https://sso.example"}
    for missing in given:
        rest = {name: value for name, value in given.items() if name != missing}
        assert f"{missing} must be set" in refusal(environment | rest, command)


def test_a_busy_port_is_named_with_the_setting_that_changes_it(environment: dict[str, str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        assert f"127.0.0.1:{port} cannot be used" in refusal(environment | {"CRM_PORT": port}, "up")
        assert "set CRM_SANDBOX_PORT" in refusal(environment | {"CRM_SANDBOX_PORT": port}, "up")


@pytest.mark.parametrize("words", [("env",), ("token", "rita"), ("doctor",), ("migrate",)])
def test_commands_for_a_running_stack_say_that_none_runs(
    environment: dict[str, str], words: tuple[str, ...]
) -> None:
    assert f"nothing runs in {environment['CRM_HOME']}" in refusal(environment, *words)


def test_every_command_explains_itself() -> None:
    shell = CliRunner()
    overview = shell.invoke(program, ["--help"]).output
    for name in ("up", "serve", "worker", "migrate", "seed", "token", "env", "doctor"):
        assert f"  {name} " in overview
        assert f"{name} [OPTIONS]" in shell.invoke(program, [name, "--help"]).output


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (("fly",), "crm: No such command 'fly'. (see `crm --help`)"),
        (("token",), "crm: Missing argument 'WHO'."),
        (("serve", "--workers", "none"), "crm: Invalid value for '--workers'"),
    ],
)
def test_wrong_words_are_refused_in_one_line(
    environment: dict[str, str], words: tuple[str, ...], line: str
) -> None:
    done = crm(environment, *words)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert done.stderr.startswith(line)
    assert "--help`)" in done.stderr
