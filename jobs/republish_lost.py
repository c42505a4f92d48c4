"""Publish again what the company's bus lost."""

from typing import Any

from app.services import bus_upkeep


async def republish_lost(ctx: dict[str, Any]) -> None:
    """Compare what was handed over with what is there; the relay publishes what is owed again."""
    await bus_upkeep.republish_lost(ctx["sinks"])
