"""Rows for tests: every builder fills what a test does not care about."""

from __future__ import annotations

import json
from itertools import count
from typing import TYPE_CHECKING, Any

from app.core.clock import now
from app.core.ids import uuid7

if TYPE_CHECKING:
    from uuid import UUID

    import asyncpg

    from app.domain.viewer import Viewer

COUNTER = count(1)
CLOSED = {"closed_won": ("converted", None), "closed_lost": ("disqualified", "no_budget")}


async def customer(owner: asyncpg.Connection, **given: Any) -> UUID:
    """Put a customer into the database and return its id."""
    number = next(COUNTER)
    email = given.pop("email", f"person{number}@customer.example")
    defaults = {
        "id": uuid7(),
        "name": f"Person {number}",
        "email": email,
        "email_norm": email and email.casefold(),
        "company": f"Company {number}",
        "created_at": now(),
        "updated_at": now(),
    }
    return await _insert(owner, "customer", {**defaults, **given})


async def lead(owner: asyncpg.Connection, rep: Viewer | None, stage: str = "lead", **given: Any) -> UUID:
    """Put a lead of `rep` (None: of nobody), with a customer of its own, and return its id."""
    status, lost_reason = CLOSED.get(stage, ("new", None))
    defaults = {
        "id": uuid7(),
        "customer_id": given.get("customer_id") or await customer(owner),
        "assigned_to_id": rep and rep.id,
        "status": status,
        "stage": stage,
        "lost_reason": lost_reason,
        "currency": "EUR",
        "stage_entered_at": now(),
        "closed_at": now() if stage in CLOSED else None,
        "created_at": now(),
        "updated_at": now(),
    }
    return await _insert(owner, "lead", {**defaults, **given})


async def reps(owner: asyncpg.Connection, number: int) -> None:
    """Put that many more sales reps into the database, each with a long name."""
    await owner.execute(
        "INSERT INTO staff (id, name, email, rep_id, created_at, updated_at)"
        " SELECT gen_random_uuid(), 'Maximilian Zimmermann ' || n, n || '@slyyfoxx.example', 'R-2' || n, $2, $2"
        " FROM generate_series(1, $1) AS n",
        number,
        now(),
    )


async def activity(owner: asyncpg.Connection, customer_id: UUID, actor: Viewer, **given: Any) -> UUID:
    """Append an entry to the customer's timeline and return its id; the database chains it."""
    defaults = {
        "id": uuid7(),
        "customer_id": customer_id,
        "kind": "call_logged",
        "actor_id": actor.id,
        "occurred_at": now(),
    }
    return await _insert(owner, "activity", {**defaults, **given})


async def mention(owner: asyncpg.Connection, entry: UUID, who: Viewer, by: Viewer) -> None:
    """Let an entry mention somebody."""
    await owner.execute(
        "INSERT INTO mention (activity_id, staff_id, by_id) VALUES ($1, $2, $3)", entry, who.id, by.id
    )


async def ticket(owner: asyncpg.Connection, customer_id: UUID, **given: Any) -> UUID:
    """Open a ticket for the customer and return its id."""
    defaults = {
        "id": uuid7(),
        "customer_id": customer_id,
        "subject": "It does not work",
        "status": "open",
        "priority": "normal",
        "created_at": now(),
        "updated_at": now(),
    }
    return await _insert(owner, "ticket", {**defaults, **given})


async def event(owner: asyncpg.Connection, event_id: str, status: str, **given: Any) -> None:
    """Put an event of the SSO into the inbox, with what became of it."""
    defaults = {
        "source": "test",
        "id": event_id,
        "type": "UserEmailUpdated",
        "raw": "{}",
        "status": status,
        "received_at": now(),
    }
    await _insert(owner, "inbox", {**defaults, **given})


async def reassignment(owner: asyncpg.Connection, admin: Viewer, giver: Viewer, receiver: Viewer) -> UUID:
    """Put a finished reassignment without leads into the database and return its id."""
    row = {
        "id": uuid7(),
        "from_id": giver.id,
        "to_ids": (receiver.id,),
        "reason": "On leave",
        "state": "done",
        "asked_by_id": admin.id,
        "created_at": now(),
        "finished_at": now(),
    }
    return await _insert(owner, "reassignment", row)


async def capture(owner: asyncpg.Connection, outcome: str = "held", **form: Any) -> UUID:
    """Keep a submission that nobody has decided on, and return its id."""
    number = next(COUNTER)
    row = {
        "id": uuid7(),
        "client": "slyyfoxx-cms",
        "body_hash": b"hash",
        "raw": {"name": f"Person {number}", "email": f"person{number}@held.example", **form},
        "outcome": outcome,
        "problems": [{"pointer": "#/message", "detail": "has 9 links"}],
        "answered_lead_id": uuid7(),
        "answered_customer_id": uuid7(),
        "received_at": now(),
    }
    return await _insert(owner, "capture_submission", row)


async def outgoing(owner: asyncpg.Connection, lead_id: UUID, note: str) -> UUID:
    """Put an event about a lead into the outbox and return its id."""
    sale = {"sale_id": str(uuid7()), "lead_id": str(lead_id), "handoff_note": note, "amount": "1200.00"}
    defaults = {
        "id": uuid7(),
        "aggregatetype": "sale",
        "aggregateid": str(lead_id),
        "type": "SaleClosedWonV1",
        "payload": {"customer_id": str(uuid7()), "sale_details": sale},
        "dedupe": str(uuid7()),
        "created_at": now(),
        "next_try_at": now(),
    }
    return await _insert(owner, "outbox", defaults)


async def erasure(owner: asyncpg.Connection, customer_id: UUID, asked_by: Viewer) -> UUID:
    """Ask for a customer to be erased and return the request's id."""
    row = {"id": uuid7(), "customer_id": customer_id, "requested_by_id": asked_by.id, "requested_at": now()}
    return await _insert(owner, "erasure", row)


async def lead_import(owner: asyncpg.Connection, by: Viewer, columns: list[str], cells: list[str]) -> UUID:
    """Bring a table of one line, tried and ready to be taken in."""
    row = {
        "id": uuid7(),
        "file_name": "leads.csv",
        "columns": columns,
        "mapping": columns,
        "status": "checked",
        "total": 1,
        "created_by_id": by.id,
        "created_at": now(),
        "updated_at": now(),
    }
    import_id = await _insert(owner, "lead_import", row)
    line = {"import_id": import_id, "line": 2, "cells": cells, "forecast": "created", "problems": []}
    places = ", ".join(f"${number}" for number in range(1, 6))
    await owner.execute(
        f"INSERT INTO lead_import_row (import_id, line, cells, forecast, problems) VALUES ({places})",
        *(json.dumps(value) if isinstance(value, list) else value for value in line.values()),
    )
    return import_id


async def _insert(owner: asyncpg.Connection, table: str, row: dict[str, Any]) -> UUID:
    names = ", ".join(row)
    places = ", ".join(f"${number}" for number in range(1, len(row) + 1))
    values = [json.dumps(value) if isinstance(value, dict | list) else value for value in row.values()]
    await owner.execute(f"INSERT INTO {table} ({names}) VALUES ({places})", *values)
    return row["id"]
