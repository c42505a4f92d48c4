"""The two locks, each proved without the other: the row policies with the filters patched out, and the filters."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import asyncpg
import pytest

from app.contracts.pipeline import SaleDetails
from app.core import clock
from app.core.errors import NotFound
from app.domain.board import BoardFilter
from app.domain.lead import Money
from app.domain.pipeline import Stage
from app.domain.timeline import NewEntry, TimelineFilter
from app.domain.viewer import system
from app.services.closing import close_won
from app.services.customers import read_customer
from app.store import board, customer_list, customers, leads, scope, timeline
from app.store.transaction import connection, transaction
from tests import make

if TYPE_CHECKING:
    from tests.cast import Cast

pytestmark = pytest.mark.usefixtures("pool")
TABLES = ("lead", "lead_words", "customer", "activity", "activity_text", "ticket", "sale", "outbox")


@pytest.fixture
def no_filters(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forget the first lock everywhere, as a careless change might."""
    for module in (board, customer_list, customers, leads, timeline):
        for name in ("own_leads", "own_customers", "own_entries", "own_sales", "own_words"):
            if hasattr(module, name):
                monkeypatch.setattr(module, name, lambda *_: "$1::text IS NOT NULL")
    assert scope.own_leads(system("x")) == "$1::text IS NOT NULL"


@pytest.mark.usefixtures("no_filters")
async def test_without_the_filters_the_policies_still_hide_another_reps_lead(
    owner: asyncpg.Connection, cast: Cast
) -> None:
    hers = await make.lead(owner, cast.rita)
    customer_id = await owner.fetchval("SELECT customer_id FROM lead")
    await make.activity(owner, customer_id, cast.rita, lead_id=hers)
    async with transaction(cast.omar):
        with pytest.raises(NotFound):
            await leads.read_lead(cast.omar, hers)
        columns = await board.read_columns(cast.omar, BoardFilter(), tuple(Stage))
        page = await customer_list.list_customers(cast.omar, q="", limit=10, cursor=None)
        entries = await timeline.read_timeline(
            cast.omar, customer_id, TimelineFilter(), limit=10, cursor=None
        )
    assert sum(column.count for column in columns) == 0
    assert (page.items, entries.items) == ((), ())


async def test_without_the_policies_the_filters_still_hide_another_reps_lead(
    owner: asyncpg.Connection, cast: Cast
) -> None:
    for table in TABLES:
        await owner.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
    hers = await make.lead(owner, cast.rita)
    customer_id = await owner.fetchval("SELECT customer_id FROM lead")
    await make.activity(owner, customer_id, cast.rita, lead_id=hers)
    async with transaction(cast.omar):
        with pytest.raises(NotFound):
            await leads.read_lead(cast.omar, hers)
        with pytest.raises(NotFound):
            await customers.check_customer(cast.omar, customer_id)
        columns = await board.read_columns(cast.omar, BoardFilter(), tuple(Stage))
        page = await customer_list.list_customers(cast.omar, q="", limit=10, cursor=None)
        entries = await timeline.read_timeline(
            cast.omar, customer_id, TimelineFilter(), limit=10, cursor=None
        )
    assert sum(column.count for column in columns) == 0
    assert (page.items, entries.items) == ((), ())


async def test_entries_of_another_reps_lead_of_the_same_customer_stay_hidden(
    owner: asyncpg.Connection, cast: Cast
) -> None:
    old = await make.lead(owner, cast.omar, "closed_lost")
    customer_id = await owner.fetchval("SELECT customer_id FROM lead")
    new = await make.lead(owner, cast.rita, customer_id=customer_id)
    await make.activity(owner, customer_id, cast.omar, lead_id=old)
    seen = await make.activity(owner, customer_id, cast.rita, lead_id=new)
    shared = await make.activity(owner, customer_id, cast.sam)
    async with transaction(cast.rita):
        page = await timeline.read_timeline(cast.rita, customer_id, TimelineFilter(), limit=10, cursor=None)
        rows = await connection().fetch("SELECT id FROM activity")
    assert {entry.id for entry in page.items} == {seen, shared}
    assert {row["id"] for row in rows} == {seen, shared}


@pytest.mark.parametrize("without", ["nothing", "policies", "filters"])
async def test_what_another_reps_lead_of_the_same_customer_sold_stays_hidden(
    owner: asyncpg.Connection, cast: Cast, request: pytest.FixtureRequest, without: str
) -> None:
    customer_id = await make.customer(owner)
    for rep, amount in ((cast.rita, 1000), (cast.omar, 230)):
        lead = await make.lead(owner, rep, "negotiation", customer_id=customer_id)
        sale = SaleDetails(amount=Decimal(amount), product="Plan")
        await close_won(rep, lead, 1, sale, None)
    if without == "policies":
        for table in TABLES:
            await owner.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
    elif without == "filters":
        request.getfixturevalue("no_filters")
    seen = [(await read_customer(who, customer_id)).clv for who in (cast.rita, cast.omar, cast.ada, cast.sam)]
    assert seen == [Money(Decimal(amount), "EUR") for amount in (1000, 230, 1230)] + [None]


async def test_a_rep_can_neither_give_a_lead_away_nor_take_one(owner: asyncpg.Connection, cast: Cast) -> None:
    hers = await make.lead(owner, cast.rita)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with transaction(cast.rita):
            await connection().execute("UPDATE lead SET assigned_to_id = $1", cast.omar.id)
    async with transaction(cast.omar):
        assert await connection().execute("UPDATE lead SET stage = 'qualified'") == "UPDATE 0"
    assert await owner.fetchval("SELECT stage FROM lead WHERE id = $1", hers) == "lead"


async def test_support_cannot_read_money_even_by_sql(owner: asyncpg.Connection, cast: Cast) -> None:
    await make.lead(owner, cast.rita, expected_value=100)
    for query in (
        "SELECT expected_value FROM lead",
        "SELECT win_probability FROM lead",
        "SELECT clv FROM customer",
        "SELECT * FROM lead",
        "SELECT amount FROM sale",
        "SELECT payload FROM outbox",
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with transaction(cast.sam):
                await connection().fetch(query)


async def test_nobody_writes_a_timeline_entry_in_anothers_name(owner: asyncpg.Connection, cast: Cast) -> None:
    await make.lead(owner, cast.rita)
    customer_id = await owner.fetchval("SELECT customer_id FROM lead")
    entry = NewEntry(customer_id, "call_logged", cast.omar.id, clock.now())
    for person in (cast.rita, cast.sam, cast.ada):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with transaction(person):
                await timeline.append(person, entry)
    assert await owner.fetchval("SELECT count(*) FROM activity") == 0


async def test_a_goal_is_read_by_whose_it_is_and_set_by_admins_in_their_own_name(
    owner: asyncpg.Connection, cast: Cast
) -> None:
    insert = "INSERT INTO sales_goal VALUES (gen_random_uuid(), $1, '2026-12-01', 5, 'EUR', $2, now())"
    await owner.execute(insert, cast.rita.id, cast.ada.id)
    for viewer, seen in ((cast.rita, 1), (cast.omar, 0), (cast.ada, 1)):
        async with transaction(viewer):
            assert await connection().fetchval("SELECT count(*) FROM sales_goal") == seen
    for viewer, setter in ((cast.rita, cast.rita), (cast.ada, cast.rita)):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with transaction(viewer):
                await connection().execute(insert, cast.rita.id, setter.id)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with transaction(cast.ada):
            await connection().execute("UPDATE sales_goal SET amount = 6")


async def test_the_login_itself_sees_nothing_without_a_role(database: object, cast: Cast) -> None:
    login = await asyncpg.connect(database.app_url)  # type: ignore[attr-defined]
    try:
        for table in TABLES:
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await login.fetch(f"SELECT * FROM {table}")
    finally:
        await login.close()
