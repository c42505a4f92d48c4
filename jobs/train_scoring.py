"""Once a night: look how the scoring does, and learn from what has closed."""

from typing import Any

from app.services import learning


async def train_scoring(ctx: dict[str, Any]) -> None:  # noqa: ARG001  arq passes it to every job
    """Check the active version on newly closed leads, then learn the next one."""
    await learning.check_scoring()
    await learning.train_scoring()
