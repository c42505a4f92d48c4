"""Support tickets: a number, a due time, and an entry of the timeline for every change."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from app.contracts.tickets import ChangeTicket, OpenTicket
from app.core import clock
from app.core.errors import Invalid, NotFound
from app.domain.idempotency import Key
from app.domain.ticket import DeskFilter, StaleTicket
from app.services import tickets
from tests import make

if TYPE_CHECKING:
    from uuid import UUID

    import asyncpg

    from app.domain.ticket import Ticket
    from app.domain.viewer import Viewer
    from tests.cast import Cast

pytestmark = pytest.mark.usefixtures("pool")


@pytest.fixture
async def customer_id(owner: asyncpg.Connection, cast: Cast) -> UUID:
    """A customer with one open lead of rita's."""
    await make.lead(owner, cast.rita)
    return await owner.fetchval("SELECT customer_id FROM lead")


async def opened(viewer: Viewer, customer_id: UUID, **given: Any) -> Ticket:
    wanted = msgspec.convert({"subject": "Cannot sign in", **given}, OpenTicket)
    return (await tickets.open_ticket(viewer, customer_id, wanted, None)).value


async def changed(viewer: Viewer, ticket: Ticket, **given: Any) -> Ticket:
    wanted = msgspec.convert({"version": ticket.version, **given}, ChangeTicket)
    return (await tickets.change_ticket(viewer, ticket.id, wanted, None)).value


async def test_a_new_ticket_has_a_number_a_due_time_and_an_entry(
    owner: asyncpg.Connection, cast: Cast, customer_id: UUID
) -> None:
    ticket = await opened(cast.sam, customer_id, priority="urgent", description="Since this morning")
    assert ticket.number == 1
    assert ticket.due_at
    assert timedelta(hours=3) < ticket.due_at - clock.now() <= timedelta(hours=4)
    row = await owner.fetchrow(
        "SELECT kind, data, body FROM activity JOIN activity_text ON activity_id = activity.id"
    )
    assert row["kind"] == "ticket_opened"
    assert json.loads(row["data"])["number"] == 1
    assert json.loads(row["body"]) == {"subject": "Cannot sign in", "description": "Since this morning"}
    assert "sign in" not in row["data"]


async def test_every_change_is_an_entry_and_a_change_of_nothing_is_none(
    owner: asyncpg.Connection, cast: Cast, customer_id: UUID
) -> None:
    ticket = await opened(cast.sam, customer_id)
    ticket = await changed(cast.sam, ticket, assignee_id=cast.sam.id, priority="high", note="Taking it")
    ticket = await changed(cast.sam, ticket, status="resolved")
    assert ticket.closed_at is not None
    again = await changed(cast.sam, ticket, status="resolved")
    assert again == ticket
    ticket = await changed(cast.sam, ticket, status="open", assignee_id=None)
    assert (ticket.closed_at, ticket.assignee_id, ticket.version) == (None, None, 4)
    entries = await owner.fetch(
        "SELECT data->'changes' AS changes FROM activity WHERE kind = 'ticket_changed'"
    )
    assert [json.loads(row["changes"]) for row in entries] == [
        {"priority": ["normal", "high"], "assignee_id": [None, cast.sam.id]},
        {"status": ["open", "resolved"]},
        {"status": ["resolved", "open"], "assignee_id": [cast.sam.id, None]},
    ]
    _, history = await tickets.read_ticket(cast.sam, ticket.id)
    assert [entry.kind for entry in history.items] == ["ticket_changed"] * 3 + ["ticket_opened"]


async def test_an_old_version_is_refused_with_the_current_ticket(cast: Cast, customer_id: UUID) -> None:
    ticket = await opened(cast.sam, customer_id)
    await changed(cast.ada, ticket, priority="low")
    with pytest.raises(StaleTicket) as refused:
        await changed(cast.sam, ticket, status="closed")
    assert refused.value.extra["ticket"].version == 2


async def test_one_key_ten_times_opens_one_ticket(
    owner: asyncpg.Connection, cast: Cast, customer_id: UUID
) -> None:
    key = Key.of(cast.sam.id, "k", b"body")
    wanted = OpenTicket(subject="Cannot sign in")
    work = (tickets.open_ticket(cast.sam, customer_id, wanted, key) for _ in range(10))
    assert len({outcome.value.id for outcome in await asyncio.gather(*work)}) == 1
    assert await owner.fetchval("SELECT count(*) FROM ticket") == 1


async def test_a_rep_works_the_tickets_of_own_customers_only(cast: Cast, customer_id: UUID) -> None:
    ticket = await opened(cast.rita, customer_id)
    with pytest.raises(NotFound):
        await opened(cast.omar, customer_id)
    with pytest.raises(NotFound):
        await changed(cast.omar, ticket, status="closed")
    page, counts = await tickets.read_desk(cast.omar, DeskFilter(), limit=10, cursor=None)
    assert (page.items, counts["open"]) == ((), 0)


async def test_a_ticket_is_given_only_to_somebody_who_can_see_it(cast: Cast, customer_id: UUID) -> None:
    ticket = await opened(cast.sam, customer_id)
    ticket = await changed(cast.sam, ticket, assignee_id=cast.rita.id)
    for stranger in (cast.omar.id, "nobody"):
        with pytest.raises(Invalid):
            await changed(cast.sam, ticket, assignee_id=stranger)


async def test_the_desk_shows_the_worst_first_and_pages_through_all(
    owner: asyncpg.Connection, cast: Cast, customer_id: UUID
) -> None:
    now = clock.now()
    for priority, hours in (("low", 1), ("urgent", 5), ("normal", -2), ("urgent", 2), ("high", None)):
        due_at = None if hours is None else now + timedelta(hours=hours)
        await make.ticket(owner, customer_id, priority=priority, due_at=due_at, assignee_id=cast.sam.id)
    await make.ticket(owner, customer_id, status="closed")
    seen: list[Ticket] = []
    cursor: str | None = None
    while True:
        page, counts = await tickets.read_desk(cast.sam, DeskFilter(), limit=2, cursor=cursor)
        seen += page.items
        if (cursor := page.next_cursor) is None:
            break
    assert [ticket.priority for ticket in seen] == ["urgent", "urgent", "high", "normal", "low"]
    first, second = seen[0].due_at, seen[1].due_at
    assert first
    assert second
    assert first < second
    assert counts == {"open": 5, "mine": 5, "unassigned": 0, "overdue": 1}
    late, _ = await tickets.read_desk(cast.sam, DeskFilter(view="overdue"), limit=9, cursor=None)
    assert [ticket.is_overdue(now) for ticket in late.items] == [True]
    done, _ = await tickets.read_desk(cast.sam, DeskFilter(view="done"), limit=9, cursor=None)
    assert [ticket.status for ticket in done.items] == ["closed"]


@pytest.mark.parametrize(
    ("given", "pointer"),
    [
        ({"subject": " "}, "#/subject"),
        ({"subject": "a\x00b"}, "#/subject"),
        ({"description": "x" * 10_001}, "#/description"),
        ({"due_at": "2020-01-01T00:00:00Z"}, "#/due_at"),
        ({"due_at": "2027-01-01T00:00:00"}, "#/due_at"),
        ({"due_at": "2999-01-01T00:00:00Z"}, "#/due_at"),
    ],
)
async def test_a_wrong_ticket_leaves_no_row(
    owner: asyncpg.Connection, cast: Cast, customer_id: UUID, given: dict[str, Any], pointer: str
) -> None:
    with pytest.raises(Invalid) as refused:
        await opened(cast.sam, customer_id, **given)
    assert [problem.pointer for problem in refused.value.problems] == [pointer]
    assert await owner.fetchval("SELECT count(*) FROM ticket") == 0
