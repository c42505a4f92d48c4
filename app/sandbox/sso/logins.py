"""Logins under way and logins that last: authorization codes and refresh tokens."""

from __future__ import annotations

import base64
import secrets
from dataclasses import dataclass
from hashlib import sha256
from hmac import compare_digest
from typing import TYPE_CHECKING, Any, Final

from app.core import clock
from app.sandbox.sso.clients import OAuthError

if TYPE_CHECKING:
    from app.sandbox.sso.directory import Directory

CODE_LIFETIME: Final = 60
REFRESH_LIFETIME: Final = 12 * 60 * 60
# Two answers may cross on their way: a just replaced token still works, a long replaced one is theft.
GRACE: Final = 30


@dataclass(frozen=True, slots=True)
class Login:
    """What a code stands for, until it is exchanged."""

    user_id: str
    client_id: str
    redirect_uri: str
    scope: str
    nonce: str | None
    code_challenge: str
    expires_at: float


class Logins:
    """Hands out each code once, and rotates refresh tokens."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory
        self._codes: dict[str, Login] = {}

    def new_code(self, login: Login) -> str:
        """Return a one-time code for the login."""
        moment = clock.now().timestamp()
        self._codes = {code: old for code, old in self._codes.items() if old.expires_at > moment}
        code = secrets.token_urlsafe(32)
        self._codes[code] = login
        return code

    def redeem(self, code: str, verifier: str, redirect_uri: str, client_id: str) -> Login:
        """Return the login a code stands for, once; raises OAuthError."""
        login = self._codes.pop(code, None)
        if login is None or login.expires_at <= clock.now().timestamp():
            raise OAuthError("invalid_grant", "The code is unknown, used or too old")
        digest = sha256(verifier.encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if not compare_digest(challenge, login.code_challenge):
            raise OAuthError("invalid_grant", "The code_verifier does not fit the code_challenge")
        if (login.redirect_uri, login.client_id) != (redirect_uri, client_id):
            raise OAuthError("invalid_grant", "The code was made for another client or redirect_uri")
        return login

    def new_refresh_token(self, user_id: str, client_id: str, scope: str, sid: str) -> str:
        """Return a refresh token that keeps the login `sid` alive."""
        token = secrets.token_urlsafe(32)
        moment = clock.now().timestamp()
        tokens = self._directory.refresh_tokens
        for old in [key for key, kept in tokens.items() if kept["expires_at"] <= moment]:
            del tokens[old]
        tokens[_hashed(token)] = {
            "user_id": user_id,
            "client_id": client_id,
            "scope": scope,
            "sid": sid,
            "expires_at": moment + REFRESH_LIFETIME,
        }
        self._directory.save()
        return token

    def use_refresh_token(self, token: str, client_id: str) -> dict[str, Any]:
        """Return the login of a refresh token and retire the token; raises OAuthError."""
        kept = self._directory.refresh_tokens.get(_hashed(token))
        moment = clock.now().timestamp()
        if kept is None or kept["client_id"] != client_id or kept["expires_at"] <= moment:
            raise OAuthError("invalid_grant", "The refresh token is unknown or too old")
        if moment - kept.setdefault("used_at", moment) > GRACE:
            self.end(kept["sid"])
            raise OAuthError("invalid_grant", "The refresh token was used before; the login is over")
        return kept

    def end(self, sid: str) -> None:
        """Forget every refresh token of a login."""
        tokens = self._directory.refresh_tokens
        for old in [key for key, kept in tokens.items() if kept["sid"] == sid]:
            del tokens[old]
        self._directory.save()


def _hashed(token: str) -> str:
    return sha256(token.encode()).hexdigest()
