"""The support desk: open tickets, work them; every change is an entry of the customer's timeline."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from msgspec import UNSET

from app.core import clock
from app.core.errors import Invalid, Problem
from app.domain.permissions import check_work_tickets
from app.domain.text import Checker
from app.domain.ticket import (
    DUE_WITHIN,
    LONGEST_SUBJECT,
    LONGEST_TEXT,
    Priority,
    StaleTicket,
    Ticket,
    TicketState,
    TicketStatus,
    closed_at,
)  # fmt: skip
from app.domain.timeline import NewEntry, TimelineFilter
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
MOST_SHOWN = 20
LATEST_DUE: Final = timedelta(days=3651)


async def open_ticket(
    viewer: Viewer, customer_id: UUID, wanted: OpenTicket, key: Key | None
) -> Outcome[Ticket]:
    """Open a ticket for a customer; its number is the database's.

    Raises NotFound outside the viewer's scope, Conflict for an erased customer, Invalid with every problem.
    """
    check_work_tickets(viewer)
    now = clock.now()
    checker = Checker()
    subject = checker.text("#/subject", wanted.subject, LONGEST_SUBJECT, required=True)
    description = checker.text("#/description", wanted.description, LONGEST_TEXT)
    _check_due(checker, wanted.due_at, now)
    checker.finish()
    priority = Priority(wanted.priority)
    due_at = wanted.due_at or now + DUE_WITHIN[priority]
    state = TicketState(subject, TicketStatus.OPEN, priority, wanted.assignee_id, due_at)

    async def work() -> Ticket:
        async with transaction(viewer):
            await customers.lock_to_write(viewer, customer_id)
            await _check_assignee(viewer, state.assignee_id, customer_id)
            ticket_id = await tickets.insert_ticket(viewer, customer_id, state, viewer.id, now)
            ticket = await tickets.read_ticket(viewer, ticket_id)
            words = {"subject": subject, "description": description}
            facts = {"priority": priority.value, "assignee_id": state.assignee_id, "due_at": due_at}
            await timeline.append(viewer, _entry(viewer, ticket, "ticket_opened", facts, words))
            await idempotency.remember(viewer, key, ticket)
        return ticket

    return await once(viewer, key, work, Ticket)


async def change_ticket(
    viewer: Viewer, ticket_id: UUID, wanted: ChangeTicket, key: Key | None
) -> Outcome[Ticket]:
    """Change what is given of a ticket; a change of nothing, without a note, leaves no entry.

    Raises NotFound outside the viewer's scope, StaleTicket for an old version, Conflict for new words about an erased
    customer, Invalid with every problem.
    """
    check_work_tickets(viewer)
    now = clock.now()
    note, given = _check_change(wanted, now)

    async def work() -> Ticket:
        async with transaction(viewer):
            ticket = await tickets.lock_ticket(viewer, ticket_id)
            if note or given.get("subject", ticket.subject) != ticket.subject:
                await customers.lock_to_write(viewer, ticket.customer.id)
            if wanted.version not in {None, ticket.version}:
                raise StaleTicket(ticket=ticket)
            changed = await _change(viewer, ticket, given, note, now)
            await idempotency.remember(viewer, key, changed)
        return changed

    return await once(viewer, key, work, Ticket)


async def read_desk(
    viewer: Viewer, narrowed: DeskFilter, *, limit: int, cursor: str | None
) -> tuple[TicketPage, dict[str, int]]:
    """Return a page of the desk, and how many tickets each view has; raises Invalid for a bad cursor."""
    check_work_tickets(viewer)
    now = clock.now()
    async with reading(viewer):
        page = await tickets.desk(viewer, narrowed, now, limit=limit, cursor=cursor)
        return page, await tickets.count_desk(viewer, now)


async def read_ticket(viewer: Viewer, ticket_id: UUID) -> tuple[Ticket, TimelinePage]:
    """Return a ticket and its own history, newest first; raises NotFound outside the viewer's scope."""
    check_work_tickets(viewer)
    async with reading(viewer):
        ticket = await tickets.read_ticket(viewer, ticket_id)
        own = TimelineFilter(ticket_id=ticket_id)
        return ticket, await timeline.read_timeline(
            viewer, ticket.customer.id, own, limit=HISTORY, cursor=None
        )


async def tickets_of_customer(viewer: Viewer, customer_id: UUID) -> tuple[Ticket, ...]:
    """Return a customer's tickets, those still open first."""
    async with reading(viewer):
        return await tickets.tickets_of_customer(viewer, customer_id, MOST_SHOWN)


async def ticket_workers(viewer: Viewer) -> tuple[tuple[str, str], ...]:
    """Return id and name of everybody the viewer can give a ticket to."""
    async with reading(viewer):
        return await tickets.ticket_workers(viewer, viewer.id)


async def _change(viewer: Viewer, ticket: Ticket, given: dict[str, Any], note: str, now: datetime) -> Ticket:
    """Write the change and its entry inside the open transaction; returns the ticket as it is then."""
    before = TicketState.of(ticket)
    after = replace(before, **given)
    if after == before and not note:
        return ticket
    if after.assignee_id != before.assignee_id:
        await _check_assignee(viewer, after.assignee_id, ticket.customer.id)
    await tickets.set_state(viewer, ticket.id, after, closed=closed_at(ticket, after.status, now), at=now)
    words = {"subject": after.subject if after.subject != before.subject else "", "note": note}
    entry = _entry(viewer, ticket, "ticket_changed", {"changes": before.changes_to(after)}, words)
    await timeline.append(viewer, entry)
    return await tickets.read_ticket(viewer, ticket.id)


def _check_change(wanted: ChangeTicket, now: datetime) -> tuple[str, dict[str, Any]]:
    """Return the clean note and the fields that are given; raises Invalid with everything that is wrong."""
    checker = Checker()
    note = checker.text("#/note", wanted.note, LONGEST_TEXT)
    names = ("subject", "status", "priority", "assignee_id", "due_at")
    given = {name: value for name in names if (value := getattr(wanted, name)) is not UNSET}
    if "subject" in given:
        given["subject"] = checker.text("#/subject", given["subject"], LONGEST_SUBJECT, required=True)
    _check_due(checker, given.get("due_at"), now, new=False)
    checker.finish()
    kinds = {"status": TicketStatus, "priority": Priority}
    return note, {name: kinds[name](value) if name in kinds else value for name, value in given.items()}


def _check_due(checker: Checker, due_at: Any, now: datetime, *, new: bool = True) -> None:
    if due_at is None:
        return
    checker.require("#/due_at", "must say its offset from UTC", ok=due_at.tzinfo is not None)
    if due_at.tzinfo is not None:
        checker.require("#/due_at", "must be in the future", ok=not new or due_at > now)
        checker.require("#/due_at", "must be within the next ten years", ok=due_at - now < LATEST_DUE)


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
