"""Deliveries, inbox and imports are an admin's and an operator's, whoever asks from wherever."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING
from uuid import UUID

import pytest

from app.core.errors import Forbidden, NotFound
from app.domain.handoff import EventFilter
from app.domain.viewer import Viewer, system
from app.services import deliveries, identity_events, import_leads

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from tests.cast import Cast

pytestmark = pytest.mark.usefixtures("pool")
NONE = UUID(int=0)
ACTS: dict[str, Callable[[Viewer], Awaitable[object]]] = {
    "the inbox": lambda viewer: identity_events.list_inbox(viewer, None),
    "its counts": identity_events.count_inbox,
    "conflicts": identity_events.list_conflicts,
    "an event taken up again": identity_events.replay,
    "the outbox": lambda viewer: deliveries.list_events(viewer, unsent=False),
    "an event published again": lambda viewer: deliveries.replay(viewer, {}, event_id=NONE),
    "deliveries": lambda viewer: deliveries.list_deliveries(viewer, EventFilter(), limit=1, after=None),
    "a delivery": lambda viewer: deliveries.read_delivery(viewer, NONE),
    "imports": import_leads.list_imports,
}


@pytest.mark.parametrize("name", ACTS)
async def test_only_admins_and_operators_look_after_what_comes_and_goes(cast: Cast, name: str) -> None:
    for viewer in (cast.rita, cast.sam):
        with pytest.raises(Forbidden):
            await ACTS[name](viewer)
    for viewer in (cast.ada, system("operator")):
        with contextlib.suppress(NotFound):
            await ACTS[name](viewer)
