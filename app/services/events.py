"""Published events for consumers that catch up by themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from app.core.errors import Invalid, Problem
from app.domain.permissions import check_read_events
from app.domain.viewer import system
from app.services.handoff import envelope
from app.store import outbox
from app.store.transaction import reading

if TYPE_CHECKING:
    from uuid import UUID

    from app.contracts.events import OutgoingEvent
    from app.domain.identity import Client
    from app.domain.viewer import Viewer

VIEWER: Final = system("events")


async def read_events(
    caller: Viewer | Client, *, after: UUID | None, event_type: str, limit: int
) -> tuple[list[OutgoingEvent], UUID | None]:
    """Return the events behind `after`, and the id to go on from while there are more.

    Who begins at the beginning and goes on from the last id it has never misses one. Raises Invalid for an
    id that is not ours.
    """
    check_read_events(caller)
    async with reading(VIEWER):
        position = await outbox.position_of(VIEWER, after) if after else 0
        if position is None:
            raise Invalid([Problem("#query/after", "is not the id of an event")])
        found = await outbox.events_after(VIEWER, position, event_type, limit + 1)
    events = [envelope(each) for each in found[:limit]]
    return events, events[-1].id if len(found) > limit else None
