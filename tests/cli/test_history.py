"""`crm verify-log` and `crm erase`: an operator finds out who changed history, and forgets a person."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import asyncpg
import pytest

from tests import make
from tests.cli.test_mailboxes import crm
from tests.database import within

if TYPE_CHECKING:
    from tests.cast import Cast
    from tests.database import Place

pytestmark = pytest.mark.usefixtures("pool")


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A home without the anchors of another test's database."""
    monkeypatch.setenv("CRM_HOME", str(tmp_path))


async def test_tampering_ends_with_one_and_names_customer_and_entry(
    database: Place, owner: asyncpg.Connection, cast: Cast
) -> None:
    customer = await make.customer(owner)
    for _ in range(3):
        await make.activity(owner, customer, cast.ada)
    status, out, err = await crm("verify-log", "--write-anchor")
    assert (status, "3 entries of 1 customers are unbroken" in out) == (0, True), err
    found = re.search(r"Anchored in (\S+)", out)
    assert found
    root = await asyncpg.connect(within(database.run.superuser_url, database.name))
    await root.execute(
        "ALTER TABLE activity DISABLE TRIGGER ALL; UPDATE activity SET kind = 'x' WHERE seq = 2"
    )
    await root.close()
    for words in ((), ("--anchor", found.group(1))):
        status, out, err = await crm("verify-log", *words)
        assert status == 1
        assert f"customer {customer} entry 2: was changed" in out
        assert err.splitlines()[-1].startswith("crm: the timeline was tampered with")


async def test_a_trigger_switched_off_is_named_before_anybody_used_it(database: Place) -> None:
    root = await asyncpg.connect(within(database.run.superuser_url, database.name))
    await root.execute("ALTER TABLE activity DISABLE TRIGGER activity_no_change")
    await root.close()
    status, _, err = await crm("verify-log")
    assert (status, "activity_no_change" in err) == (1, True)


async def test_erasing_by_hand_and_a_customer_that_is_not_there(
    owner: asyncpg.Connection, cast: Cast
) -> None:
    customer = await make.customer(owner, name="Grace Hopper")
    await make.activity(owner, customer, cast.ada)
    status, out, err = await crm("erase", str(customer))
    assert (status, out.splitlines()[0]) == (0, "Erased."), err
    assert await owner.fetchval("SELECT name FROM customer") == "Erased"
    status, out, _ = await crm("verify-log")
    assert (status, f"customer {customer}: erased on" in out) == (0, True)
    assert (await crm("erase", str(customer)))[0] == 0
    status, _, err = await crm("erase", "01900000-0000-7000-8000-00000000dead")
    assert (status, err.count("\n")) == (1, 1)
