"""Move the leads of reassignments that admins asked for."""

from typing import Any

from app.services import reassign


async def reassign_leads(ctx: dict[str, Any]) -> None:  # noqa: ARG001  arq passes it to every job
    """Move what is planned."""
    await reassign.move_due()
