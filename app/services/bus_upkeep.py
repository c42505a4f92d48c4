"""What nobody should have to think about: a bus that forgot is told again, and what everybody has read goes."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from app.core import clock
from app.core.log import logger
from app.domain.viewer import system
from app.gateways.event_bus import Undelivered
from app.store import outbox
from app.store.transaction import reading, transaction

if TYPE_CHECKING:
    from app.gateways.event_bus import Sink
    from app.gateways.sinks import Sinks

VIEWER: Final = system("jobs")
# A day less than a sink knows what it took: what is older cannot be told from what was lost.
LOOKED_AT: Final = timedelta(days=6)

log = logger("bus_upkeep")


async def republish_lost(sinks: Sinks) -> int:
    """Owe again what was handed over in the last six days and is there no more; returns how many events.

    They keep their ids, so a consumer that had them before knows them. A sink that does not answer is asked next time.
    """
    return sum([await _republish(sink) for sink in sinks.values()])


async def trim(sinks: Sinks) -> None:
    """Drop from each sink what is older than a week and was read by everybody."""
    for sink in sinks.values():
        try:
            dropped = await sink.trim()
        except Undelivered as error:
            log.warning("not_trimmed", sink=sink.name, error=str(error))
        else:
            log.info("trimmed", sink=sink.name, events=dropped)


async def _republish(sink: Sink) -> int:
    async with reading(VIEWER):
        taken = await outbox.handed_over(VIEWER, sink.name, clock.now() - LOOKED_AT)
    try:
        lost = await sink.lost(taken)
    except Undelivered:
        return 0
    if lost:
        log.error("events_lost", sink=sink.name, events=len(lost))
        async with transaction(VIEWER):
            await outbox.ask_again(VIEWER, lost, [sink.name], clock.now(), "as it was lost there")
    return len(lost)
