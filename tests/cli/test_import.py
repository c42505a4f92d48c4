"""`crm import`: an operator's table of leads."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    import asyncpg

pytestmark = pytest.mark.usefixtures("pool", "redis")
ROOT = Path(__file__).parents[2]


async def crm(*words: str) -> tuple[int, str, str]:
    command = [sys.executable, "-P", "-m", "app.cli", "import", *words]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    process = await asyncio.create_subprocess_exec(*command, env=environment, stdout=-1, stderr=-1)
    out, err = await process.communicate()
    return process.returncode or 0, out.decode(), err.decode()


async def test_a_table_is_tried_then_taken_in(owner: asyncpg.Connection, tmp_path: Path) -> None:
    file = tmp_path / "leads.csv"
    file.write_text(
        "Who;Mail;Shoes;Betrag;Deal\nGrace Hopper;grace@navy.example;38;1;12.500,50\n;nobody;;;\n"
    )
    status, out, _ = await crm(str(file), "--map", "Who=name", "--dry-run", "--json")
    assert status == 0
    assert json.loads(out)["created"] == 1
    assert await owner.fetchval("SELECT count(*) FROM lead") == 0
    status, out, _ = await crm(str(file), "--map", "Who=name", "--map", "Shoes=answer", "--map", "Deal=value")
    assert status == 0
    assert "2 lines: 1 created, 1 refused (done" in out
    assert json.loads(await owner.fetchval("SELECT answers FROM lead")) == {"Shoes": "38"}
    assert str(await owner.fetchval("SELECT expected_value FROM lead")) == "12500.50"


async def test_what_cannot_be_imported_is_one_line(tmp_path: Path) -> None:
    file = tmp_path / "leads.csv"
    file.write_text("a,b\n1,2\n")
    for words in (
        (str(file),),
        (str(file), "--map", "z=name"),
        (),
        ("--resume", "01900000-0000-7000-8000-000000000000"),
    ):
        status, _, err = await crm(*words)
        assert status == 1
        assert "Traceback" not in err
