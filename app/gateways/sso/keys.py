"""The SSO's signing keys, cached so that neither its slowness nor its absence is felt by requests.

PyJWKClient is not used: it blocks the event loop, refuses a fresh key for 30 seconds, and forgets known
keys as soon as the SSO is away (docs/adr/0021).
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any, Final, cast

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from jwt import PyJWK, PyJWTError

from app.core.log import logger
from app.gateways.sso.http import SsoDown

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

FRESH_SECONDS: Final = 300
STALE_SECONDS: Final = 24 * 3600
PAUSE_SECONDS: Final = 10
SHORTEST_RSA_KEY: Final = 2048
ALGORITHMS: Final = {"RSA": ("RS256", "PS256"), "EC": ("ES256",), "OKP": ("EdDSA",)}

log = logger("sso")


class SigningKey:
    """One public key and the algorithms it may be used with: its own, or those of its kind."""

    def __init__(self, jwk: dict[str, Any]) -> None:
        allowed = ALGORITHMS[jwk["kty"]]
        self.algorithms = tuple(a for a in allowed if jwk.get("alg", a) == a)
        self.key = PyJWK(jwk, algorithm=self.algorithms[0]).key
        if isinstance(self.key, RSAPublicKey) and self.key.key_size < SHORTEST_RSA_KEY:
            raise ValueError("an RSA key must have at least 2048 bits")


class KeyCache:
    """Keys by `kid`. One fetch at a time; a known key never waits for it and outlives the SSO by a day."""

    def __init__(
        self, load: Callable[[], Awaitable[dict[str, Any]]], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._load = load
        self._clock = clock
        self._keys: dict[str, SigningKey] = {}
        self._loaded_at = self._asked_at = float("-inf")
        self._fetch: asyncio.Task[None] | None = None

    async def find(self, kid: str) -> SigningKey | None:
        """Return the key, asking the SSO for an unknown one at most every ten seconds."""
        key = self._keys.get(kid)
        if key is None or self._age() > STALE_SECONDS:
            await self._ask()
            return self._keys.get(kid)
        if self._age() > FRESH_SECONDS:
            self._start()
        return key

    @property
    def is_fresh(self) -> bool:
        """Whether the SSO answered lately: what a health page wants to know."""
        return self._age() <= FRESH_SECONDS + PAUSE_SECONDS

    async def sole(self, *, again: bool = False) -> SigningKey | None:
        """Return the SSO's key if it has just one; `again` asks for it anew, at most every ten seconds."""
        if again or not self._keys or self._age() > STALE_SECONDS:
            await self._ask()
        return next(iter(self._keys.values())) if len(self._keys) == 1 else None

    async def check(self) -> None:
        """Raise SsoDown unless the SSO answered lately; asks it when that is due."""
        if not self.is_fresh:
            fetch = self._start()
            if fetch is not None:
                await asyncio.shield(fetch)
        if not self.is_fresh:
            raise SsoDown

    def _age(self) -> float:
        return self._clock() - self._loaded_at

    async def _ask(self) -> None:
        fetch = self._start()
        if fetch is not None:
            await asyncio.shield(fetch)
        if self._age() > STALE_SECONDS:
            self._keys = {}
            raise SsoDown

    def _start(self) -> asyncio.Task[None] | None:
        """Return the fetch that is under way, a new one, or None when the SSO was asked just now."""
        if self._fetch is not None and not self._fetch.done():
            return self._fetch
        if self._clock() - self._asked_at < PAUSE_SECONDS:
            return None
        self._asked_at = self._clock()
        self._fetch = asyncio.create_task(self._refresh())
        return self._fetch

    async def _refresh(self) -> None:
        try:
            self._keys = read_keys(await self._load())
            self._loaded_at = self._clock()
        except SsoDown as error:
            log.warning("keys_not_refreshed", reason=error.detail)


def read_keys(document: dict[str, Any]) -> dict[str, SigningKey]:
    """Read the usable signing keys of a JWKS; raises SsoDown when it has none."""
    listed = document.get("keys")
    found: dict[str, SigningKey] = {}
    for jwk in cast("list[Any]", listed) if isinstance(listed, list) else []:
        try:
            kid = jwk.get("kid", "")  # A provider with one key need not name it.
            if isinstance(kid, str) and jwk.get("use", "sig") == "sig":
                found[kid] = SigningKey(jwk)
        except (KeyError, TypeError, ValueError, IndexError, AttributeError, PyJWTError):
            continue  # a key of another kind is not for us
    if not found:
        raise SsoDown("The sign-in service publishes no usable key")
    return found
