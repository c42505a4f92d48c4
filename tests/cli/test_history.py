"""`crm verify-log` and `crm erase`: an operator finds out who changed history, and forgets a person."""

from __future__ import annotations

import json
import re
import shutil
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import asyncpg
import pytest

from app.core import clock
from app.services.anchor import anchor_timeline
from tests import make
from tests.cli.test_mailboxes import crm
from tests.database import within
from tests.services.test_verify import REHASH

if TYPE_CHECKING:
    from uuid import UUID

    from tests.cast import Cast
    from tests.database import Place

pytestmark = pytest.mark.usefixtures("pool")


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A home without the anchors of another test's database."""
    monkeypatch.setenv("CRM_HOME", str(tmp_path))
    return tmp_path


@pytest.fixture
async def anchored(
    owner: asyncpg.Connection, cast: Cast, pool: None, home: Path, monkeypatch: pytest.MonkeyPatch
) -> UUID:
    """A customer with three entries, which were anchored on each of the last two days."""
    customer = await make.customer(owner)
    for _ in range(3):
        await make.activity(owner, customer, cast.ada)
    today = clock.now()
    for days in (2, 1):
        with monkeypatch.context() as then:
            then.setattr(clock, "now", lambda days=days: today - timedelta(days=days))
            await anchor_timeline(home)
    return customer


async def refused(*words: str) -> str:
    """Return the one line with which `crm verify-log` fails."""
    status, out, err = await crm("verify-log", *words)
    assert (status, "no anchor yet" in out) == (1, False), out
    said = [line for line in err.splitlines() if line.startswith("crm: ")]
    assert len(said) == 1, err
    return said[0]


def public_key(anchor: Path) -> str:
    return json.loads(anchor.read_text().partition("\n")[0])["public_key"]


async def rewrite(database: Place, customer: UUID) -> None:
    root = await asyncpg.connect(within(database.run.superuser_url, database.name))
    await root.execute(
        "ALTER TABLE activity DISABLE TRIGGER activity_no_change;"
        " UPDATE activity SET kind = 'note_logged' WHERE seq = 2"
    )
    await root.execute(REHASH.format(customer=customer))
    await root.execute("ALTER TABLE activity ENABLE ALWAYS TRIGGER activity_no_change")
    await root.close()


@pytest.mark.usefixtures("anchored")
async def test_anchors_that_the_database_knows_of_and_nobody_has_are_missed(home: Path) -> None:
    first, second = sorted((home / "anchors").glob("*.anchor"))
    assert (await crm("verify-log"))[0] == 0
    first.unlink()
    assert "1 of 2 anchors" in await refused()
    second.unlink()
    assert "2 of 2 anchors" in await refused()
    shutil.rmtree(home / "anchors")
    assert "2 of 2 anchors" in await refused()


@pytest.mark.usefixtures("anchored")
async def test_an_anchor_that_is_another_in_the_database_than_in_its_file_is_named(database: Place) -> None:
    root = await asyncpg.connect(within(database.run.superuser_url, database.name))
    await root.execute("UPDATE log_anchor SET root = sha256('x') WHERE at = (SELECT min(at) FROM log_anchor)")
    await root.close()
    assert re.search(r"the anchor of \S+Z is another", await refused())


@pytest.mark.usefixtures("anchored")
async def test_without_the_signing_key_somebody_must_say_which_key_counts(home: Path) -> None:
    newest = max((home / "anchors").glob("*.anchor"))
    (home / "anchors/signing.key").unlink()
    for words in ((), ("--anchor", str(newest))):
        assert "signing.key" in await refused(*words)
        status, out, err = await crm("verify-log", *words, "--key", public_key(newest))
        assert (status, f"Compared with {newest}" in out) == (0, True), err
        assert "sign" in await refused(*words, "--key", "ab" * 32)


async def test_a_rewritten_chain_does_not_pass_by_throwing_away_what_speaks_against_it(
    database: Place, home: Path, anchored: UUID
) -> None:
    kept = home / "copy"
    shutil.copytree(home / "anchors", kept)
    newest = max(kept.glob("*.anchor"))
    await rewrite(database, anchored)
    assert "tampered" in await refused()
    (home / "anchors/signing.key").unlink()
    assert "tampered" in await refused()
    shutil.rmtree(home / "anchors")
    assert "2 of 2 anchors" in await refused()
    await anchor_timeline(home)  # as the worker does at night, with a new key
    assert "2 of 3 anchors" in await refused()
    assert "tampered" in await refused("--anchor", str(newest), "--key", public_key(newest))


async def test_anchors_of_another_key_are_told_of(home: Path, anchored: UUID) -> None:
    (home / "anchors/signing.key").unlink()
    await anchor_timeline(home / "elsewhere")
    for made in (home / "elsewhere/anchors").iterdir():
        shutil.move(made, home / "anchors" / (f"b-{made.name}" if made.suffix == ".anchor" else made.name))
    status, out, err = await crm("verify-log")
    assert (status, "2 anchors here were signed by another key" in out) == (0, True), (out, err)


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
