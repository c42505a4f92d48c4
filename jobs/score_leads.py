"""Score the leads about which something changed a moment ago."""

from typing import Any

from app.services import scoring


async def score_leads(ctx: dict[str, Any]) -> None:  # noqa: ARG001  arq passes it to every job
    """Score them; what else is due is left to the sweep."""
    await scoring.score_news()
