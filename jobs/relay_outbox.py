"""Hand owed events to the stream."""

from typing import Any

from app.services import handoff


async def relay_outbox(ctx: dict[str, Any]) -> None:
    """Publish what the outbox owes the company's bus."""
    await handoff.publish_due(ctx["sinks"], "stream")
