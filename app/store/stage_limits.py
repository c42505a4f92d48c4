"""The limits of stages: each that was ever set, the newest of a stage in force."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from app.core.ids import uuid7
from app.domain.pipeline import Stage
from app.domain.stage_limit import StageLimit
from app.store.rows import changed
from app.store.transaction import connection

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from app.domain.viewer import Viewer

# The limit in force of a stage that is `wanted`; the board joins it, too.
IN_FORCE: Final = "SELECT most FROM stage_limit WHERE stage = wanted.stage ORDER BY set_at DESC LIMIT 1"
_CURRENT: Final = """
    SELECT DISTINCT ON (stage) stage, most FROM stage_limit WHERE $1::text IS NOT NULL ORDER BY stage, set_at DESC"""
_RECENT: Final = """
    SELECT stage, most, staff.name AS set_by, set_at FROM stage_limit JOIN staff ON staff.id = set_by_id
    WHERE $1::text IS NOT NULL ORDER BY set_at DESC, stage_limit.id LIMIT $2"""
_INSERT: Final = f"""
    INSERT INTO stage_limit (id, stage, most, set_by_id, set_at)
    SELECT wanted.id, wanted.stage, wanted.most, $1, $5
    FROM unnest($2::uuid[], $3::text[], $4::integer[]) AS wanted (id, stage, most)
    WHERE wanted.most IS DISTINCT FROM ({IN_FORCE})"""


async def current_limits(viewer: Viewer) -> dict[Stage, int | None]:
    """Return the limit in force of each stage that ever had one."""
    rows = await connection().fetch(_CURRENT, viewer.id)
    return {Stage(row["stage"]): row["most"] for row in rows}


async def recent_limits(viewer: Viewer, limit: int = 20) -> list[StageLimit]:
    """Return the limits that were set last, the newest first."""
    rows = await connection().fetch(_RECENT, viewer.id, limit)
    return [StageLimit(Stage(row["stage"]), row["most"], row["set_by"], row["set_at"]) for row in rows]


async def insert_limits(viewer: Viewer, limits: Mapping[Stage, int | None], at: datetime) -> int:
    """Set those of the limits that are others by now; returns how many."""
    ids, stages = [uuid7() for _ in limits], [stage.value for stage in limits]
    return changed(await connection().execute(_INSERT, viewer.id, ids, stages, list(limits.values()), at))
