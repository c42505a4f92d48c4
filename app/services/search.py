"""Find a person among those the viewer may see."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from app.domain.search import SHORTEST
from app.store import search
from app.store.transaction import reading

if TYPE_CHECKING:
    from app.domain.search import Hit
    from app.domain.viewer import Viewer

MOST: Final = 20


async def find_people(viewer: Viewer, q: str) -> tuple[Hit, ...]:
    """Return the best matches by name, company, e-mail or phone, typing errors forgiven; none for a single letter."""
    if len(q) < SHORTEST:
        return ()
    async with reading(viewer):
        return await search.find(viewer, q, MOST)
