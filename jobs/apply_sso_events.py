"""Bring the CRM in step with the SSO."""

from typing import Any

from app.services import identity_events


async def apply_sso_events(ctx: dict[str, Any]) -> None:  # noqa: ARG001  arq passes it to every job
    """Apply what the inbox holds."""
    await identity_events.apply_due()
