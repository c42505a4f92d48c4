"""Signature, issuer, audience and times of a token. What its claims mean is app/domain/identity.py's."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import jwt

from app.core.errors import Unauthenticated
from app.core.remembered import Remembered

if TYPE_CHECKING:
    from app.gateways.sso.keys import KeyCache, SigningKey

LONGEST_TOKEN: Final = 8192
LONGEST_KID: Final = 255
LEEWAY_SECONDS: Final = 30
KNOWN_SECONDS: Final = 30
REQUIRED: Final = ("exp", "iat", "iss", "sub")
UNREADABLE: Final = (jwt.PyJWTError, ValueError, TypeError, KeyError, OverflowError, RecursionError)


@dataclass(frozen=True, slots=True)
class Verified:
    """A token whose signature and standard claims hold."""

    header: dict[str, Any]
    claims: dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Known:
    key: SigningKey
    verified: Verified
    ends_at: float


_Asked = tuple[str, tuple[str | None, tuple[str, ...]]]


class Verifier:
    """Checks tokens of one issuer. The key comes from its JWKS only: `jku`, `x5u` and `jwk` are ignored."""

    def __init__(self, issuer: str, keys: KeyCache) -> None:
        self._issuer = issuer
        self._keys = keys
        self._known = Remembered[_Asked, _Known](KNOWN_SECONDS)

    async def verify(
        self, token: str, audience: str | None, required: tuple[str, ...] = REQUIRED
    ) -> Verified:
        """Return the verified token; raises Unauthenticated. Without an audience none is checked."""
        known = self._known.get((token, (audience, required)))
        header = known.verified.header if known else _header(token)
        kid = header.get("kid")
        if not isinstance(kid, str) or len(kid) > LONGEST_KID:
            raise _refused()
        return self._verified(token, header, await self._keys.find(kid), (audience, required))

    async def verify_from_sso(self, token: str, audience: str) -> Verified:
        """Verify a token the SSO itself gave us: where it has a single key, it need not say which (OIDC Core 10.1)."""
        header = _header(token)
        if "kid" in header:
            return await self.verify(token, audience)
        try:
            return self._verified(token, header, await self._keys.sole(), (audience, REQUIRED))
        except Unauthenticated:
            return self._verified(token, header, await self._keys.sole(again=True), (audience, REQUIRED))

    def _verified(
        self,
        token: str,
        header: dict[str, Any],
        key: SigningKey | None,
        wanted: tuple[str | None, tuple[str, ...]],
    ) -> Verified:
        if key is None or header.get("alg") not in key.algorithms:
            raise _refused()
        known = self._known.get((token, wanted))
        if known is not None and known.key is key and time.time() < known.ends_at:
            return known.verified
        verified = Verified(header, self._claims(token, key, *wanted))
        self._remember((token, wanted), key, verified)
        return verified

    def _remember(self, asked: _Asked, key: SigningKey, verified: Verified) -> None:
        """Keep what a machine shows with each request, for as long as its key and its time hold."""
        expires = verified.claims.get("exp")
        if isinstance(expires, int | float):
            self._known.keep(asked, _Known(key, verified, expires + LEEWAY_SECONDS))

    def _claims(
        self, token: str, key: SigningKey, audience: str | None, required: tuple[str, ...]
    ) -> dict[str, Any]:
        try:
            return jwt.decode(
                token,
                key.key,
                algorithms=list(key.algorithms),
                issuer=self._issuer,
                audience=audience,
                leeway=LEEWAY_SECONDS,
                options={
                    "require": [*required, *(["aud"] if audience else [])],
                    "verify_aud": audience is not None,
                },
            )
        except UNREADABLE as error:
            raise _refused() from error


def _header(token: str) -> dict[str, Any]:
    if not 0 < len(token) <= LONGEST_TOKEN:
        raise _refused()
    try:
        header = jwt.get_unverified_header(token)
    except UNREADABLE as error:
        raise _refused() from error
    if "crit" in header:
        raise _refused()
    return header


def _refused() -> Unauthenticated:
    return Unauthenticated("The token is not valid here")
