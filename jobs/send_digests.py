"""Send the daily e-mails."""

from typing import Any

from app.services import digests
from app.web.home.letter import write


async def send_digests(ctx: dict[str, Any]) -> None:
    """Owe what the morning brings somewhere, and send what is owed."""
    await digests.send_due(ctx["mail"], write)
