"""Read leads and give them to people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.core import clock
from app.core.errors import Invalid, Problem
from app.domain.audit import Act
from app.domain.lead import Lead, open_among
from app.domain.permissions import check_assign_lead, check_see_board
from app.domain.reassign import clean_reason
from app.domain.text import Checker
from app.domain.timeline import about_lead
from app.gateways import live
from app.services.once import once
from app.services.pipeline import lock_current
from app.store import audit, idempotency, leads, staff, timeline
from app.store.board_filter import owner_id
from app.store.lead_list import lead_list_read
from app.store.read_together import read_alone, read_together
from app.store.team import who_is
from app.store.transaction import reading, transaction

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from app.contracts.pipeline import AssignRequest
    from app.domain.idempotency import Key, Outcome
    from app.domain.lead_list import LeadFilter, LeadPage
    from app.domain.viewer import Viewer


async def read_lead(viewer: Viewer, lead_id: UUID) -> Lead:
    """Return the lead; raises NotFound outside the viewer's scope, Forbidden for who has no pipeline."""
    check_see_board(viewer)
    async with reading(viewer):
        return await leads.read_lead(viewer, lead_id)


async def find_customer_of(viewer: Viewer, lead_id: UUID) -> UUID:
    """Return the id of a lead's customer; raises NotFound unless the viewer may see both."""
    async with reading(viewer):
        return await leads.customer_of(viewer, lead_id)


async def find_open_lead(viewer: Viewer, lead_id: UUID) -> Lead | None:
    """Return the open lead of a lead's customer, where the viewer may see it; raises like `read_lead`."""
    check_see_board(viewer)
    async with reading(viewer):
        lead = await leads.read_lead(viewer, lead_id)
        return open_among(await leads.leads_of_customer(viewer, lead.customer.id))


async def list_leads(viewer: Viewer, narrowed: LeadFilter, *, limit: int, cursor: str | None) -> LeadPage:
    """Return a page of the viewer's leads; raises Invalid for an unknown sort or a bad cursor."""
    _check_list(viewer, narrowed)
    async with reading(viewer):
        return await read_alone(lead_list_read(viewer, narrowed, limit, cursor))


async def read_lead_list(
    viewer: Viewer, narrowed: LeadFilter, *, limit: int, cursor: str | None
) -> tuple[LeadPage, str | None]:
    """Return a page of the viewer's leads, and the name of the owner they are narrowed to; raises like `list_leads`."""
    if narrowed.on_board.owner in {"", "none"}:
        return await list_leads(viewer, narrowed, limit=limit, cursor=cursor), None
    _check_list(viewer, narrowed)
    page = lead_list_read(viewer, narrowed, limit, cursor)
    async with reading(viewer):
        owner = who_is(viewer, owner_id(viewer, narrowed.on_board))
        return (await read_together(_with_owner, page, owner)).value


def _with_owner(build: Callable[[], LeadPage], owner: str | None) -> tuple[LeadPage, str | None]:
    return build(), owner


def _check_list(viewer: Viewer, narrowed: LeadFilter) -> None:
    check_see_board(viewer)
    if narrowed.sort not in narrowed.sorts:
        raise Invalid([Problem("#query/sort", f"must be one of: {', '.join(narrowed.sorts)}")])


async def assign_lead(viewer: Viewer, lead_id: UUID, wanted: AssignRequest, key: Key | None) -> Outcome[Lead]:
    """Give an open lead to an active rep; the timeline says who did it and why. Admins only.

    Raises Forbidden, NotFound, StaleLead, LeadIsClosed, and Invalid for somebody who takes no leads.
    """
    check_assign_lead(viewer)
    former: list[str | None] = []

    async def work() -> Lead:
        now, checker = clock.now(), Checker()
        reason = clean_reason(checker, wanted.reason)
        async with transaction(viewer):
            takes_leads = await staff.is_active_rep(viewer, wanted.assigned_to_id)
            checker.require("#/assigned_to_id", "is not an active sales rep", ok=takes_leads)
            checker.finish()
            lead = await lock_current(viewer, lead_id, wanted.version)
            former[:] = [lead.assigned_to_id]
            await leads.assign_lead(viewer, lead_id, wanted.assigned_to_id, now)
            facts = {"from": lead.assigned_to_id, "to": wanted.assigned_to_id}
            words = {"reason": reason} if reason else {}
            await audit.append(viewer, Act("lead_assigned", str(lead.id), wanted.assigned_to_id))
            entry = about_lead(lead, "lead_assigned", viewer.id, now, data=facts, text=words)
            await timeline.append(viewer, entry)
            assigned = await leads.read_lead(viewer, lead_id)
            await idempotency.remember(viewer, key, assigned)
        return assigned

    outcome = await once(viewer, key, work, Lead)
    await live.announce(outcome.value, *former)
    return outcome
