"""Won and Lost: final, once, and with everything that belongs to them or nothing."""

from __future__ import annotations

import asyncio
import json
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from app.contracts.events import SaleClosedWonDataV1
from app.contracts.pipeline import SaleDetails
from app.core.errors import Conflict, Forbidden, Invalid, LeadIsClosed, NotFound, StaleLead
from app.domain.board import BoardFilter
from app.domain.idempotency import Key
from app.domain.lead import Money
from app.domain.sale import Loss
from app.services.board import read_board
from app.services.closing import close_lost, close_won
from app.services.leads import read_lead
from app.services.pipeline import move_lead
from tests import make

if TYPE_CHECKING:
    from uuid import UUID

    import asyncpg

    from tests.cast import Cast

pytestmark = pytest.mark.usefixtures("pool")
LOSS = Loss("price")
AS_MIGRATED = Path(__file__).parents[2] / "tables/sql/85_won_is_worth_what_it_brought.sql"


def details(**given: Any) -> SaleDetails:
    return msgspec.convert({"amount": "12000.00", "product": "Gold plan", **given}, SaleDetails)


@pytest.fixture
async def lead_id(owner: asyncpg.Connection, cast: Cast) -> UUID:
    return await make.lead(owner, cast.rita, "negotiation")


async def test_a_won_lead_has_its_sale_its_event_its_value_and_its_entry(
    owner: asyncpg.Connection, cast: Cast, lead_id: UUID
) -> None:
    outcome = await close_won(
        cast.rita, lead_id, 1, details(starts_on="2027-01-01", handoff_note="Call first"), None
    )
    lead = outcome.value
    assert (lead.stage, lead.status, lead.version) == ("closed_won", "converted", 2)
    assert lead.handoff is not None
    assert lead.handoff.state == "queued"
    event = await owner.fetchrow("SELECT * FROM outbox")
    data = json.loads(event["payload"])
    assert event["type"] == "SaleClosedWonV1"
    assert data["customer_id"] == str(lead.customer.id)
    assert data["sale_details"] == {
        "sale_id": str(await owner.fetchval("SELECT id FROM sale")),
        "lead_id": str(lead_id),
        "amount": "12000.00",
        "currency": "EUR",
        "product": "Gold plan",
        "starts_on": "2027-01-01",
        "contract_reference": "",
        "handoff_note": "Call first",
        "sales_rep_id": "R-1001",
        "closed_at": data["sale_details"]["closed_at"],
    }
    assert await owner.fetchval("SELECT clv FROM customer WHERE id = $1", lead.customer.id) == Decimal(
        "12000.00"
    )
    assert await owner.fetchval("SELECT kind FROM activity") == "sale_won"


async def test_a_won_lead_is_worth_what_it_was_sold_for(
    owner: asyncpg.Connection, cast: Cast, lead_id: UUID
) -> None:
    await owner.execute("UPDATE lead SET expected_value = 1000, currency = 'EUR'")
    won = (await close_won(cast.rita, lead_id, 1, details(amount="1234.50"), None)).value
    assert won.expected_value == Money(Decimal("1234.50"), "EUR")
    column = (await read_board(cast.rita, BoardFilter())).columns[-2]
    assert (column.stage, column.value) == ("closed_won", Decimal("1234.50"))
    await owner.execute("UPDATE lead SET expected_value = NULL")  # as one that was won before
    await owner.execute(AS_MIGRATED.read_text())
    assert (await read_lead(cast.rita, lead_id)).expected_value == won.expected_value


@pytest.mark.parametrize("nothing", ["-0", "-0.00", -0.0])
async def test_nothing_has_no_sign(
    owner: asyncpg.Connection, cast: Cast, lead_id: UUID, nothing: str | float
) -> None:
    await close_won(cast.rita, lead_id, 1, details(amount=nothing), None)
    payload = json.loads(await owner.fetchval("SELECT payload FROM outbox"))
    assert msgspec.convert(payload, SaleClosedWonDataV1).sale_details.amount == "0.00"


async def test_fifty_clicks_on_won_make_one_sale(
    owner: asyncpg.Connection, cast: Cast, lead_id: UUID
) -> None:
    results = await asyncio.gather(
        *(close_won(cast.rita, lead_id, 1, details(), None) for _ in range(50)), return_exceptions=True
    )
    assert sum(not isinstance(result, Exception) for result in results) == 1
    assert all(isinstance(result, LeadIsClosed) for result in results if isinstance(result, Exception))
    counts = (
        "SELECT (SELECT count(*) FROM sale), (SELECT count(*) FROM outbox), (SELECT count(*) FROM activity)"
    )
    assert tuple(await owner.fetchrow(counts)) == (1, 1, 1)


async def test_the_same_key_gets_the_same_sale_again(
    owner: asyncpg.Connection, cast: Cast, lead_id: UUID
) -> None:
    key = Key.of(cast.rita.id, "k", b"body")
    first = await close_won(cast.rita, lead_id, 1, details(), key)
    again = await close_won(cast.rita, lead_id, 1, details(), key)
    assert again.replayed
    assert again.value == first.value
    assert await owner.fetchval("SELECT count(*) FROM sale") == 1


async def test_won_and_lost_at_once_end_in_exactly_one(owner: asyncpg.Connection, cast: Cast) -> None:
    lead_ids = [await make.lead(owner, cast.rita, "qualified") for _ in range(20)]
    await asyncio.gather(
        *(close_won(cast.rita, lead_id, 1, details(), None) for lead_id in lead_ids),
        *(close_lost(cast.ada, lead_id, 1, LOSS, None) for lead_id in lead_ids),
        return_exceptions=True,
    )
    rows = await owner.fetch(
        "SELECT stage, (SELECT count(*) FROM sale WHERE lead_id = lead.id) AS sales FROM lead"
    )
    assert {row["stage"] for row in rows} <= {"closed_won", "closed_lost"}
    assert all((row["stage"] == "closed_won") == (row["sales"] == 1) for row in rows)


async def test_a_lost_lead_says_why(owner: asyncpg.Connection, cast: Cast, lead_id: UUID) -> None:
    await close_lost(cast.rita, lead_id, 1, Loss("other", "They moved away"), None)
    lead = await owner.fetchrow("SELECT stage, status, lost_reason FROM lead")
    assert tuple(lead) == ("closed_lost", "disqualified", "other")
    assert json.loads(await owner.fetchval("SELECT body FROM activity_text")) == {"note": "They moved away"}
    assert await owner.fetchval("SELECT count(*) FROM outbox") == 0


async def test_a_lead_lost_to_a_competitor_says_to_which(
    owner: asyncpg.Connection, cast: Cast, lead_id: UUID
) -> None:
    loss = Loss("competitor", competitor="  Ledgerly \n GmbH ")
    closed = (await close_lost(cast.rita, lead_id, 1, loss, None)).value
    assert (closed.lost_reason, closed.lost_to) == ("competitor", "Ledgerly GmbH")
    assert json.loads(await owner.fetchval("SELECT body FROM activity_text")) == {
        "competitor": "Ledgerly GmbH"
    }
    assert await owner.fetchval("SELECT data->>'competitor' FROM activity") is None  # words are erasable


@pytest.mark.parametrize(
    ("reason", "competitor"),
    [("price", "Ledgerly"), ("competitor", "x" * 121), ("competitor", "Led\x07gerly")],
)
async def test_a_competitor_is_a_short_name_and_goes_with_its_reason(
    owner: asyncpg.Connection, cast: Cast, lead_id: UUID, reason: str, competitor: str
) -> None:
    with pytest.raises(Invalid) as refused:
        await close_lost(cast.rita, lead_id, 1, Loss(reason, competitor=competitor), None)
    assert [problem.pointer for problem in refused.value.problems] == ["#/competitor"]
    assert await owner.fetchval("SELECT stage FROM lead") != "closed_lost"


@pytest.mark.parametrize("closed", ["closed_won", "closed_lost"])
async def test_a_closed_lead_is_final(owner: asyncpg.Connection, cast: Cast, closed: str) -> None:
    lead_id = await make.lead(owner, cast.rita, closed)
    for act in (
        close_won(cast.rita, lead_id, 1, details(), None),
        close_lost(cast.rita, lead_id, 1, LOSS, None),
        move_lead(cast.rita, lead_id, "lead", 1, None),
    ):
        with pytest.raises(LeadIsClosed) as refused:
            await act
        assert refused.value.extra["lead"].id == lead_id
    assert await owner.fetchval("SELECT count(*) FROM activity") == 0


@pytest.mark.parametrize(
    ("given", "pointer"),
    [
        ({"amount": "-1"}, "amount"),
        ({"amount": "1.005"}, "amount"),
        ({"amount": "1e400"}, "amount"),
        ({"amount": "NaN"}, "amount"),
        ({"amount": "9999999999999"}, "amount"),
        ({"product": "  "}, "product"),
        ({"currency": "USD"}, "currency"),
        ({"closed_on": "2999-01-01"}, "closed_on"),
    ],
)
async def test_a_wrong_sale_is_refused_and_leaves_no_row(
    owner: asyncpg.Connection, cast: Cast, lead_id: UUID, given: dict[str, Any], pointer: str
) -> None:
    with pytest.raises(Invalid) as refused:
        await close_won(cast.rita, lead_id, 1, details(**given), None)
    assert [problem.pointer for problem in refused.value.problems] == [f"#/sale_details/{pointer}"]
    assert await owner.fetchval("SELECT stage FROM lead") == "negotiation"
    assert await owner.fetchval("SELECT count(*) FROM sale") == 0


async def test_another_reps_lead_does_not_exist_and_support_closes_nothing(cast: Cast, lead_id: UUID) -> None:
    with pytest.raises(NotFound):
        await close_won(cast.omar, lead_id, 1, details(), None)
    with pytest.raises(Forbidden):
        await close_lost(cast.sam, lead_id, 1, LOSS, None)


async def test_a_move_changes_stage_version_and_timeline(
    owner: asyncpg.Connection, cast: Cast, lead_id: UUID
) -> None:
    outcome = await move_lead(cast.rita, lead_id, "qualified", 1, None)
    assert (outcome.value.stage, outcome.value.version) == ("qualified", 2)
    entry = await owner.fetchrow("SELECT kind, actor_id, data FROM activity")
    assert (entry["kind"], entry["actor_id"]) == ("stage_changed", cast.rita.id)
    assert json.loads(entry["data"]) == {"from": "negotiation", "to": "qualified", "days": 0}


async def test_a_move_with_an_old_version_is_stale_and_brings_the_current_lead(
    cast: Cast, lead_id: UUID
) -> None:
    await move_lead(cast.ada, lead_id, "lead", 1, None)
    with pytest.raises(StaleLead) as refused:
        await move_lead(cast.rita, lead_id, "qualified", 1, None)
    assert refused.value.extra["lead"].stage == "lead"


@pytest.mark.parametrize("version", [0, -5, 2**31, 2**63, 10**30])
async def test_a_version_that_never_was_is_stale_too(cast: Cast, lead_id: UUID, version: int) -> None:
    with pytest.raises(StaleLead):
        await move_lead(cast.rita, lead_id, "qualified", version, None)


async def test_an_entry_says_how_many_whole_days_the_lead_was_where_it_was(
    owner: asyncpg.Connection, cast: Cast, lead_id: UUID
) -> None:
    await owner.execute("UPDATE lead SET stage_entered_at = now() - interval '2 days 23 hours'")
    await move_lead(cast.rita, lead_id, "qualified", 1, None)
    assert json.loads(await owner.fetchval("SELECT data FROM activity"))["days"] == 2


async def test_two_moves_at_once_have_one_winner(
    owner: asyncpg.Connection, cast: Cast, lead_id: UUID
) -> None:
    results = await asyncio.gather(
        move_lead(cast.rita, lead_id, "lead", 1, None),
        move_lead(cast.ada, lead_id, "qualified", 1, None),
        return_exceptions=True,
    )
    assert sum(isinstance(result, StaleLead) for result in results) == 1
    assert await owner.fetchval("SELECT count(*) FROM activity") == 1


@pytest.mark.parametrize(
    ("stage", "error"), [("closed_won", Conflict), ("closed_lost", Conflict), ("x", Invalid)]
)
async def test_a_move_to_no_open_stage_is_refused(
    owner: asyncpg.Connection, cast: Cast, lead_id: UUID, stage: str, error: type[Exception]
) -> None:
    with pytest.raises(error):
        await move_lead(cast.rita, lead_id, stage, 1, None)
    assert await owner.fetchval("SELECT version FROM lead") == 1


async def test_a_move_to_where_it_stands_changes_nothing(
    owner: asyncpg.Connection, cast: Cast, lead_id: UUID
) -> None:
    outcome = await move_lead(cast.rita, lead_id, "negotiation", 1, None)
    assert outcome.value.version == 1
    assert await owner.fetchval("SELECT count(*) FROM activity") == 0
