"""Saved views: named filters of the board, a person's own or everybody's."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from app.core.errors import NotFound
from app.core.ids import uuid7
from app.domain.board import SavedView, searches
from app.store.transaction import connection

if TYPE_CHECKING:
    from datetime import datetime

    from app.domain.viewer import Viewer


async def count_views(viewer: Viewer) -> int:
    """Return how many views the viewer has."""
    return int(
        await connection().fetchval("SELECT count(*) FROM saved_view WHERE owner_id = $1", viewer.id) or 0
    )


async def insert_view(viewer: Viewer, name: str, query: str, at: datetime) -> bool:
    """Keep a new view; says whether the name was free."""
    made = await connection().fetchval(
        "INSERT INTO saved_view (id, owner_id, name, query, created_at) VALUES ($1, $2, $3, $4, $5)"
        " ON CONFLICT (owner_id, name) DO NOTHING RETURNING id",
        uuid7(),
        viewer.id,
        name,
        query,
        at,
    )
    return made is not None


async def replace_view(viewer: Viewer, name: str, query: str) -> None:
    """Let the viewer's view of that name show another filter; one that may not be shared is theirs alone then."""
    await connection().execute(
        "UPDATE saved_view SET query = $3, shared = shared AND $4 WHERE owner_id = $1 AND name = $2",
        viewer.id,
        name,
        query,
        viewer.is_admin and not searches(query),
    )


async def lock_view(viewer: Viewer, view_id: UUID) -> SavedView:
    """Return one of the viewer's views locked until the transaction ends; raises NotFound."""
    row = await connection().fetchrow(
        "SELECT id, name, query, shared FROM saved_view WHERE owner_id = $1 AND id = $2 FOR UPDATE",
        viewer.id,
        view_id,
    )
    if row is None:
        raise NotFound
    return SavedView(**row)


async def set_shared(viewer: Viewer, view_id: UUID, *, shared: bool) -> None:
    """Let everybody see one of the viewer's views, or nobody else."""
    await connection().execute(
        "UPDATE saved_view SET shared = $3 WHERE owner_id = $1 AND id = $2", viewer.id, view_id, shared
    )


async def delete_view(viewer: Viewer, view_id: UUID) -> bool:
    """Delete a view and say whether it was everybody's; raises NotFound for one that is not the viewer's to delete."""
    shared: bool | None = await connection().fetchval(
        "DELETE FROM saved_view WHERE (owner_id = $1 OR shared AND $3) AND id = $2 RETURNING shared",
        viewer.id,
        view_id,
        viewer.is_admin,
    )
    if shared is None:
        raise NotFound
    return shared
