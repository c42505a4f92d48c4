"""What the SSO signs: access tokens for the company's services, ID tokens for a login."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from app.core import clock
from app.core.ids import uuid7

if TYPE_CHECKING:
    from app.sandbox.sso.clients import Client
    from app.sandbox.sso.keys import SigningKey
    from app.sandbox.sso.people import User

MINUTE: Final = 60
ACCESS_LIFETIME: Final = 15 * MINUTE
SCRIPT_LIFETIME: Final = 60 * MINUTE


class TokenIssuer:
    """Makes tokens in the SSO's name."""

    def __init__(self, key: SigningKey, issuer: str, audience: str) -> None:
        self._key = key
        self.issuer = issuer
        self.audience = audience

    def for_person(self, user: User, client: Client, scope: str, lifetime: int = ACCESS_LIFETIME) -> str:
        """Return an access token with which `client` acts for `user`."""
        claims = self._claims(user.user_id, self.audience, lifetime) | {
            "client_id": client.client_id,
            "azp": client.client_id,
            "scope": scope,
            "roles": user.roles,
            "name": user.name,
            "email": user.email,
        }
        if user.sales_rep_id:
            claims["sales_rep_id"] = user.sales_rep_id
        return self._key.sign(claims, "at+jwt")

    def for_machine(self, client: Client) -> str:
        """Return an access token with which `client` acts for itself."""
        claims = self._claims(client.client_id, client.audience, ACCESS_LIFETIME) | {
            "client_id": client.client_id,
            "azp": client.client_id,
            "scope": client.scope,
        }
        return self._key.sign(claims, "at+jwt")

    def id_token(self, user: User, client: Client, sid: str, nonce: str | None) -> str:
        """Return the proof of a login for `client`."""
        claims = self._claims(user.user_id, client.client_id, ACCESS_LIFETIME) | {
            "azp": client.client_id,
            "sid": sid,
            "name": user.name,
            "email": user.email,
            "email_verified": True,
        }
        if nonce:
            claims["nonce"] = nonce
        return self._key.sign(claims, "JWT")

    def _claims(self, subject: str, audience: str, lifetime: int) -> dict[str, Any]:
        issued_at = int(clock.now().timestamp())
        return {
            "iss": self.issuer,
            "sub": subject,
            "aud": audience,
            "iat": issued_at,
            "exp": issued_at + lifetime,
            "jti": str(uuid7()),
        }
