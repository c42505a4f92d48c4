"""Tickets: read through the viewer's scope, locked before they change."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from app.core.errors import NotFound
from app.core.ids import uuid7
from app.domain.identity import ADMIN, SUPPORT
from app.domain.lead import CustomerRef
from app.domain.ticket import Priority, Ticket, TicketPage, TicketState, TicketStatus
from app.store import cursor as cursors
from app.store.read_together import Read
from app.store.scope import own_tickets
from app.store.transaction import connection
from app.store.where import Where, containing

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.domain.ticket import DeskFilter
    from app.domain.viewer import Viewer

# The customer first, as everywhere (docs/map.md, Locks).
_LOCK = "FOR NO KEY UPDATE OF customer FOR NO KEY UPDATE OF ticket"
_SELECT = """
    SELECT ticket.id, ticket.number, ticket.customer_id, customer.name, customer.email, customer.company,
        ticket.subject, ticket.status, ticket.priority, ticket.assignee_id, staff.name AS assignee_name,
        ticket.opened_by_id, ticket.due_at, ticket.closed_at, ticket.version, ticket.created_at, ticket.updated_at
    FROM ticket JOIN customer ON customer.id = ticket.customer_id
    LEFT JOIN staff ON staff.id = ticket.assignee_id"""
# The desk's order as the index `ticket_queue` has it: the worst first, then the next one due.
_RANK = "array_position(ARRAY['urgent', 'high', 'normal', 'low'], ticket.priority)"
_DUE = "coalesce(ticket.due_at, 'infinity')"
_OPEN = "ticket.status IN ('open', 'pending')"


async def read_ticket(viewer: Viewer, ticket_id: UUID, lock: str = "") -> Ticket:
    """Return the ticket; raises NotFound when there is none or its customer is not the viewer's to see."""
    row = await connection().fetchrow(
        f"{_SELECT} WHERE {own_tickets(viewer)} AND ticket.id = $2 {lock}", viewer.id, ticket_id
    )
    if row is None:
        raise NotFound
    return _to_ticket(row)


async def lock_ticket(viewer: Viewer, ticket_id: UUID) -> Ticket:
    """Return the ticket, locked with its customer until the transaction ends; raises like `read_ticket`."""
    try:
        return await read_ticket(viewer, ticket_id, _LOCK)
    except NotFound:  # While we waited for its customer, they may have been merged, and the ticket moved.
        return await read_ticket(viewer, ticket_id, _LOCK)


def of_customer(viewer: Viewer, customer_id: UUID, limit: int) -> Read[tuple[Ticket, ...]]:
    """Return what reads a customer's tickets, those still open first, then the newest."""
    sql = (
        f"{_SELECT} WHERE {own_tickets(viewer)} AND ticket.customer_id = $2"
        f" ORDER BY {_OPEN} DESC, ticket.created_at DESC LIMIT {limit}"
    )
    return Read(sql, (viewer.id, customer_id), lambda rows: tuple(_to_ticket(row) for row in rows))


async def desk(
    viewer: Viewer, narrowed: DeskFilter, now: datetime, *, limit: int, cursor: str | None
) -> TicketPage:
    """Return a page of the desk: open ones by urgency and due time, done ones newest first."""
    where = _desk_where(viewer, narrowed, now)
    if narrowed.view == "done":
        return await _done(where, limit, cursor)
    if cursor:
        rank, due, ticket_id = cursors.decode(cursor, tuple[int, datetime | None, UUID])
        place = f"({_RANK}, {_DUE}, ticket.id)"
        due_at = f"coalesce({where.bind(due)}::timestamptz, 'infinity')"
        where.add(f"{place} > ({where.bind(rank)}, {due_at}, {where.bind(ticket_id)})")
    items = await _page(where, f"{_RANK}, {_DUE}, ticket.id", limit)
    last = items[limit - 1] if len(items) > limit else None
    after = cursors.encode(list(Priority).index(last.priority) + 1, last.due_at, last.id) if last else None
    return TicketPage(items[:limit], after)


async def count_desk(viewer: Viewer, now: datetime) -> dict[str, int]:
    """Return how many open tickets each view of the desk has."""
    row = await connection().fetchrow(
        "SELECT count(*) AS open, count(*) FILTER (WHERE assignee_id = $1) AS mine,"
        " count(*) FILTER (WHERE assignee_id IS NULL) AS unassigned, count(*) FILTER (WHERE due_at < $2) AS overdue"
        f" FROM ticket WHERE {own_tickets(viewer)} AND {_OPEN}",
        viewer.id,
        now,
    )
    names = ("open", "mine", "unassigned", "overdue")
    return {name: row[name] for name in names}


async def insert_ticket(
    _viewer: Viewer, customer_id: UUID, state: TicketState, opened_by: str, at: datetime
) -> UUID:
    """Open a ticket for a locked customer and return its id; the database gives it its number."""
    row = await connection().fetchrow(
        "INSERT INTO ticket (id, customer_id, subject, status, priority, assignee_id, due_at, opened_by_id, created_at,"
        " updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9) RETURNING id",
        uuid7(), customer_id, state.subject, state.status.value, state.priority.value, state.assignee_id,
        state.due_at, opened_by, at,
    )  # fmt: skip
    return row["id"]


async def set_state(
    viewer: Viewer, ticket_id: UUID, state: TicketState, *, closed: datetime | None, at: datetime
) -> None:
    """Give a locked ticket new fields and a new version."""
    await connection().execute(
        "UPDATE ticket SET subject = $3, status = $4, priority = $5, assignee_id = $6, due_at = $7, closed_at = $8,"
        f" updated_at = $9, version = version + 1 WHERE {own_tickets(viewer)} AND id = $2",
        viewer.id, ticket_id, state.subject, state.status.value, state.priority.value, state.assignee_id,
        state.due_at, closed, at,
    )  # fmt: skip


async def can_take_ticket(_viewer: Viewer, staff_id: str, customer_id: UUID) -> bool:
    """True for active support and admins, and for a rep who has a lead of this customer."""
    return bool(
        await connection().fetchval(
            "SELECT EXISTS (SELECT FROM staff WHERE id = $1 AND active AND (roles && $3 OR EXISTS"
            " (SELECT FROM lead WHERE lead.customer_id = $2 AND lead.assigned_to_id = staff.id)))",
            staff_id,
            customer_id,
            [ADMIN, SUPPORT],
        )
    )


async def ticket_workers(_viewer: Viewer, staff_id: str) -> tuple[tuple[str, str], ...]:
    """Return id and name of whom a ticket can always be given to: active support and admins, and `staff_id`."""
    rows = await connection().fetch(
        "SELECT id, name FROM staff WHERE active AND (roles && $1 OR id = $2) ORDER BY name, id",
        [ADMIN, SUPPORT],
        staff_id,
    )
    return tuple((row["id"], row["name"]) for row in rows)


def _desk_where(viewer: Viewer, narrowed: DeskFilter, now: datetime) -> Where:
    where = Where(viewer, own_tickets(viewer))
    where.add("ticket.status IN ('resolved', 'closed')" if narrowed.view == "done" else _OPEN)
    if narrowed.view == "mine":
        where.add("ticket.assignee_id = $1")
    if narrowed.view == "unassigned":
        where.add("ticket.assignee_id IS NULL")
    if narrowed.view == "overdue":
        where.add(f"ticket.due_at < {where.bind(now)}")
    if narrowed.priority:
        where.add(f"ticket.priority = {where.bind(narrowed.priority)}")
    if narrowed.q:
        pattern = where.bind(containing(narrowed.q.removeprefix("#")))
        ways = [f"{field} ILIKE {pattern}" for field in ("ticket.subject", "ticket.number::text")]
        where.add(f"({' OR '.join(ways)} OR customer.words LIKE lower({pattern}))")
    return where


async def _done(where: Where, limit: int, cursor: str | None) -> TicketPage:
    if cursor:
        at, ticket_id = cursors.decode(cursor, tuple[datetime, UUID])
        where.add(f"(ticket.updated_at, ticket.id) < ({where.bind(at)}, {where.bind(ticket_id)})")
    items = await _page(where, "ticket.updated_at DESC, ticket.id DESC", limit)
    last = items[limit - 1] if len(items) > limit else None
    return TicketPage(items[:limit], cursors.encode(last.updated_at, last.id) if last else None)


async def _page(where: Where, order: str, limit: int) -> tuple[Ticket, ...]:
    rows = await connection().fetch(
        f"{_SELECT} WHERE {where} ORDER BY {order} LIMIT {limit + 1}", *where.args
    )
    return tuple(_to_ticket(row) for row in rows)


def _to_ticket(row: Mapping[str, Any]) -> Ticket:
    return Ticket(
        id=row["id"],
        number=row["number"],
        customer=CustomerRef(row["customer_id"], row["name"], row["email"], row["company"]),
        subject=row["subject"],
        status=TicketStatus(row["status"]),
        priority=Priority(row["priority"]),
        assignee_id=row["assignee_id"],
        assignee_name=row["assignee_name"],
        opened_by_id=row["opened_by_id"],
        due_at=row["due_at"],
        closed_at=row["closed_at"],
        version=row["version"],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
    )
