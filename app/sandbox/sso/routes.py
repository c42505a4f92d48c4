"""The SSO's addresses, all below `/sso`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from litestar import Request, Response, Router
from litestar.di import Provide

from app.sandbox.sso import accounts, authorize, discovery, session, token, users
from app.sandbox.sso.clients import UNAUTHORIZED, OAuthError

if TYPE_CHECKING:
    from typing import Any

    from litestar.datastructures import State

    from app.sandbox.sso.provider import Provider


def sso_router(provider: Provider) -> Router:
    """Return the routes that serve `provider`."""
    return Router(
        "/sso",
        route_handlers=[
            discovery.show_metadata,
            discovery.show_keys,
            discovery.show_userinfo,
            authorize.ask_who,
            authorize.sign_in,
            token.issue_token,
            session.end_session,
            users.list_users,
            users.show_user,
            users.register_user,
            users.change_user,
            accounts.show_accounts,
            accounts.register_account,
            accounts.change_email,
            accounts.change_active,
        ],
        dependencies={"provider": Provide(lambda: provider, sync_to_thread=False)},
        exception_handlers={OAuthError: refuse},
    )


def refuse(_: Request[Any, Any, State], error: OAuthError) -> Response[dict[str, str]]:
    """Answer an OAuth refusal in RFC 6749's words."""
    headers = {"Cache-Control": "no-store"}
    if error.status == UNAUTHORIZED:
        headers["WWW-Authenticate"] = 'Basic realm="sso"'
    body = {"error": error.code, "error_description": error.description}
    return Response(body, status_code=error.status, headers=headers)
