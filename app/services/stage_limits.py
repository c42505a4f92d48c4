"""The limits of stages, which an admin sets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.core import clock
from app.domain.audit import Act
from app.domain.permissions import check_administer
from app.domain.stage_limit import read_limits
from app.store import audit, stage_limits
from app.store.transaction import reading, transaction

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.domain.pipeline import Stage
    from app.domain.stage_limit import StageLimit
    from app.domain.viewer import Viewer


async def list_limits(viewer: Viewer) -> tuple[dict[Stage, int | None], list[StageLimit]]:
    """Return the limits in force, and those that were set last; raises Forbidden."""
    check_administer(viewer)
    async with reading(viewer):
        return await stage_limits.current_limits(viewer), await stage_limits.recent_limits(viewer)


async def set_limits(viewer: Viewer, typed: Mapping[str, str]) -> None:
    """Set the limit of every open stage as it was typed, nothing for none; raises Forbidden, Invalid."""
    check_administer(viewer)
    limits = read_limits(typed)
    async with transaction(viewer):
        if await stage_limits.insert_limits(viewer, limits, clock.now()):
            await audit.append(viewer, Act("limits_set"))
