"""The SSO of this company, put together from the settings."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from app.core.settings import Settings, settings
from app.gateways.sso import flow
from app.gateways.sso.dialects import DIALECTS
from app.gateways.sso.http import SsoRefused, get_json
from app.gateways.sso.keys import KeyCache
from app.gateways.sso.provider import Discovery, Provider
from app.gateways.sso.tokens import Verified, Verifier
from app.gateways.sso.users import SsoUser, UserList, UserPage

if TYPE_CHECKING:
    from app.gateways.sso.flow import Tokens


class CompanySso:
    """Everything asked of the SSO, each question one method. Nothing is fetched before it is needed."""

    def __init__(self, config: Settings) -> None:
        self._discovery = Discovery(config.sso_issuer)
        self.keys = KeyCache(self._load_keys)
        self._verifier = Verifier(config.sso_issuer, self.keys)
        self._audience = config.sso_audience
        self._users_url, self._dialect = config.sso_users_url, DIALECTS[config.sso_users_api]
        self._client = flow.Registration(
            client_id=config.sso_client_id,
            client_secret=config.sso_client_secret,
            redirect_uri=f"{config.public_url}/auth/callback",
            scope=config.sso_scope,
        )

    async def provider(self) -> Provider:
        """Return the discovered provider; raises SsoDown."""
        return await self._discovery.provider()

    async def verify_access_token(self, token: str) -> Verified:
        """Verify a bearer token that was sent to us."""
        return await self._verifier.verify(token, self._audience)

    async def verify_own_token(self, token: str) -> Verified:
        """Verify an access token the SSO gave us itself: whichever API it is for, its roles are true."""
        return await self._verifier.verify(token, None)

    async def verify_id_token(self, token: str) -> Verified:
        """Verify an ID token made for this client."""
        return await self._verifier.verify_from_sso(token, self._client.client_id)

    async def verify_logout_token(self, token: str) -> Verified:
        """Verify a back-channel logout token made for this client; it may lack `sub` and `exp`."""
        return await self._verifier.verify(token, self._client.client_id, ("iat", "iss"))

    async def authorize_url(self, state: str, nonce: str, verifier: str) -> str:
        """Return where the browser goes to sign in."""
        return flow.authorize_url(await self.provider(), self._client, (state, nonce, verifier))

    async def exchange_code(self, code: str, verifier: str) -> Tokens:
        """Turn a login's code into tokens."""
        return await flow.exchange_code(await self.provider(), self._client, code, verifier)

    async def refresh(self, refresh_token: str) -> Tokens:
        """Turn a refresh token into new tokens."""
        return await flow.refresh(await self.provider(), self._client, refresh_token)

    async def userinfo(self, access_token: str) -> dict[str, Any]:
        """Return the userinfo claims, or nothing where the provider tells us none."""
        endpoint = (await self.provider()).userinfo_endpoint
        try:
            return await get_json(endpoint, bearer=access_token) if endpoint else {}
        except SsoRefused:
            return {}

    async def users(self, cursor: str | None = None) -> UserPage:
        """Return a page of the SSO's accounts."""
        return await (await self._user_list()).page(cursor)

    async def user(self, user_id: str) -> SsoUser | None:
        """Return one account as the SSO has it now."""
        return await (await self._user_list()).user(user_id)

    async def _user_list(self) -> UserList:
        endpoint = self._users_url or (await self.provider()).users_endpoint
        return UserList(self._dialect, endpoint, await self._own_token())

    async def _own_token(self) -> str:
        return await flow.client_token(await self.provider(), self._client)

    async def _load_keys(self) -> dict[str, Any]:
        return await get_json((await self.provider()).jwks_uri)


@cache
def sso() -> CompanySso:
    """Return this process's SSO; `sso.cache_clear()` forgets its keys."""
    return CompanySso(settings())
