"""Keep, share and forget named filters of the board."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from app.core import clock
from app.core.errors import Conflict, NameTaken
from app.domain.audit import Act
from app.domain.permissions import check_administer, check_see_board
from app.domain.text import Checker
from app.store import audit, saved_views
from app.store.transaction import transaction

if TYPE_CHECKING:
    from uuid import UUID

    from app.domain.board import SavedView
    from app.domain.viewer import Viewer

MOST: Final = 30
LONGEST_NAME: Final = 40


async def save_view(viewer: Viewer, name: str, query: str, *, replace: bool = False) -> None:
    """Keep the board's `query` under a name of the viewer's; one of that name is kept unless it is to be replaced.

    Raises Invalid, NameTaken, and Conflict when there are too many.
    """
    check_see_board(viewer)
    checker = Checker()
    clean = checker.text("#/name", name, LONGEST_NAME, required=True)
    checker.require("#/query", "must narrow the board", ok=bool(query))
    checker.finish()
    async with transaction(viewer):
        if await saved_views.insert_view(viewer, clean, query, clock.now()):
            if await saved_views.count_views(viewer) > MOST:
                raise Conflict(f"You have {MOST} views already; delete one first")
        elif replace:
            await saved_views.replace_view(viewer, clean, query)
        else:
            raise NameTaken


async def share_view(viewer: Viewer, view_id: UUID, *, shared: bool) -> SavedView:
    """Let everybody see one of an admin's views, or nobody else, and return it.

    Raises Forbidden, NotFound, and Conflict for a view that searches for somebody.
    """
    check_administer(viewer)
    async with transaction(viewer):
        view = await saved_views.lock_view(viewer, view_id)
        if shared and not view.can_be_shared:
            raise Conflict("A view that searches for somebody is not for everybody")
        await saved_views.set_shared(viewer, view_id, shared=shared)
        if shared != view.shared:
            await audit.append(viewer, Act("view_shared" if shared else "view_unshared"))
    return view


async def delete_view(viewer: Viewer, view_id: UUID) -> None:
    """Forget one of the viewer's views, or as an admin one that is everybody's; raises NotFound."""
    check_see_board(viewer)
    async with transaction(viewer):
        if await saved_views.delete_view(viewer, view_id):
            await audit.append(viewer, Act("view_unshared"))
