"""Everybody finds who is theirs by any fragment; what a rep's search reads is always what the rows say."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

import asyncpg
import pytest

from app.core.clock import now
from app.services.customers import find_customers, list_customers
from app.services.search import find_people
from app.store import customer_list
from app.store.transaction import connection, transaction
from tests import make
from tests.wait import WAITING, until

if TYPE_CHECKING:
    from uuid import UUID

    from app.domain.viewer import Viewer
    from tests.cast import Cast
    from tests.database import Place

pytestmark = pytest.mark.usefixtures("pool")
KEPT = "SELECT lead_id, owner_id, customer_id, created_at, words FROM lead_words ORDER BY 1"
SHOULD_BE = """
    SELECT lead.id AS lead_id, coalesce(assigned_to_id, '') AS owner_id, customer_id, customer.created_at,
        CASE WHEN octet_length(words) <= 2000 THEN words END AS words
    FROM lead JOIN customer ON customer.id = customer_id ORDER BY 1"""
GRACE = {
    "name": "Grace Hopper",
    "company": "Navy-Systems 50% Oy",
    "email": "grace.h@navy.example",
    "phone": "+1 (202) 555-0143",
}
FRAGMENTS = (
    "hop", "ce ho", "GRACE", "op", "navy-sys", "50%", "h@navy", "555", "202 555", "+1 (202) 5", "2025550143",
    "hopper systems", "Hopper Grace", "navy  grace", "0202 5550143", "001 202 5550143", "+1 (0)202 555",
)  # fmt: skip


@pytest.fixture(params=[1, 1_000], autouse=True)
def recent(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Look where common words are found, and where rare ones are."""
    monkeypatch.setattr(customer_list, "RECENT", request.param)


async def _found(viewer: Viewer, q: str) -> set[UUID]:
    page = await list_customers(viewer, q=q, limit=50, cursor=None)
    hits = await find_people(viewer, q)
    assert {hit.customer_id for hit in hits} >= {row.id for row in page.items}, q
    return {row.id for row in page.items}


async def test_any_fragment_finds_a_customer_for_whoever_may_see_them(
    owner: asyncpg.Connection, cast: Cast
) -> None:
    grace = await make.customer(owner, **GRACE)
    await make.lead(owner, cast.rita, customer_id=grace)
    await make.lead(owner, cast.omar)
    for q in FRAGMENTS:
        for viewer in (cast.rita, cast.sam, cast.ada):
            assert await _found(viewer, q) == {grace}, (q, viewer.name)
        assert await _found(cast.omar, q) == set(), q
    for q in ("_", "grace hoppers", "hopper system 51%", "\\"):
        assert await _found(cast.rita, q) == set(), q


async def test_a_ticket_number_finds_its_customer(owner: asyncpg.Connection, cast: Cast) -> None:
    grace = await make.customer(owner, **{**GRACE, "phone": ""})
    await make.lead(owner, cast.rita, customer_id=grace)
    ticket = await make.ticket(owner, grace)
    number = await owner.fetchval("UPDATE ticket SET subject = 'x' WHERE id = $1 RETURNING number", ticket)
    for viewer, sees in ((cast.rita, {grace}), (cast.sam, {grace}), (cast.omar, set[object]())):
        page = await list_customers(viewer, q=f"#{number}", limit=10, cursor=None)
        assert {row.id for row in page.items} == sees


async def test_words_too_long_for_an_index_are_found_and_nobody_is_found_by_mistake(
    owner: asyncpg.Connection, cast: Cast
) -> None:
    long = await make.customer(owner, name="Ω-race " * 400, company="Endless")
    await make.lead(owner, cast.rita, customer_id=long)
    other = await make.customer(owner, name="Other " * 400, company="Navy")
    await make.lead(owner, cast.rita, customer_id=other)
    assert await owner.fetchval("SELECT count(*) FROM lead_words WHERE words IS NULL") == 2
    for viewer in (cast.rita, cast.sam):
        assert await _found(viewer, "endless") == {long}


async def test_a_customer_with_two_leads_is_one_and_pages_go_on_where_they_ended(
    owner: asyncpg.Connection, cast: Cast
) -> None:
    for _ in range(5):
        customer = await make.customer(owner, company="Acme")
        await make.lead(owner, cast.rita, "closed_lost", customer_id=customer)
        await make.lead(owner, cast.rita, customer_id=customer)
    for viewer in (cast.rita, cast.sam):
        for q in ("", "acme"):
            seen: list[UUID] = []
            cursor: str | None = None
            while True:
                page = await list_customers(viewer, q=q, limit=2, cursor=cursor)
                seen += [row.id for row in page.items]
                if (cursor := page.next_cursor) is None:
                    break
            newest = await owner.fetch("SELECT id FROM customer ORDER BY created_at DESC, id DESC")
            assert seen == [row["id"] for row in newest]


async def test_what_a_rep_may_read_there_ends_with_the_lead(owner: asyncpg.Connection, cast: Cast) -> None:
    hers = await make.lead(owner, cast.rita, customer_id=await make.customer(owner, **GRACE))
    for viewer, rows in ((cast.rita, 1), (cast.omar, 0)):
        async with transaction(viewer):
            assert len(await connection().fetch("SELECT * FROM lead_words")) == rows
    await owner.execute("UPDATE lead SET assigned_to_id = $1 WHERE id = $2", cast.omar.id, hers)
    assert await _found(cast.rita, "hopper") == set()
    assert len(await _found(cast.omar, "hopper")) == 1
    for viewer in (cast.sam, cast.ada):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with transaction(viewer):
                await connection().fetch("SELECT * FROM lead_words")


async def test_the_words_follow_every_change_also_several_at_once(
    database: Place, owner: asyncpg.Connection, cast: Cast
) -> None:
    customers = [await make.customer(owner) for _ in range(4)]
    leads = [await make.lead(owner, cast.rita, customer_id=each) for each in customers]
    await make.lead(owner, None, "closed_won", customer_id=customers[0])
    changes = [
        *(("UPDATE customer SET name = 'Ann' WHERE id = $1", each) for each in customers),
        *(("UPDATE lead SET assigned_to_id = NULL WHERE id = $1", each) for each in leads[:2]),
        (
            "UPDATE customer SET email = NULL, email_norm = NULL, phone = '1234567' WHERE id = $1",
            customers[1],
        ),
        ("UPDATE customer SET created_at = created_at - interval '1 day' WHERE id = $1", customers[2]),
        ("DELETE FROM lead WHERE id = $1", leads[3]),
    ]
    await asyncio.gather(
        *(_run(database, *change) for change in changes), *(_add(database, each, cast) for each in customers)
    )
    await owner.execute("UPDATE lead SET customer_id = $1 WHERE id = $2", customers[3], leads[0])
    assert await owner.fetch(KEPT) == await owner.fetch(SHOULD_BE)


async def _run(database: Place, sql: str, changed: UUID) -> None:
    other = await asyncpg.connect(database.owner_url)
    await other.execute(sql, changed)
    await other.close()


async def _add(database: Place, customer: UUID, cast: Cast) -> None:
    """Add a lead, and let somebody else change the customer before it is there."""
    other = await asyncpg.connect(database.owner_url)
    async with other.transaction():
        await make.lead(other, cast.omar, "closed_lost", customer_id=customer)
        renaming = asyncio.create_task(
            _run(database, "UPDATE customer SET company = 'Renamed' WHERE id = $1", customer)
        )
        await until(lambda: renaming.done() or other.fetchval(WAITING), "it is renamed, or waits for that")
    await renaming
    await other.close()


async def test_a_whole_address_or_number_brings_no_strangers_along(
    owner: asyncpg.Connection, cast: Cast
) -> None:
    await make.customer(owner, **GRACE)
    await make.customer(owner, **GRACE | {"email": "grace.j@navy.example", "phone": "+1 (202) 555-0144"})
    for q, number in (("grace.h@navy.example", 1), ("555-0143", 1), ("grace.k@navy.example", 2)):
        assert len(await find_people(cast.ada, q)) == number, q


PEOPLE = {
    "Helena Fernandez": ("Helna Fernandez", "Fernandez, Helena"),
    "Ingrid Svensson": ("Svenson",),
    "Dina Maier": ("Maier Dina",),
    "Chloé Marchand": ("CHLOE MARCHAND", "Marchand Atelier"),
    "Luis Diallo": ("luis diallo beacon", "030 362123", "0049 30 362123", "+4930362123"),
}


async def test_both_searches_find_the_person_that_is_meant(owner: asyncpg.Connection, cast: Cast) -> None:
    for number, name in enumerate(PEOPLE):
        company = {"Chloé Marchand": "Atelier Nord", "Luis Diallo": "Beacon Labs"}.get(name, "Firm")
        customer = await make.customer(
            owner,
            name=name,
            company=company,
            email=f"p{number}@x.example",
            phone=f"+49 30 36{(number + 8) % 10}123",
        )
        await make.lead(owner, cast.rita, customer_id=customer)
    await owner.execute("UPDATE customer SET phone = '+49 30 362123' WHERE name = 'Luis Diallo'")
    for viewer in (cast.rita, cast.sam):
        for name, asked in PEOPLE.items():
            for q in asked:
                page = await find_customers(viewer, q=q, limit=50, cursor=None)
                hits = await find_people(viewer, q)
                assert (page.items[0].name, hits[0].name) == (name, name), (q, viewer.name)
                assert {hit.customer_id for hit in hits} == {row.id for row in page.items}, q
    assert not (await find_customers(cast.omar, q="Svenson", limit=50, cursor=None)).items


async def test_who_is_found_brings_no_strangers_along(owner: asyncpg.Connection, cast: Cast) -> None:
    for name in (
        "Lars Rossi",
        "Rosa Novak",
        "Jasper Roth",
        "Joanna Fischer",
        "Anika Marino",
        "Ingrid Svensson",
    ):
        await make.customer(owner, name=name, company="", email=None)
    for q, names in (
        ("rosa", ["Rosa Novak"]),
        ("anna", ["Joanna Fischer"]),
        ("ro", ["Jasper Roth", "Rosa Novak", "Lars Rossi"]),
        ("svenson", ["Ingrid Svensson"]),
        ("rosa nowak", ["Rosa Novak"]),
        ("#7", []),
    ):
        page = await find_customers(cast.sam, q=q, limit=50, cursor=None)
        for found in (await find_people(cast.sam, q), page.items):
            assert sorted(each.name for each in found) == sorted(names), q
        assert page.exact == (0 if q in {"svenson", "rosa nowak", "#7"} else len(names)), q
    await make.customer(owner, name="Rosa Svenson", company="", email=None)
    hits = await find_people(cast.sam, "svenson")
    assert [hit.name for hit in hits] == ["Rosa Svenson", "Ingrid Svensson"], "nearly the same follows"


async def test_the_best_come_first_where_a_page_has_them_all(owner: asyncpg.Connection, cast: Cast) -> None:
    for name in ("Anna Berg", "Joanna Fischer", "Susanna Roth"):
        await make.customer(owner, name=name, company="", email=None)
    whole = await find_customers(cast.sam, q="anna", limit=3, cursor=None)
    assert (whole.items[0].name, whole.next_cursor) == ("Anna Berg", None)
    first = await find_customers(cast.sam, q="anna", limit=2, cursor=None)
    rest = await find_customers(cast.sam, q="anna", limit=2, cursor=first.next_cursor)
    names = [row.name for row in (*first.items, *rest.items)]
    assert names == ["Susanna Roth", "Joanna Fischer", "Anna Berg"], "else newest first"


async def test_a_hit_opens_the_open_lead_else_the_newest(owner: asyncpg.Connection, cast: Cast) -> None:
    customer = await make.customer(owner, name="Grace Hopper")
    for months, stage in ((4, "closed_won"), (3, "closed_lost"), (2, "lead"), (1, "closed_won")):
        at = now() - timedelta(days=30 * months)
        # What is older was closed last.
        closed = None if stage == "lead" else now() - timedelta(days=10 - months)
        await make.lead(owner, cast.rita, stage, customer_id=customer, created_at=at, closed_at=closed)
    leads = await owner.fetch("SELECT id, closed_at FROM lead ORDER BY created_at DESC")
    for viewer in (cast.rita, cast.ada):
        assert [hit.lead_id for hit in await find_people(viewer, "hopper")] == [leads[1]["id"]]
    await owner.execute("DELETE FROM lead WHERE closed_at IS NULL")
    assert [hit.lead_id for hit in await find_people(cast.rita, "hopper")] == [leads[0]["id"]]
