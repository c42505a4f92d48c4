"""How often a client may capture."""

from __future__ import annotations

from app.core.errors import TooMany
from app.gateways.rate_limit import seconds_to_wait


async def check_capture_rate(client: str) -> None:
    """Count a capture of this client; raises TooMany, with the seconds to wait, when it is over its rate."""
    seconds = await seconds_to_wait(client)
    if seconds:
        error = TooMany("More forms than this client may send; please send this one again later")
        error.retry_after = seconds
        raise error
