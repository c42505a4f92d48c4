"""The staff directory: who is there, and who takes leads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.core import clock
from app.core.errors import NotFound
from app.domain.audit import Act
from app.domain.permissions import check_administer
from app.store import audit, staff_list
from app.store.transaction import reading, transaction

if TYPE_CHECKING:
    from app.domain.staff import Attention, StaffLine
    from app.domain.viewer import Viewer


async def list_staff(viewer: Viewer) -> list[StaffLine]:
    """Return the directory; admins only."""
    check_administer(viewer)
    async with reading(viewer):
        return await staff_list.list_staff(viewer, clock.now())


async def set_accepts_leads(viewer: Viewer, staff_id: str, *, accepts: bool) -> None:
    """Let captured leads go to a sales rep, or not; raises NotFound for who is none. Admins only."""
    check_administer(viewer)
    async with transaction(viewer):
        if not await staff_list.set_accepts_leads(viewer, staff_id, clock.now(), accepts=accepts):
            raise NotFound
        await audit.append(viewer, Act("leads_resumed" if accepts else "leads_paused", staff_id))


async def read_attention(viewer: Viewer) -> Attention:
    """Return what waits for an admin."""
    check_administer(viewer)
    async with reading(viewer):
        return await staff_list.read_attention(viewer)
