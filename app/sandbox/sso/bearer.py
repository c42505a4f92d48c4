"""Reads the bearer tokens that the SSO's own resources accept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import jwt

from app.core.errors import Unauthenticated

if TYPE_CHECKING:
    from litestar import Request
    from litestar.datastructures import State

    from app.sandbox.sso.provider import Provider


def bearer_claims(request: Request[Any, Any, State], provider: Provider, audience: str) -> dict[str, Any]:
    """Return the claims of the request's token; raises Unauthenticated."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        raise Unauthenticated
    try:
        return provider.key.verify(token, provider.issuer, audience)
    except jwt.InvalidTokenError as error:
        raise Unauthenticated from error
