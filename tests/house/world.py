"""What the access test acts on: a lead of rita with its customer and a ticket; and right requests."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from tests import make
from tests.cast import CAST

if TYPE_CHECKING:
    import asyncpg

SALE = {"amount": "1200.00", "product": "Team plan"}


@dataclass(frozen=True, slots=True)
class World:
    """Fresh rows for one call, so that no call sees what another did."""

    customer: UUID
    lead: UUID
    ticket: UUID

    def fill(self, path: str) -> str:
        """Put the id that a path speaks of into it."""
        ids = {
            "/leads/": self.lead,
            "/customers/": self.customer,
            "/tickets/": self.ticket,
            "/board/": "lead",
        }
        for part, key in ids.items():
            path = path.replace(f"{part}{{id}}", f"{part}{key}")
        return path

    def request(self, route: str, who: str) -> dict[str, Any]:
        """Return the arguments of a request that is right in everything but perhaps who asks."""
        if route.startswith("GET "):
            return {}
        return {"json": self._json(route, who)} if " /v1/" in route else {"data": self._form(route)}

    def _json(self, route: str, who: str) -> dict[str, Any]:
        me = CAST.rita if who in {"cms", "nobody"} else CAST.named(who)
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
        forms: dict[str, dict[str, str]] = {
            "POST /leads/{id}/stage": {"to": "qualified", "from": "lead", "version": "1"},
            "POST /leads/{id}/won": {"version": "1", "currency": "EUR", **SALE},
            "POST /leads/{id}/lost": {"version": "1", "reason": "no_budget", "note": "Not this year"},
            "POST /customers/{id}/activities": {"activity_type": "Call", "notes": "Talked about the demo"},
        }
        return forms.get(route, {})


async def build(owner: asyncpg.Connection) -> World:
    """Make a world."""
    customer = await make.customer(owner)
    lead = await make.lead(owner, CAST.rita, customer_id=customer)
    return World(customer, lead, await make.ticket(owner, customer))
