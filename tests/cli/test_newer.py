"""A release that finds the data of a newer one says so, and changes nothing of it."""

from __future__ import annotations

import asyncio
import os
import sys
from typing import TYPE_CHECKING

from tests.ports import reserve_port

if TYPE_CHECKING:
    from pathlib import Path

    import asyncpg

    from tests.database import Place

NEWER = "crm_2999_01_01t00_00_00_000000"


async def crm(place: Place, home: Path, word: str) -> tuple[int, str, str]:
    environment = {
        "PATH": os.environ["PATH"],
        "CRM_HOME": str(home),
        "CRM_PORT": str(reserve_port()),
        "CRM_SANDBOX_PORT": str(reserve_port()),
        "DATABASE_URL": place.app_url,
        "OWNER_DATABASE_URL": place.owner_url,
        "REDIS_URL": place.redis_url,
    }
    command = [sys.executable, "-m", "app.cli", word]
    process = await asyncio.create_subprocess_exec(*command, env=environment, stdout=-1, stderr=-1)
    out, err = await asyncio.wait_for(process.communicate(), 60)
    return process.returncode or 0, out.decode(), err.decode()


async def test_an_older_up_refuses_the_data_of_a_newer_version(
    database: Place, owner: asyncpg.Connection, tmp_path: Path
) -> None:
    await owner.execute(f"COMMENT ON TABLE migration IS '{NEWER}'")
    status, _, err = await crm(database, tmp_path, "up")
    assert status == 1
    assert err == (
        f"crm: a newer version of the CRM ({NEWER}) has worked on this data; start that one, "
        "or set CRM_HOME to another folder\n"
    )
    assert await owner.fetchval("SELECT count(*) FROM lead") == 0


async def test_an_older_migrate_does_not_call_a_newer_schema_its_own(
    database: Place, owner: asyncpg.Connection, tmp_path: Path
) -> None:
    assert (await crm(database, tmp_path, "migrate"))[1] == "The database is up to date.\n"
    await owner.execute(f"COMMENT ON TABLE migration IS '{NEWER}'")
    status, out, _ = await crm(database, tmp_path, "migrate")
    assert (status, out) == (
        0,
        f"The database is of a newer version ({NEWER}) already; nothing of it was changed.\n",
    )
