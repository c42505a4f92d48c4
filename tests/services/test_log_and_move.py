"""A contact that also moves its lead: both in one transaction, by the same rules as the board."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from app.contracts.activity_log import ActivityLog
from app.core.errors import Conflict, Forbidden, Invalid, LeadIsClosed, NotFound, StaleLead
from app.domain.idempotency import Key
from app.domain.merge import Wish
from app.services.activities import NextStage, log_on_page
from app.services.erasure import erase_by_operator
from app.services.merge import merge_customers
from tests import make

if TYPE_CHECKING:
    import asyncpg

    from app.domain.viewer import Viewer
    from tests.cast import Cast

pytestmark = pytest.mark.usefixtures("pool")


async def log(viewer: Viewer, owner: asyncpg.Connection, stage: str, version: int) -> Any:
    customer_id: Any = await owner.fetchval("SELECT customer_id FROM lead")
    call = ActivityLog(customer_id, viewer.id, "Call", "They want an offer")
    key = Key.of(viewer.id, "once", stage.encode())
    return await log_on_page(viewer, call, key, NextStage(stage, version))


async def state(owner: asyncpg.Connection) -> tuple[Any, ...]:
    kinds = [row["kind"] for row in await owner.fetch("SELECT kind FROM activity ORDER BY seq")]
    lead = await owner.fetchrow("SELECT stage, version, status FROM lead")
    return kinds, *lead


async def test_the_call_is_logged_and_the_lead_moved_once(owner: asyncpg.Connection, cast: Cast) -> None:
    await make.lead(owner, cast.rita)
    recorded, logged = await log(cast.rita, owner, "proposal_sent", 1)
    assert [entry.kind for entry in logged.entries] == ["stage_changed", "call_logged"]
    assert (logged.lead.stage, logged.lead.version) == ("proposal_sent", 3)
    assert await state(owner) == (["call_logged", "stage_changed"], "proposal_sent", 3, "working")
    assert await log(cast.rita, owner, "proposal_sent", 1) == (recorded, None)
    assert (await state(owner))[0] == ["call_logged", "stage_changed"]


@pytest.mark.parametrize(
    ("stage", "version", "error"),
    [
        ("qualified", 7, StaleLead),
        ("closed_won", 1, Conflict),
        ("closed_lost", 1, Conflict),
        ("x", 1, Invalid),
    ],
)
async def test_a_refused_move_logs_nothing(
    owner: asyncpg.Connection, cast: Cast, stage: str, version: int, error: type[Exception]
) -> None:
    await make.lead(owner, cast.rita)
    with pytest.raises(error):
        await log(cast.rita, owner, stage, version)
    assert await state(owner) == ([], "lead", 1, "new")
    assert await owner.fetchval("SELECT last_contact_at FROM customer") is None


async def test_only_who_may_move_the_lead_can(owner: asyncpg.Connection, cast: Cast) -> None:
    await make.lead(owner, cast.rita)
    for stranger, error in ((cast.sam, Forbidden), (cast.omar, NotFound)):
        with pytest.raises(error):
            await log(stranger, owner, "qualified", 1)
    assert await state(owner) == ([], "lead", 1, "new")


async def test_a_customer_without_an_open_lead_has_nothing_to_move(
    owner: asyncpg.Connection, cast: Cast
) -> None:
    lead = await make.lead(owner, cast.rita, "closed_lost")
    with pytest.raises(NotFound):
        await log(cast.rita, owner, "qualified", 1)
    customer_id: Any = await owner.fetchval("SELECT customer_id FROM lead")
    with pytest.raises(LeadIsClosed):
        await log_on_page(
            cast.rita,
            ActivityLog(customer_id, cast.rita.id, "Call", "Hello", lead_id=lead),
            None,
            NextStage("qualified", 1),
        )
    assert (await state(owner))[0] == []


async def test_a_merged_customers_lead_is_moved_where_it_went_and_an_erased_ones_never(
    owner: asyncpg.Connection, cast: Cast
) -> None:
    await make.lead(owner, cast.rita)
    kept, gone = await make.customer(owner), await owner.fetchval("SELECT customer_id FROM lead")
    first, second = (Key.of(cast.rita.id, key, b"") for key in ("first", "second"))

    async def call(key: Key | None, then: NextStage) -> Any:
        return await log_on_page(cast.rita, ActivityLog(gone, cast.rita.id, "Call", "Hello"), key, then)

    before, _ = await call(first, NextStage("qualified", 1))
    await merge_customers(cast.ada, Wish(kept, gone), None)
    assert await call(first, NextStage("qualified", 1)) == (before, None)
    with pytest.raises(StaleLead):
        await call(second, NextStage("negotiation", 3))
    after, logged = await call(second, NextStage("negotiation", 4))
    assert (after.customer_id, logged.lead.customer.id, logged.lead.stage) == (kept, kept, "negotiation")
    await erase_by_operator(kept)
    assert await call(second, NextStage("negotiation", 4)) == (after, None)
    with pytest.raises(Conflict, match="erased"):
        await call(None, NextStage("qualified", 6))
