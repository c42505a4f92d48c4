"""Take in the leads of imports that admins started."""

from typing import Any

from app.services import import_leads as service


async def import_leads(ctx: dict[str, Any]) -> None:  # noqa: ARG001  arq passes it to every job
    """Go on with what is under way."""
    await service.advance()
