"""A correction is another entry; both stay."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from app.contracts.activity_log import ActivityLog
from app.core.errors import Conflict, Invalid, NotFound
from app.domain.timeline import TimelineFilter
from app.services.activities import log_activity
from app.services.corrections import correct_entry
from app.services.timeline import read_timeline
from app.services.verify import verify_customer
from tests import make

if TYPE_CHECKING:
    from uuid import UUID

    import asyncpg

    from tests.cast import Cast

pytestmark = pytest.mark.usefixtures("pool")


@pytest.fixture
async def customer_id(owner: asyncpg.Connection, cast: Cast) -> UUID:
    """Rita's customer with one call."""
    customer = await make.customer(owner)
    await make.lead(owner, cast.rita, customer_id=customer)
    activity = ActivityLog(customer, cast.rita.id, "Call", 'They said "Tuesday"')
    await log_activity(cast.rita, activity, None)
    return customer


async def entries(cast: Cast, customer_id: UUID, q: str = "") -> list[str]:
    page = await read_timeline(cast.rita, customer_id, TimelineFilter(q=q), limit=9, cursor=None)
    return [str(entry.text.get("notes")) for entry in page.items]


async def test_both_stay_and_point_to_each_other(cast: Cast, customer_id: UUID) -> None:
    page = await read_timeline(cast.rita, customer_id, TimelineFilter(), limit=9, cursor=None)
    call = page.items[0]
    first = (await correct_entry(cast.sam, customer_id, call.id, "It was Monday", None)).value
    second = (await correct_entry(cast.rita, customer_id, call.id, "It was Sunday", None)).value
    page = await read_timeline(cast.rita, customer_id, TimelineFilter(), limit=9, cursor=None)
    assert [entry.id for entry in page.items] == [second.id, first.id, call.id]
    assert page.items[2].text == call.text
    assert page.items[2].corrected_by_id == second.id
    assert page.items[1].corrects_id == call.id
    assert (await verify_customer(cast.rita, customer_id)).ok


async def test_only_what_people_wrote_is_corrected_and_only_by_who_sees_it(
    owner: asyncpg.Connection, cast: Cast, customer_id: UUID
) -> None:
    moved = await make.activity(owner, customer_id, cast.ada, kind="stage_changed")
    with pytest.raises(Conflict):
        await correct_entry(cast.rita, customer_id, moved, "No", None)
    call = await owner.fetchval("SELECT id FROM activity WHERE kind = 'call_logged'")
    with pytest.raises(NotFound):
        await correct_entry(cast.omar, customer_id, call, "No", None)
    with pytest.raises(NotFound):
        await correct_entry(cast.ada, await make.customer(owner), call, "No", None)
    with pytest.raises(Invalid):
        await correct_entry(cast.rita, customer_id, call, "  ", None)
    assert await owner.fetchval("SELECT count(*) FROM activity") == 2


async def test_the_timeline_finds_what_people_wrote_and_not_the_names_of_fields(
    cast: Cast, customer_id: UUID
) -> None:
    assert len(await entries(cast, customer_id, 'said "tues')) == 1
    for nothing in ("notes", "%", "Monday", "_"):
        assert await entries(cast, customer_id, nothing) == []
