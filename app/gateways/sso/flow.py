"""Authorization code with PKCE: the address to send people to, and codes and refresh tokens for tokens."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote_plus, urlencode

from app.gateways.sso.http import SsoDown, post_form

if TYPE_CHECKING:
    from app.gateways.sso.provider import Provider


@dataclass(frozen=True, slots=True)
class Registration:
    """How this CRM is registered at the SSO."""

    client_id: str
    client_secret: str | None
    redirect_uri: str
    scope: str


@dataclass(frozen=True, slots=True)
class Tokens:
    """What the token endpoint gave; a refresh need not bring a new ID token."""

    access_token: str
    id_token: str | None
    refresh_token: str | None


def authorize_url(provider: Provider, client: Registration, login: tuple[str, str, str]) -> str:
    """Return where the browser goes to sign in; `login` is state, nonce and PKCE verifier."""
    state, nonce, verifier = login
    digest = hashlib.sha256(verifier.encode()).digest()
    query = urlencode(
        {
            "response_type": "code",
            "client_id": client.client_id,
            "redirect_uri": client.redirect_uri,
            "scope": client.scope,
            "state": state,
            "nonce": nonce,
            "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        }
    )
    separator = "&" if "?" in provider.authorization_endpoint else "?"
    return f"{provider.authorization_endpoint}{separator}{query}"


async def exchange_code(provider: Provider, client: Registration, code: str, verifier: str) -> Tokens:
    """Turn the code of a login into tokens; raises SsoRefused for a code that is not ours or used."""
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": client.redirect_uri,
        "code_verifier": verifier,
    }
    return await _ask(provider, client, form)


async def refresh(provider: Provider, client: Registration, refresh_token: str) -> Tokens:
    """Turn a refresh token into new tokens; raises SsoRefused when the SSO's session is over."""
    return await _ask(provider, client, {"grant_type": "refresh_token", "refresh_token": refresh_token})


async def client_token(provider: Provider, client: Registration) -> str:
    """Return an access token of the CRM itself."""
    return (await _ask(provider, client, {"grant_type": "client_credentials"})).access_token


async def _ask(provider: Provider, client: Registration, form: dict[str, str]) -> Tokens:
    auth: tuple[str, str] | None = None
    if client.client_secret is None:
        form = {**form, "client_id": client.client_id}
    elif provider.wants_secret_in_form:
        form = {**form, "client_id": client.client_id, "client_secret": client.client_secret}
    else:
        # RFC 6749 2.3.1: both are form-encoded before they become user and password.
        auth = (quote_plus(client.client_id), quote_plus(client.client_secret))
    return _read(await post_form(provider.token_endpoint, form, auth))


def _read(answer: dict[str, Any]) -> Tokens:
    def text(name: str) -> str | None:  # tokens are printable ASCII (RFC 6749, A.12)
        value = answer.get(name)
        return value if isinstance(value, str) and value and value.isascii() and value.isprintable() else None

    access = text("access_token")
    if access is None:
        raise SsoDown("The sign-in service's answer has no access_token")
    return Tokens(access, text("id_token"), text("refresh_token"))
