"""Compare our accounts with the SSO's user list."""

from typing import Any

from app.services import reconcile


async def reconcile_users(ctx: dict[str, Any]) -> None:  # noqa: ARG001  arq passes it to every job
    """Go on with the walk that is owed."""
    await reconcile.walk_due()


async def owe_reconcile(ctx: dict[str, Any]) -> None:  # noqa: ARG001  arq passes it to every job
    """Owe tonight's walk."""
    await reconcile.owe_nightly()
