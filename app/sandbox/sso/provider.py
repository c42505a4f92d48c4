"""The SSO as one object, which the handlers share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.core.settings import BadSetting
from app.sandbox.sso.clients import registered_clients
from app.sandbox.sso.directory import Directory
from app.sandbox.sso.events import Announcer
from app.sandbox.sso.keys import SigningKey
from app.sandbox.sso.logins import Logins
from app.sandbox.sso.tokens import TokenIssuer

if TYPE_CHECKING:
    from redis.asyncio import Redis

    from app.core.settings import Settings


class Provider:
    """Accounts, key, clients, logins and the way out for events, as they were when it last stopped."""

    def __init__(self, config: Settings, redis: Redis) -> None:
        if not config.sso_client_secret:
            raise BadSetting("SSO_CLIENT_SECRET must be set for the sandbox")
        self.issuer = config.sso_issuer or f"http://{config.host}:{config.sandbox_port}/sso"
        self.directory = Directory(config.home / "sandbox-sso.json")
        self.key = SigningKey(config.home / "sandbox-sso.pem")
        self.tokens = TokenIssuer(self.key, self.issuer, config.sso_audience)
        self.clients = registered_clients(config, self.issuer, config.sso_client_secret)
        self.logins = Logins(self.directory)
        self.announcer = Announcer(self.directory, redis)
