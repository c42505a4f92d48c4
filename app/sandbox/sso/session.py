"""The end of a login."""

from contextlib import suppress
from typing import Any
from urllib.parse import urlencode

import jwt
from litestar import Request, get
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.response import Redirect, Template

from app.sandbox.forms import query_of
from app.sandbox.sso.clients import OAuthError
from app.sandbox.sso.provider import Provider

SEE_OTHER = 303


@get("/end-session", sync_to_thread=False)
def end_session(
    request: Request[Any, Any, State], provider: NamedDependency[Provider]
) -> Template | Redirect:
    """End the login a hint names, and go back to the relying party (OIDC RP-Initiated Logout)."""
    params = query_of(request)
    with suppress(jwt.InvalidTokenError):
        claims = provider.key.subject_of(params.get("id_token_hint", ""), provider.issuer)
        provider.logins.end(claims["sid"])
    target = params.get("post_logout_redirect_uri")
    if target is None:
        return Template("goodbye.html.jinja2", context={})
    if not any(client.owns(target) for client in provider.clients.values()):
        raise OAuthError("invalid_request", "This post_logout_redirect_uri is not registered")
    state = urlencode({"state": params["state"]}) if "state" in params else ""
    return Redirect(f"{target}?{state}" if state else target, status_code=SEE_OTHER)
