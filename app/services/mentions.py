"""Tell colleagues that they were named in what somebody logged, and let them find it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from app.core import clock
from app.core.errors import NotFound
from app.domain.mentions import MENTIONS, TEXTS, handles_in
from app.services.login import remembered_sessions
from app.store import mentions
from app.store.transaction import reading, transaction

if TYPE_CHECKING:
    from uuid import UUID

    from app.domain.mentions import Colleague, Mention, MentionPage
    from app.domain.timeline import NewEntry
    from app.domain.viewer import Viewer

MOST_OFFERED: Final = 8


async def name_mentioned(viewer: Viewer, entry: NewEntry) -> tuple[NewEntry, tuple[Colleague, ...]]:
    """Return the entry as it says whom it names, and who that is; asks nothing about one without an @.

    It runs in the caller's transaction, which then writes `mentions.written_with` beside the entry.
    """
    handles = handles_in(*(str(entry.text.get(name, "")) for name in TEXTS))
    named = await mentions.find_named(viewer, handles) if handles else ()
    if not named:
        return entry, ()
    meant = {colleague.handle: colleague.id for colleague in named}
    return replace(entry, text=entry.text | {MENTIONS: meant}), named


async def offer_colleagues(
    viewer: Viewer, words: str, lead_id: UUID | None
) -> tuple[tuple[Colleague, bool], ...]:
    """Return whom an @ and these letters may become, and whether they can see what is written about the lead."""
    async with reading(viewer):
        owner = await mentions.owner_of(viewer, lead_id) if lead_id else None
        found = await mentions.find_offered(viewer, words, MOST_OFFERED)
    return tuple((colleague, colleague.can_see_lead_of(owner)) for colleague in found)


async def read_mentions(viewer: Viewer, *, limit: int, cursor: str | None) -> MentionPage:
    """Return a page of the viewer's mentions; of a record they cannot see, no more than who and when."""
    async with reading(viewer):
        return await mentions.read_mentions(viewer, limit=limit, cursor=cursor)


async def mark_mention(viewer: Viewer, activity_id: UUID, *, is_read: bool) -> tuple[Mention, int]:
    """Note that one of the viewer's mentions was read, or is not; return it, and how many are unread now.

    Raises NotFound.
    """
    async with transaction(viewer):
        await mentions.set_read(viewer, activity_id, clock.now() if is_read else None)
        marked = await mentions.read_mention(viewer, activity_id)
        unread = await mentions.count_unread(viewer)
    remembered_sessions.forget()
    return marked, unread


async def open_mention(viewer: Viewer, activity_id: UUID) -> Mention:
    """Return one of the viewer's mentions, which is read with that; raises NotFound where they may not look."""
    async with transaction(viewer):
        mention = await mentions.read_mention(viewer, activity_id)
        if mention.place is None:
            raise NotFound
        await mentions.set_read(viewer, activity_id, clock.now())
    remembered_sessions.forget()
    return mention


async def mark_all_mentions(viewer: Viewer) -> None:
    """Note that the viewer has read all their mentions."""
    async with transaction(viewer):
        await mentions.set_read(viewer, None, clock.now())
    remembered_sessions.forget()
