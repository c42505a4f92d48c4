"""Change many leads at once: each by its own service and transaction, so one refusal spoils nothing else."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from app.contracts.pipeline import AssignRequest
from app.core.errors import CrmError, Invalid, Problem
from app.domain.bulk import MOST, Row
from app.domain.deal import Plan
from app.domain.permissions import check_assign_lead, check_move_lead
from app.domain.pipeline import check_move
from app.services.deals import plan_follow_up
from app.services.leads import assign_lead
from app.services.pipeline import move_lead

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.domain.bulk import Pick, Wish
    from app.domain.idempotency import Key
    from app.domain.lead import Lead
    from app.domain.viewer import Viewer


async def change_many(viewer: Viewer, picks: Sequence[Pick], wish: Wish, key: Key | None) -> tuple[Row, ...]:
    """Do the same to every lead picked and say what became of each; raises Forbidden, Conflict, Invalid for all."""
    check_move_lead(viewer)
    if wish.assign_to is not None:
        check_assign_lead(viewer)
    if wish.move_to is not None:
        check_move(wish.move_to)
    if not 1 <= len(picks) <= MOST:
        raise Invalid([Problem("#/lead", f"must be from 1 to {MOST} leads")])
    return tuple([await _change(viewer, pick, wish, _key_of(key, pick)) for pick in picks])


async def _change(viewer: Viewer, pick: Pick, wish: Wish, key: Key | None) -> Row:
    try:
        lead = await _do(viewer, pick, wish, key)
    except CrmError as error:
        known: Lead | None = error.extra.get("lead")
        return Row(pick.lead_id, known.customer.name if known else "A lead", done=False, detail=error.detail)
    return Row(lead.id, lead.customer.name, done=True, detail="")


async def _do(viewer: Viewer, pick: Pick, wish: Wish, key: Key | None) -> Lead:
    if wish.move_to is not None:
        return (await move_lead(viewer, pick.lead_id, wish.move_to.value, pick.version, key)).value
    if wish.follow_up is not None:
        return (await plan_follow_up(viewer, pick.lead_id, pick.version, Plan(wish.follow_up), key)).value
    request = AssignRequest(assigned_to_id=wish.assign_to or "", version=pick.version)
    return (await assign_lead(viewer, pick.lead_id, request, key)).value


def _key_of(key: Key | None, pick: Pick) -> Key | None:
    return None if key is None else replace(key, value=f"{key.value}:{pick.lead_id}"[-255:])
