"""The SSO's discovery document: where its endpoints are."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, cast

from app.core.log import logger
from app.gateways.sso.http import SsoDown, get_json, is_safe

if TYPE_CHECKING:
    from collections.abc import Callable

FRESH_SECONDS: Final = 3600
PAUSE_SECONDS: Final = 3
WELL_KNOWN: Final = "/.well-known/openid-configuration"

log = logger("sso")


@dataclass(frozen=True, slots=True)
class Provider:
    """What we use of a discovery document."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str | None
    end_session_endpoint: str | None
    users_endpoint: str
    sends_issuer: bool
    wants_secret_in_form: bool


class Discovery:
    """The provider of one issuer, read again every hour; the last good answer is kept while it is away."""

    def __init__(self, issuer: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._issuer = issuer
        self._clock = clock
        self._found: Provider | None = None
        self._found_at = self._asked_at = float("-inf")
        self._lock = asyncio.Lock()

    async def provider(self) -> Provider:
        """Return the provider; raises SsoDown when it was never reached."""
        async with self._lock:
            if self._clock() - max(self._found_at + FRESH_SECONDS, self._asked_at + PAUSE_SECONDS) > 0:
                await self._look()
            if self._found is None:
                raise SsoDown
            return self._found

    async def _look(self) -> None:
        try:
            document = await get_json(self._issuer.rstrip("/") + WELL_KNOWN)
            self._found = _read(document, self._issuer)
            self._found_at = self._clock()
        except SsoDown as error:
            log.warning("provider_not_found", reason=error.detail)
        finally:
            self._asked_at = self._clock()


def _read(document: dict[str, Any], issuer: str) -> Provider:
    if document.get("issuer") != issuer:
        raise SsoDown("The sign-in service names another issuer than SSO_ISSUER")

    def needed(name: str) -> str:
        value = optional(name)
        if value is None:
            raise SsoDown(f"The sign-in service's discovery document has no {name}")
        return value

    def optional(name: str) -> str | None:
        value = document.get(name)
        return value if isinstance(value, str) and is_safe(value) else None

    said: object = document.get("token_endpoint_auth_methods_supported")
    methods = cast("list[object]", said) if isinstance(said, list) else ["client_secret_basic"]
    return Provider(
        issuer=issuer,
        authorization_endpoint=needed("authorization_endpoint"),
        token_endpoint=needed("token_endpoint"),
        jwks_uri=needed("jwks_uri"),
        userinfo_endpoint=optional("userinfo_endpoint"),
        end_session_endpoint=optional("end_session_endpoint"),
        users_endpoint=optional("users_endpoint") or f"{issuer.rstrip('/')}/users",
        sends_issuer=document.get("authorization_response_iss_parameter_supported") is True,
        wants_secret_in_form="client_secret_basic" not in methods and "client_secret_post" in methods,
    )
