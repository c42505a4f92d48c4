"""How the active version of the scoring did, night by night."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from app.core.ids import uuid7
from app.domain.scoring.versions import Check
from app.store.rows import to_json
from app.store.transaction import connection

if TYPE_CHECKING:
    from app.domain.viewer import Viewer

RECENT: Final = 12


async def insert_check(_viewer: Viewer, check: Check) -> None:
    """Keep what was found."""
    await connection().execute(
        "INSERT INTO score_check (id, at, version, metrics, warnings) VALUES ($1, $2, $3, $4, $5)",
        uuid7(),
        check.at,
        check.version,
        to_json(check.metrics),
        to_json(check.warnings),
    )


async def recent_checks(viewer: Viewer) -> list[Check]:
    """Return the newest checks."""
    rows = await connection().fetch(
        "SELECT at, version, metrics, warnings FROM score_check WHERE $1::text IS NOT NULL"
        f" ORDER BY at DESC LIMIT {RECENT}",
        viewer.id,
    )
    return [
        Check(
            row["at"],
            row["version"],
            msgspec.json.decode(row["metrics"]),
            msgspec.json.decode(row["warnings"], type=tuple[str, ...]),
        )
        for row in rows
    ]
