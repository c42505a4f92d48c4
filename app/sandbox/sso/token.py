"""The token endpoint: one small function a grant."""

from collections.abc import Callable
from typing import Any, Final

from litestar import Request, Response, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.status_codes import HTTP_200_OK

from app.core.errors import NotFound
from app.core.ids import uuid7
from app.sandbox.forms import fields_of
from app.sandbox.sso.clients import CMS_ID, Client, OAuthError, authenticate
from app.sandbox.sso.discovery import SANDBOX_GRANT
from app.sandbox.sso.people import CAST, User
from app.sandbox.sso.provider import Provider
from app.sandbox.sso.tokens import ACCESS_LIFETIME, SCRIPT_LIFETIME

NO_STORE: Final = {"Cache-Control": "no-store"}
SCRIPT_SCOPE: Final = "openid profile email"

Fields = dict[str, str]
Answer = dict[str, Any]


@post("/token", status_code=HTTP_200_OK)
async def issue_token(
    request: Request[Any, Any, State], provider: NamedDependency[Provider]
) -> Response[Answer]:
    """Exchange a grant for tokens (RFC 6749 §3.2)."""
    fields = await fields_of(request)
    client = authenticate(provider.clients, request.headers.get("authorization"), fields)
    grant = GRANTS.get(fields.get("grant_type", ""))
    if grant is None:
        raise OAuthError("unsupported_grant_type", "This grant_type is not offered")
    return Response(grant(provider, client, fields), headers=NO_STORE)


def _by_code(provider: Provider, client: Client, fields: Fields) -> Answer:
    code, verifier = fields.get("code", ""), fields.get("code_verifier", "")
    login = provider.logins.redeem(code, verifier, fields.get("redirect_uri", ""), client.client_id)
    user, sid = provider.directory.get(login.user_id), str(uuid7())
    answer = _tokens(provider, client, user, login.scope, sid)
    return answer | {"id_token": provider.tokens.id_token(user, client, sid, login.nonce)}


def _by_refresh_token(provider: Provider, client: Client, fields: Fields) -> Answer:
    kept = provider.logins.use_refresh_token(fields.get("refresh_token", ""), client.client_id)
    user, sid = provider.directory.get(kept["user_id"]), kept["sid"]
    if not user.active:
        provider.logins.end(sid)
        raise OAuthError("invalid_grant", "The account is closed")
    answer = _tokens(provider, client, user, kept["scope"], sid)
    return answer | {"id_token": provider.tokens.id_token(user, client, sid, None)}


def _tokens(provider: Provider, client: Client, user: User, scope: str, sid: str) -> Answer:
    refresh = provider.logins.new_refresh_token(user.user_id, client.client_id, scope, sid)
    access = provider.tokens.for_person(user, client, scope)
    return _bearer(access, ACCESS_LIFETIME, scope) | {"refresh_token": refresh}


def _by_client(provider: Provider, client: Client, fields: Fields) -> Answer:
    if fields.get("scope", client.scope) != client.scope:
        raise OAuthError("invalid_scope", f"This client may ask for {client.scope}")
    return _bearer(provider.tokens.for_machine(client), ACCESS_LIFETIME, client.scope)


def _by_name(provider: Provider, client: Client, fields: Fields) -> Answer:
    who = fields.get("who", "")
    if who == "cms":
        return _by_client(provider, provider.clients[CMS_ID], {})
    if client.redirect_uri is None:
        raise OAuthError("unauthorized_client", "This client cannot act for people")
    try:
        user = provider.directory.named(who)
    except NotFound:
        known = ", ".join((*CAST, "cms"))
        raise OAuthError("invalid_grant", f"who must be one of {known}, or a user id") from None
    access = provider.tokens.for_person(user, client, SCRIPT_SCOPE, SCRIPT_LIFETIME)
    return _bearer(access, SCRIPT_LIFETIME, SCRIPT_SCOPE)


def _bearer(access: str, lifetime: int, scope: str) -> Answer:
    return {"access_token": access, "token_type": "Bearer", "expires_in": lifetime, "scope": scope}


GRANTS: Final[dict[str, Callable[[Provider, Client, Fields], Answer]]] = {
    "authorization_code": _by_code,
    "refresh_token": _by_refresh_token,
    "client_credentials": _by_client,
    SANDBOX_GRANT: _by_name,
}
