"""Sign where every chain of the timeline ends, once a day."""

from typing import Any

from app.core.settings import settings
from app.services import anchor


async def anchor_timeline(ctx: dict[str, Any]) -> None:  # noqa: ARG001  arq passes it to every job
    """Anchor the timeline outside the database."""
    await anchor.anchor_if_due(settings().home)
