"""Every setting of the CRM, read once from the environment, refused loudly when wrong."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from app.core.setting_values import HTTP, is_address, is_currency, is_rate, is_scope, is_url, smtp_server

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from app.core.setting_values import SmtpServer

ASSIGNMENTS: Final = ("round_robin", "none")
USER_APIS: Final = ("slyyfoxx", "keycloak", "auth0", "scim")
SHORTEST_SECRET: Final = 16
HIGHEST_PORT: Final = 65535


class BadSetting(Exception):
    """A setting is missing or wrong; the message names the variable."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What an operator can set. docs/settings.md lists each with its meaning."""

    home: Path
    host: str
    port: int
    sandbox_port: int
    database_url: str | None
    owner_database_url: str | None
    redis_url: str | None
    public_url: str
    sso_issuer: str
    sso_client_id: str
    sso_client_secret: str | None
    sso_audience: str
    sso_scope: str
    sso_roles_claim: str
    sso_rep_id_claim: str
    sso_users_url: str | None
    sso_users_api: str
    sso_events_secrets: tuple[str, ...]
    capture_webhook_secrets: tuple[str, ...]
    event_bus_url: str | None
    handoff_webhook_url: str | None
    handoff_webhook_secrets: tuple[str, ...]
    handoff_webhook_private: bool
    smtp: SmtpServer | None
    mail_from: str
    metrics_token: str | None
    traces_url: str | None
    currency: str
    assignment: str
    capture_rate: str
    sandbox: bool
    pool_size: int
    statement_cache: int
    pg_bin: Path | None
    redis_bin: Path | None
    service_user: str | None

    def must_have(self, variable: str) -> str:
        """Return the URL of a store or of the SSO; refuses, naming the variable, when it was not given."""
        given = {
            "DATABASE_URL": self.database_url,
            "OWNER_DATABASE_URL": self.owner_database_url,
            "REDIS_URL": self.redis_url,
            "SSO_ISSUER": self.sso_issuer,
        }
        if not (value := given[variable]):
            raise BadSetting(f"{variable} must be set")
        return value


def load(env: Mapping[str, str]) -> Settings:
    """Build the settings from `env`; raises BadSetting naming the first wrong variable."""
    read = _Reader(env)
    host, port = read.text("CRM_HOST", "127.0.0.1"), read.port("CRM_PORT", 8000)
    return Settings(
        home=Path(read.text("CRM_HOME", "./var")).absolute(),
        host=host,
        port=port,
        sandbox_port=read.port("CRM_SANDBOX_PORT", 8001),
        database_url=read.url("DATABASE_URL", ("postgresql", "postgres")),
        owner_database_url=read.url("OWNER_DATABASE_URL", ("postgresql", "postgres")),
        redis_url=read.url("REDIS_URL", ("redis", "rediss", "unix")),
        public_url=read.url("CRM_PUBLIC_URL", HTTP) or _url_of(host, port),
        **_sso(read),
        **_capture(read),
        **_handoff(read),
        **_mail(read),
        metrics_token=read.long("CRM_METRICS_TOKEN"),
        traces_url=read.url("OTEL_EXPORTER_OTLP_ENDPOINT", HTTP),
        currency=read.checked("CRM_CURRENCY", "EUR", is_currency, "three capital letters"),
        assignment=read.checked(
            "CRM_ASSIGNMENT", "round_robin", ASSIGNMENTS.__contains__, "round_robin or none"
        ),
        sandbox=read.text("CRM_SANDBOX", "") == "1",
        pool_size=read.number("CRM_POOL_SIZE", 10, 1, 200),
        statement_cache=read.number("CRM_STATEMENT_CACHE", 100, 0, 10_000),
        pg_bin=read.path("CRM_PG_BIN"),
        redis_bin=read.path("CRM_REDIS_BIN"),
        service_user=read.text("CRM_SERVICE_USER", "") or None,
    )


def _sso(read: _Reader) -> dict[str, Any]:
    scope = "scopes separated by spaces, openid among them"
    apis = f"one of {', '.join(USER_APIS)}"
    return {
        "sso_issuer": read.url("SSO_ISSUER", HTTP) or "",
        "sso_client_id": read.text("SSO_CLIENT_ID", "slyyfoxx-crm"),
        "sso_client_secret": read.long("SSO_CLIENT_SECRET"),
        "sso_audience": read.text("SSO_AUDIENCE", "slyyfoxx-crm"),
        "sso_scope": read.checked("SSO_SCOPE", "openid profile email", is_scope, scope),
        "sso_roles_claim": read.text("SSO_ROLES_CLAIM", "roles"),
        "sso_rep_id_claim": read.text("SSO_REP_ID_CLAIM", "sales_rep_id"),
        "sso_users_url": read.url("SSO_USERS_URL", HTTP),
        "sso_users_api": read.checked("SSO_USERS_API", "slyyfoxx", USER_APIS.__contains__, apis),
        "sso_events_secrets": read.secrets("SSO_EVENTS_SECRET"),
    }


def _capture(read: _Reader) -> dict[str, Any]:
    wanted = "a number of forms and a time, such as 100/second"
    return {
        "capture_webhook_secrets": read.secrets("CAPTURE_WEBHOOK_SECRET"),
        "capture_rate": read.checked("CRM_CAPTURE_RATE", "8000/10seconds", is_rate, wanted),
    }


def _handoff(read: _Reader) -> dict[str, Any]:
    # The sandbox lives on one machine, where every receiver has a private address.
    private = "1" in (read.text("HANDOFF_WEBHOOK_PRIVATE", ""), read.text("CRM_SANDBOX", ""))
    buses = ("redis", "rediss", "unix", "nats", "tls", "amqp", "amqps", "kafka")
    webhook, signed_with = read.url("HANDOFF_WEBHOOK_URL", HTTP), read.secrets("HANDOFF_WEBHOOK_SECRET")
    if webhook and not signed_with:
        raise BadSetting("HANDOFF_WEBHOOK_SECRET must be set beside HANDOFF_WEBHOOK_URL")
    return {
        "event_bus_url": read.url("EVENT_BUS_URL", buses),
        "handoff_webhook_url": webhook,
        "handoff_webhook_secrets": signed_with,
        "handoff_webhook_private": private,
    }


def _mail(read: _Reader) -> dict[str, Any]:
    url, sender = read.secret("SMTP_URL"), read.text("MAIL_FROM", "")
    try:
        server = smtp_server(url) if url else None
    except ValueError as error:
        message = f"SMTP_URL must be {error}"
        raise BadSetting(message) from None  # what caused it may hold the password
    if server and not is_address(sender):
        raise BadSetting("MAIL_FROM must be an e-mail address where SMTP_URL is set")
    return {"smtp": server, "mail_from": sender}


@cache
def settings() -> Settings:
    """Return the settings of this process, read from its environment on first use."""
    return load(os.environ)


class _Reader:
    def __init__(self, env: Mapping[str, str]) -> None:
        self._env = env

    def text(self, name: str, default: str) -> str:
        return self._env.get(name, "").strip() or default

    def checked(self, name: str, default: str, ok: Callable[[str], bool], wanted: str) -> str:
        value = self.text(name, default)
        if not ok(value):
            message = f"{name} must be {wanted}, not {value!r}"
            raise BadSetting(message)
        return value

    def number(self, name: str, default: int, least: int, most: int) -> int:
        def ok(value: str) -> bool:
            return value.isascii() and value.isdigit() and least <= int(value) <= most

        return int(self.checked(name, str(default), ok, f"a whole number from {least} to {most}"))

    def port(self, name: str, default: int) -> int:
        return self.number(name, default, 1, HIGHEST_PORT)

    def url(self, name: str, schemes: tuple[str, ...]) -> str | None:
        value = self.secret(name)
        if value is not None and not is_url(value, schemes):
            message = f"{name} must be a URL that starts with {schemes[0]}://"
            raise BadSetting(message)
        return value

    def path(self, name: str) -> Path | None:
        value = self.text(name, "")
        return Path(value).absolute() if value else None

    def secret(self, name: str) -> str | None:
        if value := self._env.get(name, "").strip():
            return value
        file = self._env.get(f"{name}_FILE", "").strip()
        return _read_secret_file(f"{name}_FILE", file) if file else None

    def long(self, name: str) -> str | None:
        value = self.secret(name)
        if value is not None and len(value) < SHORTEST_SECRET:
            message = f"{name} must have at least {SHORTEST_SECRET} characters"
            raise BadSetting(message)
        return value

    def secrets(self, name: str) -> tuple[str, ...]:
        values = tuple((self.secret(name) or "").split())
        if any(len(value) < SHORTEST_SECRET for value in values):
            message = f"{name} must hold secrets of at least {SHORTEST_SECRET} characters"
            raise BadSetting(message)
        return values


def _read_secret_file(name: str, file: str) -> str:
    try:
        return Path(file).read_text(encoding="utf-8").strip()
    except OSError as error:
        message = f"{name} names a file that cannot be read: {file} ({error.strerror})"
        raise BadSetting(message) from error
    except UnicodeDecodeError as error:
        message = f"{name} names a file that is no text in UTF-8: {file}"
        raise BadSetting(message) from error


def _url_of(host: str, port: int) -> str:
    """Return where this machine finds the web server; one that listens everywhere is found on loopback."""
    everywhere = host in ("0.0.0.0", "::")  # noqa: S104  compared with, never bound to
    return f"http://{'127.0.0.1' if everywhere else host}:{port}"
