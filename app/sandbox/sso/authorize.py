"""The login page: an authorization code for whoever the visitor says they are."""

from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from litestar import Request, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.response import Redirect, Template

from app.core import clock
from app.core.errors import Forbidden
from app.sandbox.forms import fields_of, query_of
from app.sandbox.sso.clients import Client, OAuthError
from app.sandbox.sso.logins import CODE_LIFETIME, Login
from app.sandbox.sso.people import CAST, JOBS
from app.sandbox.sso.provider import Provider

CHALLENGE_LENGTH: Final = 43
SEE_OTHER: Final = 303


@dataclass(frozen=True, slots=True)
class Asked:
    """What the relying party wants, and where the answer goes."""

    client: Client
    redirect_uri: str
    state: str | None
    params: dict[str, str]

    def answer(self, issuer: str, **outcome: str) -> Redirect:
        """Send the visitor back to the relying party with the outcome."""
        fields = outcome | {"iss": issuer} | ({"state": self.state} if self.state else {})
        return Redirect(f"{self.redirect_uri}?{urlencode(fields)}", status_code=SEE_OTHER)


@get("/authorize", sync_to_thread=False)
def ask_who(request: Request[Any, Any, State], provider: NamedDependency[Provider]) -> Template | Redirect:
    """Show the "Who are you?" page, or send a refusal back."""
    asked = _read(query_of(request), provider)
    if wrong := _refusal(asked):
        return asked.answer(provider.issuer, error=wrong[0], error_description=wrong[1])
    people = [(who, user, JOBS[user.roles[0]]) for who, user in _colleagues(provider).items()]
    customers = [user for user in provider.directory.users() if not user.roles and user.active]
    context = {"params": asked.params, "people": people, "customers": customers}
    return Template("who.html.jinja2", context=context)


@post("/authorize")
async def sign_in(request: Request[Any, Any, State], provider: NamedDependency[Provider]) -> Redirect:
    """Send the visitor back with a code for the account they chose."""
    fields = await fields_of(request)
    asked = _read(fields, provider)
    if wrong := _refusal(asked):
        return asked.answer(provider.issuer, error=wrong[0], error_description=wrong[1])
    user = provider.directory.named(fields.get("who", ""))
    if not user.active:
        raise Forbidden(f"The account of {user.name} is closed")
    login = Login(
        user_id=user.user_id,
        client_id=asked.client.client_id,
        redirect_uri=asked.redirect_uri,
        scope=asked.params["scope"],
        nonce=asked.params.get("nonce"),
        code_challenge=asked.params["code_challenge"],
        expires_at=clock.now().timestamp() + CODE_LIFETIME,
    )
    return asked.answer(provider.issuer, code=provider.logins.new_code(login))


def _read(params: dict[str, str], provider: Provider) -> Asked:
    client = provider.clients.get(params.get("client_id", ""))
    redirect_uri = params.get("redirect_uri", "")
    if client is None or not redirect_uri or redirect_uri != client.redirect_uri:
        # Never redirect to an address nobody registered.
        raise OAuthError("invalid_request", "This client or its redirect_uri is not registered")
    return Asked(client, redirect_uri, params.get("state"), params)


def _refusal(asked: Asked) -> tuple[str, str] | None:
    params = asked.params
    if params.get("response_type") != "code":
        return "unsupported_response_type", "Only response_type=code is offered"
    if "openid" not in params.get("scope", "").split():
        return "invalid_scope", "The scope must contain openid"
    if params.get("code_challenge_method") != "S256":
        return "invalid_request", "PKCE with code_challenge_method=S256 is required"
    if len(params.get("code_challenge", "")) != CHALLENGE_LENGTH:
        return "invalid_request", "The code_challenge must be 43 characters"
    if params.get("prompt") == "none":
        return "login_required", "The sandbox always asks who you are"
    return None


def _colleagues(provider: Provider) -> dict[str, Any]:
    return {who: provider.directory.named(who) for who in CAST}
