"""What tests of reassignments share: which leads, to whom, there and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.core.ids import uuid7
from app.domain.board import BoardFilter
from app.domain.lead_list import LeadFilter
from app.domain.reassign import Receivers
from app.services import reassign

if TYPE_CHECKING:
    from collections.abc import Awaitable
    from uuid import UUID

    import asyncpg

    from app.domain.pipeline import Stage
    from app.domain.reassign import Reassignment
    from app.domain.viewer import Viewer
    from tests.cast import Cast


def to(*ids: str, why: str = "On leave") -> Receivers:
    return Receivers(ids, why)


def shared(shares: dict[str, int]) -> Receivers:
    """Return who gets leads, in this order, so many each while somebody with one gets one."""
    return Receivers(tuple(shares), "On leave", shares)


def of(who: Viewer | None, *stages: Stage, **narrowed: Any) -> LeadFilter:
    return LeadFilter(BoardFilter(owner=who.id if who else "none", **narrowed), stages)


async def carry_out(
    cast: Cast, narrowed: LeadFilter, receivers: Receivers, *between: Awaitable[object]
) -> Reassignment:
    """Look at leads, have this happen, and give away what was looked at."""
    seen = await reassign.preview(cast.ada, narrowed, receivers)
    for each in between:
        await each
    task_id = uuid7()
    await reassign.start(cast.ada, task_id, {lead.id: lead.version for lead in seen.leads}, receivers)
    await reassign.move_due()
    return await reassign.read_reassignment(cast.ada, task_id)


async def take_back(cast: Cast, task: Reassignment) -> Reassignment:
    await reassign.undo(cast.ada, task.id)
    await reassign.move_due()
    return await reassign.read_reassignment(cast.ada, task.id)


async def owners(owner: asyncpg.Connection) -> dict[UUID, str | None]:
    return {
        row["id"]: row["assigned_to_id"] for row in await owner.fetch("SELECT id, assigned_to_id FROM lead")
    }


async def second_rep(owner: asyncpg.Connection, cast: Cast) -> str:
    """Ada sells as well: an admin with a rep id may own leads."""
    await owner.execute("UPDATE staff SET rep_id = 'R-1004' WHERE id = $1", cast.ada.id)
    return cast.ada.id
