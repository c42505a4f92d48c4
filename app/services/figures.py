"""Measure whether everything flows, for alarms and for the page about deliveries."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from app.contracts.events import OUR_STREAM, SSO_STREAM
from app.core import clock
from app.core.settings import settings
from app.domain.figures import Figures, Owed
from app.domain.handoff import PausedSink
from app.domain.viewer import system
from app.gateways.flow import look_at_flow
from app.gateways.sinks import sink_names
from app.store import deliveries, figures
from app.store.failures import known_failure
from app.store.transaction import reading

VIEWER: Final = system("metrics")
STUCK_AFTER: Final = timedelta(hours=1)


async def measure() -> Figures:
    """Return the figures of this moment; what is down has none, and is not an error."""
    here = settings()
    flow = await look_at_flow(here.redis_url, (OUR_STREAM, SSO_STREAM)) if here.redis_url else None
    try:
        owed, waiting, paused = await _count(sink_names(here))
    except Exception as error:
        if known_failure(error) is None:
            raise
        owed, waiting, paused = None, dict[str, int](), dict[str, PausedSink]()
    return Figures(owed, flow, waiting, paused)


async def _count(sinks: list[str]) -> tuple[Owed, dict[str, int], dict[str, PausedSink]]:
    now = clock.now()
    async with reading(VIEWER):
        owed = await figures.count_owed(VIEWER, now, now - STUCK_AFTER)
        waiting = await deliveries.count_waiting(VIEWER, sinks)
        paused = {sink.name: sink for sink in await deliveries.paused_sinks(VIEWER)}
    return owed, waiting, paused
