"""Take erased people out of the streams."""

from typing import Any

from app.services import erasure


async def clear_erased(ctx: dict[str, Any]) -> None:  # noqa: ARG001  arq passes it to every job
    """Clear what the tables say is erased and the streams may still hold."""
    await erasure.clear_erased()
