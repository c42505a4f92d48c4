"""Take the SSO's events from its stream: kept in the inbox first, acknowledged then."""

import asyncio
from typing import Final

from app.core.log import logger
from app.gateways.event_stream import StreamReader
from app.services import identity_events

GROUP: Final = "crm"
LONGEST_PAUSE: Final = 5.0

log = logger("sso_stream")


async def consume_sso_stream(reader: StreamReader) -> None:
    """Read for ever; an outage of Redis or of the database is waited out and nothing of it is lost."""
    pause = 0.2
    while True:
        try:
            entries = await reader.read()
            await identity_events.receive_entries(entries)
            await reader.acknowledge(entries)
            pause = 0.2
        except Exception as error:  # noqa: BLE001  whatever it is, the entries stay with the group
            log.warning("stream_waits", error=type(error).__name__, pause=pause)
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)
            reader.start_over()
