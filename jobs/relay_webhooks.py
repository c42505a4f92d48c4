"""Hand owed events to the webhook, where one is configured."""

from typing import Any

from app.services import handoff


async def relay_webhooks(ctx: dict[str, Any]) -> None:
    """Publish what the outbox owes the receiver."""
    if "webhook" in ctx["sinks"]:
        await handoff.publish_due(ctx["sinks"], "webhook")
