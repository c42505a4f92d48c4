"""What the access matrix acts on: a lead of rita with all that hangs on it, each text of it marked."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from app.core.clock import now
from app.web.admin.seen_leads import pack
from tests import make
from tests.cast import CAST

if TYPE_CHECKING:
    import asyncpg

SCALE = {"start": "10", "fit_cap": "60", "engagement_cap": "40", "half_life_days": "14"}
SALE = {"amount": "1200.00", "product": "Team plan"}
VALUE, LIFETIME = "7654321.98", "8765432.19"
MONEY = tuple(f"{number:{comma}}" for number in (7654321, 8765432) for comma in ("", ","))
# What a handler asks for, where it is the same in every world.
FORMS: dict[str, dict[str, str]] = {
    "POST /leads/{id}/stage": {"to": "qualified", "from": "lead", "version": "1"},
    "POST /leads/{id}/won": {"version": "1", "currency": "EUR", **SALE},
    "POST /leads/{id}/lost": {"version": "1", "reason": "no_budget", "note": "Not this year"},
    "POST /leads/{id}/won/preview": {"currency": "EUR", **SALE},
    "POST /leads/{id}/follow-up": {"version": "1", "next": "1", "follow_up_note": "Call"},
    "POST /leads/{id}/nurture": {"version": "1", "next": "28", "follow_up_note": "Call"},
    "POST /leads/{id}/deal": {"version": "1", "value": "10"},
    "POST /leads/{id}/assign": {"version": "1", "assigned_to_id": CAST.omar.id},
    "POST /digest": {"wanted": "no"},
    "POST /mentions/{id}/read": {"read": "yes"},
    "POST /views": {"name": "Mine", "query": "score=hot"},
    "POST /customers/{id}/tickets": {"subject": "It does not work", "priority": "high"},
    "POST /customers/{id}/entries/{id}/correct": {"notes": "It was Tuesday"},
    "POST /tickets/{id}": {"version": "1", "status": "resolved"},
    "POST /admin/staff/leads": {"staff_id": CAST.rita.id, "accepts": "no"},
    "POST /admin/staff/sessions": {"staff_id": CAST.rita.id},
    "POST /admin/events/replay": {"since": "2020-01-01T00:00"},
    "POST /admin/imports/{id}/check": {"column-0": "name", "column-1": "email"},
    "POST /admin/scoring/rules": SCALE,
    "POST /admin/scoring/rules/try": SCALE,
    "POST /customers/{id}/activities": {"activity_type": "Call", "notes": "Talked about the demo"},
}


@dataclass(frozen=True, slots=True)
class World:
    """Rows of rita's. `mark` stands in every text of them and nowhere else."""

    customer: UUID
    lead: UUID
    ticket: UUID
    entry: UUID
    reassignment: UUID
    capture: UUID
    imported: UUID
    erasure: UUID
    sent: UUID
    twin: UUID
    other_twin: UUID
    mark: str

    def ids(self) -> dict[str, Any]:
        """Return which id belongs behind which part of a path."""
        return {
            "/leads/": self.lead,
            "/customers/": self.customer,
            "/tickets/": self.ticket,
            "/entries/": self.entry,
            "/mentions/": self.entry,
            "/board/": "lead",
            "/views/": self.ticket,
            "/admin/reassign/": self.reassignment,
            "/admin/captures/": self.capture,
            "/admin/imports/": self.imported,
            "/admin/erasures/": self.erasure,
            "/admin/duplicates/": self.twin,
            "/with/": self.other_twin,
            "/admin/events/": self.sent,
            "/admin/events/sinks/": "stream",
        }

    def fill(self, path: str) -> str:
        """Put the id that a path speaks of into it."""
        for part, key in self.ids().items():
            path = path.replace(f"{part}{{id}}", f"{part}{key}")
        return path

    def elsewhere(self) -> World:
        """Return the same with ids that nothing has."""
        return World(*(uuid4() for _ in range(11)), mark=self.mark)

    def request(self, route: str, who: str) -> dict[str, Any]:
        """Return the arguments of a request that is right in everything but perhaps who asks."""
        if route.startswith("GET "):
            return {}
        if route == "POST /admin/imports":
            return {"files": {"file": ("leads.csv", b"name,email\nGrace,grace@navy.example\n", "text/csv")}}
        return {"json": self._json(route, who)} if " /v1/" in route else {"data": self._form(route)}

    def _json(self, route: str, who: str) -> dict[str, Any]:
        me = CAST.named(who) if hasattr(CAST, who) else CAST.rita
        bodies: dict[str, dict[str, Any]] = {
            "POST /v1/leads/{id}/stage": {"stage": "qualified", "version": 1},
            "POST /v1/leads/{id}/assign": {
                "assigned_to_id": CAST.omar.id,
                "version": 1,
                "reason": "On leave",
            },
            "POST /v1/leads/{id}/won": {"version": 1, "sale_details": SALE},
            "POST /v1/leads/{id}/lost": {"version": 1, "reason": "no_budget", "note": "Not this year"},
            "POST /v1/leads/capture": {"name": "Grace Hopper", "email": f"grace-{uuid4()}@navy.example"},
            "POST /v1/customers/{id}/tickets": {"subject": "It does not work"},
            "PATCH /v1/tickets/{id}": {"status": "resolved", "version": 1},
            "POST /v1/activity/log": {
                "customer_id": str(self.customer),
                "lead_id": str(self.lead),
                "user_id": me.id,
                "activity_type": "Call",
                "notes": "Talked about the demo",
            },
        }
        return bodies.get(route, {})

    def _form(self, route: str) -> dict[str, str]:
        forms: dict[str, dict[str, str]] = FORMS | {
            "POST /leads/new": {"name": "Grace Hopper", "email": f"grace-{uuid4()}@navy.example"},
            "POST /leads/bulk": {"act": "move", "to": "qualified", "lead": f"{self.lead}:1"},
            "POST /customers/{id}/contact": {"phone": "+49 30 123456", "seen_phone": f"+1 {self.mark}"},
            "POST /admin/reassign": {
                "receiver": CAST.omar.id,
                "why": "On leave",
                "leads": pack([(self.lead, 1)]),
            },
            "POST /admin/goals": {"month": f"{now():%Y-%m}-01", f"goal_{CAST.rita.id}": "5"},
            "POST /admin/clients": {"client": f"shop-{self.mark}", "name": "Shop"},
            "POST /admin/inbox/replay": {"id": self.mark},
            "POST /admin/inbox/discard": {
                "source": "test",
                "id": self.mark,
                "because": "Nobody has this account",
            },
        }
        return forms.get(route, {})


async def build(owner: asyncpg.Connection) -> World:
    """Make a world."""
    mark = f"zq{secrets.token_hex(6)}"
    customer = await make.customer(
        owner,
        name=f"Person {mark}",
        email=f"{mark}@customer.example",
        company=f"Company {mark}",
        job_title=f"Boss {mark}",
        phone=f"+1 {mark}",
        clv=LIFETIME,
    )
    lead = await make.lead(
        owner,
        CAST.rita,
        customer_id=customer,
        source=f"Source {mark}",
        follow_up_note=f"Call {mark}",
        follow_up_at=now(),
        expected_value=VALUE,
    )
    entry = await _talk(owner, customer, lead, mark)
    await make.event(owner, mark, "dead")
    moved = await make.reassignment(owner, CAST.ada, CAST.rita, CAST.omar)
    ticket = await make.ticket(owner, customer, subject=f"Broken {mark}")
    capture = await make.capture(owner, email=f"{mark}@held.example", name=f"Held {mark}")
    sent = await make.outgoing(owner, lead, mark)
    erasure = await make.erasure(owner, customer, CAST.sam)
    twin = await make.customer(owner, name=f"Twin {mark}")
    other_twin = await make.customer(owner, name=f"Twin {mark}")
    imported = await make.lead_import(owner, CAST.ada, ["name", "email"], [mark, f"{mark}@table.example"])
    return World(
        customer, lead, ticket, entry, moved, capture, imported, erasure, sent, twin, other_twin, mark
    )


async def _talk(owner: asyncpg.Connection, customer: UUID, lead: UUID, mark: str) -> UUID:
    entry = await make.activity(owner, customer, CAST.rita, lead_id=lead)
    await owner.execute(
        "INSERT INTO activity_text (activity_id, customer_id, salt, body) VALUES ($1, $2, 'salt', $3)",
        entry,
        customer,
        json.dumps({"notes": f"@rita: said {mark}", "mentions": {"rita": CAST.rita.id}}),
    )
    await make.mention(owner, entry, CAST.rita, CAST.ada)
    return entry


async def fingerprint(owner: asyncpg.Connection) -> dict[str, Any]:
    """Return a number a table that changes with any of its rows; who signs in and what is noted of it do not count."""
    tables = await owner.fetch(
        "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
        " AND relname NOT IN ('staff', 'session', 'login_attempt', 'audit_event', 'migration')"
    )
    each = (
        f"SELECT '{row['relname']}', sum(hashtextextended(t::text, 0)) FROM {row['relname']} t"
        for row in tables
    )
    return {name: str(number) for name, number in await owner.fetch(" UNION ALL ".join(each))}
