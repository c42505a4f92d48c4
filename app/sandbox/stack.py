"""What a running stack is: its environment, written down for `crm env`, `crm token` and commands by hand."""

from __future__ import annotations

import json
import os
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from app.core.settings import Settings, load
from app.domain.signing import new_secret
from app.sandbox.home import CannotStart, is_held, keep, read_kept, write_private
from app.sandbox.ports import LOOPBACK, free_port

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

FILE: Final = "run.json"
OWNER_VARIABLE: Final = "OWNER_DATABASE_URL"
MAIL_FROM: Final = "crm@slyyfoxx.example"
OUTGOING: Final = ("EVENT_BUS_URL", "HANDOFF_WEBHOOK_")


@dataclass(frozen=True, slots=True)
class Urls:
    """Where the stack's three stores are."""

    app: str
    owner: str
    redis: str


def sandbox_url(settings: Settings) -> str:
    """Return where the sandbox neighbours are; they never listen to other machines."""
    return f"http://{LOOPBACK}:{settings.sandbox_port}"


def sandbox_issuer(settings: Settings) -> str:
    """Return what the sandbox SSO calls itself."""
    return f"{sandbox_url(settings)}/sso"


def environment(settings: Settings, urls: Urls) -> dict[str, str]:
    """Return the variables that make a process part of this stack."""
    return {
        "CRM_HOME": str(settings.home),
        "CRM_HOST": settings.host,
        "CRM_PORT": str(settings.port),
        "CRM_PUBLIC_URL": settings.public_url,
        "CRM_SANDBOX_PORT": str(settings.sandbox_port),
        "CRM_SANDBOX": "1",
        "DATABASE_URL": urls.app,
        OWNER_VARIABLE: urls.owner,
        "REDIS_URL": urls.redis,
        "SSO_ISSUER": sandbox_issuer(settings),
        # Whatever the operator's environment says: demo people have no real mailboxes.
        "SMTP_URL": f"smtp://{LOOPBACK}:{free_port()}?tls=no",
        "MAIL_FROM": MAIL_FROM,
        **_secrets(settings.home),
        **{name: value for name, value in os.environ.items() if name.startswith(OUTGOING)},
    }


def write_stack(home: Path, variables: dict[str, str]) -> None:
    """Write the running stack down."""
    write_private(home / FILE, json.dumps(variables, indent=2))


def forget_stack(home: Path) -> None:
    """Remove what was written down."""
    (home / FILE).unlink(missing_ok=True)


def read_stack(home: Path) -> dict[str, str]:
    """Return the variables of the stack that runs in a home; refuses when none does."""
    path = home / FILE
    if not is_held(home) or not path.exists():
        raise CannotStart(f"nothing runs in {home}; start it with `crm up`, or set CRM_HOME to where it runs")
    return read_kept(path)


def join_running_stack() -> Settings:
    """Return this process's settings; given no database, it becomes part of the stack that runs."""
    settings = load(os.environ)
    if settings.database_url is None and settings.owner_database_url is None:
        os.environ.update(read_stack(settings.home))
        settings = load(os.environ)
    return settings


def _secrets(home: Path) -> dict[str, str]:
    """Return the secrets the operator did not give, made once and kept."""
    wanted: dict[str, Callable[[], str]] = {
        "SSO_CLIENT_SECRET": secrets.token_urlsafe,
        "SSO_EVENTS_SECRET": new_secret,
        "CAPTURE_WEBHOOK_SECRET": new_secret,
    }
    given = {name for name in wanted if os.environ.get(name) or os.environ.get(f"{name}_FILE")}
    kept = {name: keep(home, name, make) for name, make in wanted.items() if name not in given}
    return kept | {name: os.environ[name] for name in given if os.environ.get(name)}
