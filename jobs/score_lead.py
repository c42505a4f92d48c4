"""Score one lead, soon after something about it changed."""

from typing import Any
from uuid import UUID

from app.services import scoring


async def score_lead(ctx: dict[str, Any], lead_id: str) -> None:  # noqa: ARG001  arq passes ctx to every job
    """Score the lead if a score is owed."""
    await scoring.score_lead(UUID(lead_id))
