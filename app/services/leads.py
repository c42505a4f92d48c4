"""Read leads and give them to people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.core import clock
from app.core.errors import Invalid, Problem
from app.domain.lead import Lead, LeadFilter, LeadPage
from app.domain.permissions import check_assign_lead, check_see_board
from app.domain.text import Checker
from app.domain.timeline import NewEntry
from app.gateways import live
from app.services.once import once
from app.services.pipeline import lock_current
from app.store import idempotency, lead_list, leads, staff, timeline
from app.store.lead_list import SORTS
from app.store.transaction import reading, transaction

if TYPE_CHECKING:
    from uuid import UUID

    from app.contracts.pipeline import AssignRequest
    from app.domain.idempotency import Key, Outcome
    from app.domain.viewer import Viewer


async def read_lead(viewer: Viewer, lead_id: UUID) -> Lead:
    """Return the lead; raises NotFound outside the viewer's scope, Forbidden for who has no pipeline."""
    check_see_board(viewer)
    async with reading(viewer):
        return await leads.read_lead(viewer, lead_id)


async def list_leads(viewer: Viewer, narrowed: LeadFilter, *, limit: int, cursor: str | None) -> LeadPage:
    """Return a page of the viewer's leads; raises Invalid for an unknown sort or a bad cursor."""
    check_see_board(viewer)
    if narrowed.sort not in SORTS:
        raise Invalid([Problem("#query/sort", f"must be one of: {', '.join(SORTS)}")])
    async with reading(viewer):
        return await lead_list.list_leads(viewer, narrowed, limit, cursor)


async def assign_lead(viewer: Viewer, lead_id: UUID, wanted: AssignRequest, key: Key | None) -> Outcome[Lead]:
    """Give an open lead to an active rep; the timeline says who did it and why. Admins only.

    Raises Forbidden, NotFound, StaleLead, LeadIsClosed, and Invalid for somebody who takes no leads.
    """
    check_assign_lead(viewer)
    checker = Checker()
    reason = checker.text("#/reason", wanted.reason, 500)
    checker.finish()
    former: list[str | None] = []

    async def work() -> Lead:
        now = clock.now()
        async with transaction(viewer):
            lead = await lock_current(viewer, lead_id, wanted.version)
            if not await staff.is_active_rep(viewer, wanted.assigned_to_id):
                raise Invalid([Problem("#/assigned_to_id", "is not an active sales rep")])
            former[:] = [lead.assigned_to_id]
            await leads.assign_lead(viewer, lead_id, wanted.assigned_to_id, now)
            entry = NewEntry(
                customer_id=lead.customer.id,
                lead_id=lead_id,
                kind="lead_assigned",
                actor_id=viewer.id,
                occurred_at=now,
                data={"from": lead.assigned_to_id, "to": wanted.assigned_to_id},
                text={"reason": reason} if reason else {},
            )
            await timeline.append(viewer, entry)
            assigned = await leads.read_lead(viewer, lead_id)
            await idempotency.remember(viewer, key, assigned)
        return assigned

    outcome = await once(viewer, key, work, Lead)
    await live.announce(outcome.value, *former)
    return outcome
