"""The programs that may ask the SSO for tokens, and how they prove who they are."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from hmac import compare_digest
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote_plus, urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.core.settings import Settings

CMS_ID: Final = "slyyfoxx-cms"
UNAUTHORIZED: Final = 401


class OAuthError(Exception):
    """A refusal as RFC 6749 §5.2 words it."""

    def __init__(self, code: str, description: str, status: int = 400) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.status = status


@dataclass(frozen=True, slots=True)
class Client:
    """One registered program."""

    client_id: str
    secret: str
    scope: str
    audience: str
    redirect_uri: str | None = None

    def owns(self, url: str) -> bool:
        """Answer whether the URL is on this client's own site, where a logout may end."""
        mine, other = urlsplit(self.redirect_uri or ""), urlsplit(url)
        return bool(mine.netloc) and (mine.scheme, mine.netloc) == (other.scheme, other.netloc)


def registered_clients(config: Settings, issuer: str, secret: str) -> dict[str, Client]:
    """Return the CRM and the CMS; in the sandbox both prove themselves by the one shared secret."""
    callback = f"{config.public_url}/auth/callback"
    crm = Client(config.sso_client_id, secret, "users:read", issuer, callback)
    cms = Client(CMS_ID, secret, "leads:capture", config.sso_audience)
    return {client.client_id: client for client in (crm, cms)}


def authenticate(clients: Mapping[str, Client], header: str | None, form: Mapping[str, str]) -> Client:
    """Return the client named in a Basic header or in the form; raises OAuthError when unproven."""
    client_id, secret = _basic(header) or (form.get("client_id", ""), form.get("client_secret", ""))
    client = clients.get(client_id)
    if client is None or not compare_digest(client.secret.encode(), secret.encode()):
        message = "The client is unknown or its secret is wrong"
        raise OAuthError("invalid_client", message, UNAUTHORIZED)
    return client


def _basic(header: str | None) -> tuple[str, str] | None:
    scheme, _, encoded = (header or "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        decoded = base64.b64decode(encoded, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    client_id, _, secret = decoded.partition(":")
    return unquote_plus(client_id), unquote_plus(secret)
