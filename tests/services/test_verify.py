"""Whoever changes history, with whatever rights, is found out: customer and entry are named."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import asyncpg
import pytest

from app.core import clock
from app.core.errors import NotFound
from app.domain.anchor import BadAnchor
from app.domain.timeline import NewEntry
from app.gateways import anchor_files
from app.services.anchor import anchor_if_due, anchor_timeline
from app.services.verify import verify_customer, verify_log
from app.store import timeline, verify
from app.store.transaction import transaction
from tests import make
from tests.database import within

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator
    from uuid import UUID

    from app.services.verify import LogReport
    from tests.cast import Cast
    from tests.database import Place

pytestmark = pytest.mark.usefixtures("pool")
ENTRIES = 5
COLUMNS = "id, customer_id, lead_id, seq, kind, actor_id, occurred_at, recorded_at, data, commitment, prev_hash, hash"
REHASH = """
    DO $$ DECLARE e activity; before bytea; BEGIN
        FOR e IN SELECT * FROM activity WHERE customer_id = '{customer}' ORDER BY seq LOOP
            e.prev_hash := before;
            e.hash := sha256(convert_to(activity_canonical(e), 'UTF8'));
            UPDATE activity SET prev_hash = e.prev_hash, hash = e.hash WHERE id = e.id;
            before := e.hash;
        END LOOP;
        UPDATE customer SET log_head = before,
            log_seq = (SELECT max(seq) FROM activity WHERE customer_id = '{customer}') WHERE id = '{customer}';
    END $$"""
GONE = "DELETE FROM activity_text USING activity WHERE id = activity_id AND seq {0}; DELETE FROM activity WHERE seq {0}"
TAMPERING = {
    "an edit": ("UPDATE activity SET kind = 'note_logged' WHERE seq = 3", 3),
    "an edit with its hash": (
        (
            "UPDATE activity SET kind = 'note_logged' WHERE seq = 3;"
            " UPDATE activity SET hash = sha256(convert_to(activity_canonical(activity), 'UTF8')) WHERE seq = 3"
        ),
        4,
    ),
    "an edit of the last with its hash": (
        (
            "UPDATE activity SET actor_id = 'x' WHERE seq = 5;"
            " UPDATE activity SET hash = sha256(convert_to(activity_canonical(activity), 'UTF8')) WHERE seq = 5"
        ),
        5,
    ),
    "a deletion": (GONE.format("= 2"), 2),
    "a cut": (GONE.format("> 3"), 4),
    "everything gone": (GONE.format("> 0"), 1),
    "an insertion at the end": (
        (
            f"INSERT INTO activity ({COLUMNS}) SELECT gen_random_uuid(), customer_id, lead_id, 6, kind, actor_id,"
            " occurred_at, recorded_at, data, NULL, hash, sha256('x') FROM activity WHERE seq = 5"
        ),
        6,
    ),
    "a new order": (
        (
            "UPDATE activity SET seq = 99 WHERE seq = 2; UPDATE activity SET seq = 2 WHERE seq = 3;"
            " UPDATE activity SET seq = 3 WHERE seq = 99"
        ),
        2,
    ),
    "another text": ("""UPDATE activity_text SET body = '{"notes":"never said"}' WHERE body LIKE '%4%'""", 4),
    "a text quietly removed": ("DELETE FROM activity_text WHERE body LIKE '%4%'", 4),
}


@pytest.fixture
async def customer_id(owner: asyncpg.Connection, cast: Cast) -> UUID:
    """Rita's customer with five calls."""
    await make.lead(owner, cast.rita)
    customer_id = await owner.fetchval("SELECT customer_id FROM lead")
    assert customer_id
    async with transaction(cast.rita):
        for number in range(1, ENTRIES + 1):
            text = {"notes": f"Call {number}"}
            at = await owner.fetchval("SELECT now()")
            await timeline.append(
                cast.rita, NewEntry(customer_id, "call_logged", cast.rita.id, at, text=text)
            )
    return customer_id


@pytest.fixture
async def somebody_else(owner: asyncpg.Connection, cast: Cast) -> UUID:
    """Another customer, with one entry."""
    other = await make.customer(owner)
    await make.activity(owner, other, cast.ada)
    return other


@pytest.fixture
async def root(database: Place, customer_id: UUID) -> AsyncGenerator[asyncpg.Connection]:
    """A superuser who has switched the triggers off after the calls were logged."""
    connection = await asyncpg.connect(within(database.run.superuser_url, database.name))
    await connection.execute(
        "ALTER TABLE activity DISABLE TRIGGER ALL; ALTER TABLE activity_text DISABLE TRIGGER ALL"
    )
    yield connection
    await connection.close()


async def verified(home: Path | None = None, file: Path | None = None) -> LogReport:
    path = file or (max(anchor_files.kept_anchors(home)) if home else None)
    anchor = anchor_files.load_anchor(path, anchor_files.public_key(home)) if home and path else None
    return await verify_log(anchor, lambda _: None, lambda _: None)


async def test_an_untouched_log_is_unbroken(owner: asyncpg.Connection, cast: Cast, customer_id: UUID) -> None:
    other = await make.customer(owner)
    await make.activity(owner, other, cast.ada, data={"é\n": [1.50, None], "a": "b\u2028"})
    report = await verified()
    assert (report.customers, report.entries, report.breaks) == (2, ENTRIES + 1, ())


async def test_a_customers_seal_speaks_of_their_own_chain_alone(
    somebody_else: UUID, root: asyncpg.Connection, cast: Cast, customer_id: UUID
) -> None:
    await root.execute("UPDATE activity SET kind = 'meeting_logged' WHERE customer_id = $1", somebody_else)
    assert (await verified()).breaks
    theirs = await verify_customer(cast.rita, customer_id)
    assert (theirs.entries, theirs.breaks) == (ENTRIES, ())


@pytest.mark.parametrize("trick", TAMPERING)
async def test_tampering_is_pinned_to_customer_and_entry(
    owner: asyncpg.Connection, cast: Cast, root: asyncpg.Connection, customer_id: UUID, trick: str
) -> None:
    sql, seq = TAMPERING[trick]
    await root.execute(sql)
    report = await verified()
    assert report.breaks
    assert (report.breaks[0].customer_id, report.breaks[0].seq) == (str(customer_id), seq)
    theirs = await verify_customer(cast.ada, customer_id)
    assert theirs.breaks == report.breaks


async def test_a_wholly_rewritten_chain_is_caught_by_the_anchor(
    root: asyncpg.Connection, customer_id: UUID, tmp_path: Path
) -> None:
    await anchor_timeline(tmp_path)
    assert (await verified(tmp_path)).breaks == ()
    await root.execute("UPDATE activity SET kind = 'note_logged' WHERE seq = 2")
    await root.execute(REHASH.format(customer=customer_id))
    assert (await verified()).breaks == ()
    found = (await verified(tmp_path)).breaks
    assert [(each.customer_id, each.seq) for each in found] == [(str(customer_id), ENTRIES)]


async def test_a_chain_cut_and_patched_up_is_caught_by_the_anchor(
    root: asyncpg.Connection, customer_id: UUID, tmp_path: Path
) -> None:
    await anchor_timeline(tmp_path)
    await root.execute(GONE.format("> 3"))
    await root.execute(REHASH.format(customer=customer_id))
    found = (await verified(tmp_path)).breaks
    assert (str(customer_id), ENTRIES) in [(each.customer_id, each.seq) for each in found]


async def test_a_longer_chain_still_fits_an_older_anchor(
    owner: asyncpg.Connection, cast: Cast, customer_id: UUID, tmp_path: Path
) -> None:
    await anchor_timeline(tmp_path)
    await make.activity(owner, customer_id, cast.rita)
    assert (await verified(tmp_path)).breaks == ()


async def test_an_anchor_holds_every_chain_in_order_however_few_are_read_at_once(
    owner: asyncpg.Connection, cast: Cast, pool: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verify, "ROWS_AT_ONCE", 2)
    customers = [await make.customer(owner) for _ in range(5)]
    for customer in customers:
        await make.activity(owner, customer, cast.rita)
    signed, *lines = (await anchor_timeline(tmp_path)).read_text().splitlines()
    assert [line.split(" ")[0] for line in lines] == sorted(map(str, customers))
    assert '"customers":5,"entries":5' in signed
    assert (await verified(tmp_path)).breaks == ()


@pytest.mark.usefixtures("customer_id")
async def test_an_anchor_that_somebody_edited_or_signed_anew_is_refused(tmp_path: Path) -> None:
    path = await anchor_timeline(tmp_path)
    text = path.read_text()
    path.write_text(text.replace(f" {ENTRIES} ", f" {ENTRIES - 1} "))
    with pytest.raises(BadAnchor):
        await verified(tmp_path, path)
    foreign = await anchor_timeline(tmp_path / "elsewhere")
    with pytest.raises(BadAnchor):
        await verified(tmp_path, foreign)


async def test_the_anchor_is_also_in_the_database_and_made_once_a_day(
    owner: asyncpg.Connection, customer_id: UUID, tmp_path: Path
) -> None:
    path = await anchor_if_due(tmp_path)
    assert path
    root = hashlib.sha256(path.read_text().partition("\n")[2].encode()).digest()
    assert await owner.fetchval("SELECT root FROM log_anchor") == root
    assert str(customer_id) in path.read_text()
    assert await anchor_if_due(tmp_path) is None
    assert (tmp_path / "anchors" / "signing.key").stat().st_mode & 0o077 == 0


async def test_an_anchor_without_its_file_is_none(
    owner: asyncpg.Connection, customer_id: UUID, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 11, 22, 2, 17, tzinfo=UTC))
    in_the_way = tmp_path / "anchors" / "2026-11-22T02-17-00.partial"
    in_the_way.mkdir(parents=True)
    with pytest.raises(OSError, match="directory"):
        await anchor_if_due(tmp_path)
    assert await owner.fetchval("SELECT count(*) FROM log_anchor") == 0
    in_the_way.rmdir()
    assert await anchor_if_due(tmp_path)
    assert await owner.fetchval("SELECT count(*) FROM log_anchor") == 1


async def test_a_rep_verifies_own_customers_only(cast: Cast, customer_id: UUID) -> None:
    assert (await verify_customer(cast.rita, customer_id)).ok
    with pytest.raises(NotFound):
        await verify_customer(cast.omar, customer_id)
