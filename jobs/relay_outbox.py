"""Hand owed events to the company's bus."""

from typing import Any

from app.services import handoff


async def relay_outbox(ctx: dict[str, Any]) -> None:
    """Publish what the outbox owes the bus, which is the first sink."""
    await handoff.publish_due(ctx["sinks"], next(iter(ctx["sinks"])))
