"""The support desk: open tickets, work them; every change is an entry of the customer's timeline."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from app.core import clock
from app.core.errors import Invalid, NotFound, Problem
from app.domain.permissions import check_work_tickets
from app.domain.ticket import StaleTicket, Ticket, TicketState, closed_at
from app.domain.ticket_wish import check_change, check_new
from app.domain.timeline import NewEntry, TimelineFilter
from app.gateways import live
from app.services.once import once
from app.store import customers, idempotency, tickets, timeline
from app.store.transaction import reading, transaction

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from app.contracts.tickets import ChangeTicket, OpenTicket
    from app.domain.idempotency import Key, Outcome
    from app.domain.ticket import DeskFilter, TicketPage
    from app.domain.timeline import TimelinePage
    from app.domain.viewer import Viewer

HISTORY = 100


async def open_ticket(
    viewer: Viewer, customer_id: UUID, wanted: OpenTicket, key: Key | None
) -> Outcome[Ticket]:
    """Open a ticket for a customer; its number is the database's.

    Raises NotFound outside the viewer's scope, Conflict for an erased customer, Invalid with every problem.
    """
    check_work_tickets(viewer)

    async def work() -> Ticket:
        now = clock.now()
        description, state = check_new(wanted, now)
        async with transaction(viewer):
            await customers.lock_to_write(viewer, customer_id)
            await _check_assignee(viewer, state.assignee_id, customer_id)
            ticket_id = await tickets.insert_ticket(viewer, customer_id, state, viewer.id, now)
            ticket = await tickets.read_ticket(viewer, ticket_id)
            words = {"subject": state.subject, "description": description}
            facts = {
                "priority": state.priority.value,
                "assignee_id": state.assignee_id,
                "due_at": state.due_at,
            }
            await timeline.append(viewer, _entry(viewer, ticket, "ticket_opened", facts, words))
            await idempotency.remember(viewer, key, ticket)
        return ticket

    outcome = await once(viewer, key, work, Ticket)
    await live.announce_ticket(outcome.value.id)
    return outcome


async def change_ticket(
    viewer: Viewer, ticket_id: UUID, wanted: ChangeTicket, key: Key | None, *, hasten: bool = False
) -> Outcome[Ticket]:
    """Change what is given of a ticket; a change of nothing, without a note, leaves no entry.

    To `hasten` is to let a new priority, with no due time given, bring the due time forward to what it asks for.
    Raises NotFound outside the viewer's scope, StaleTicket for an old version, Conflict for new words about an erased
    customer, Invalid with every problem.
    """
    check_work_tickets(viewer)
    now = clock.now()
    note, given = check_change(wanted, now)

    async def work() -> Ticket:
        async with transaction(viewer):
            ticket = await tickets.lock_ticket(viewer, ticket_id)
            if note or given.get("subject", ticket.subject) != ticket.subject:
                await customers.lock_to_write(viewer, ticket.customer.id)
            if wanted.version not in {None, ticket.version}:
                raise StaleTicket(ticket=ticket)
            after = replace(TicketState.of(ticket), **given)
            if hasten and "due_at" not in given:
                after = after.hastened(ticket.priority, now)
            changed = await _change(viewer, ticket, after, note, now)
            await idempotency.remember(viewer, key, changed)
        return changed

    outcome = await once(viewer, key, work, Ticket)
    await live.announce_ticket(outcome.value.id)
    return outcome


async def read_desk(
    viewer: Viewer, narrowed: DeskFilter, *, limit: int, cursor: str | None
) -> tuple[TicketPage, dict[str, int]]:
    """Return a page of the desk, and how many tickets each view has; raises Invalid for a bad cursor."""
    check_work_tickets(viewer)
    now = clock.now()
    async with reading(viewer):
        page = await tickets.desk(viewer, narrowed, now, limit=limit, cursor=cursor)
        return page, await tickets.count_desk(viewer, now)


async def count_desk(viewer: Viewer) -> dict[str, int]:
    """Return how many tickets each view of the desk has."""
    check_work_tickets(viewer)
    async with reading(viewer):
        return await tickets.count_desk(viewer, clock.now())


async def read_ticket(viewer: Viewer, ticket_id: UUID) -> tuple[Ticket, TimelinePage]:
    """Return a ticket and its own history, newest first; raises NotFound outside the viewer's scope."""
    check_work_tickets(viewer)
    async with reading(viewer):
        ticket = await tickets.read_ticket(viewer, ticket_id)
        own = TimelineFilter(ticket_id=ticket_id)
        return ticket, await timeline.read_timeline(
            viewer, ticket.customer.id, own, limit=HISTORY, cursor=None
        )


async def sees_ticket(viewer: Viewer, ticket_id: UUID) -> bool:
    """True when the ticket is one of the viewer's to work."""
    async with reading(viewer):
        try:
            await tickets.read_ticket(viewer, ticket_id)
        except NotFound:
            return False
    return True


async def ticket_workers(viewer: Viewer) -> tuple[tuple[str, str], ...]:
    """Return id and name of everybody the viewer can give a ticket to."""
    async with reading(viewer):
        return await tickets.ticket_workers(viewer, viewer.id)


async def _change(viewer: Viewer, ticket: Ticket, after: TicketState, note: str, now: datetime) -> Ticket:
    """Write the change and its entry inside the open transaction; returns the ticket as it is then."""
    before = TicketState.of(ticket)
    if after == before and not note:
        return ticket
    if after.assignee_id != before.assignee_id:
        await _check_assignee(viewer, after.assignee_id, ticket.customer.id)
    await tickets.set_state(viewer, ticket.id, after, closed=closed_at(ticket, after.status, now), at=now)
    words = {"subject": after.subject if after.subject != before.subject else "", "note": note}
    entry = _entry(viewer, ticket, "ticket_changed", {"changes": before.changes_to(after)}, words)
    await timeline.append(viewer, entry)
    return await tickets.read_ticket(viewer, ticket.id)


async def _check_assignee(viewer: Viewer, staff_id: str | None, customer_id: UUID) -> None:
    if staff_id is not None and not await tickets.can_take_ticket(viewer, staff_id, customer_id):
        raise Invalid([Problem("#/assignee_id", "is nobody who can see this customer")])


def _entry(
    viewer: Viewer, ticket: Ticket, kind: str, facts: dict[str, Any], words: dict[str, str]
) -> NewEntry:
    return NewEntry(
        customer_id=ticket.customer.id,
        kind=kind,
        actor_id=viewer.id,
        occurred_at=clock.now(),
        data={"ticket_id": ticket.id, "number": ticket.number, **facts},
        text={name: value for name, value in words.items() if value},
    )
