"""Who sends forms: by a token of the SSO, or signed with a secret of its own."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from app.core.errors import Conflict, Invalid, Problem

LONGEST_NAME: Final = 100
NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]{1,62}")
OVERLAPS: Final = {"0": "at once", "1": "after an hour", "24": "after a day", "168": "after a week"}
ENVIRONMENT: Final = "capture-webhook"  # the client of the secrets in CAPTURE_WEBHOOK_SECRET
PURPOSE: Final = b"capture-secret"


class ClientTaken(Conflict):
    """There is a client of that id."""

    code, title = "client-taken", "There is already a client of this id"


@dataclass(frozen=True, slots=True)
class Secret:
    """A signing secret as a page may show it: everything but itself."""

    id: UUID
    created_at: datetime
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class Usage:
    """What a client sent lately."""

    last_used_at: datetime | None = None
    hour: int = 0
    day: int = 0
    week: int = 0
    refused: int = 0


@dataclass(frozen=True, slots=True)
class CaptureClient:
    """A client with its secrets and what it sent; one known by tokens alone has no secrets of ours."""

    id: str
    name: str
    auth: str
    usage: Usage
    secrets: tuple[Secret, ...] = ()
    revoked_at: datetime | None = None

    @property
    def can_rotate(self) -> bool:
        """True when the CRM itself keeps its secrets."""
        return bool(self.secrets) and self.revoked_at is None


def check_client(client_id: str, name: str) -> None:
    """Raise Invalid with what is wrong about a new client."""
    wrong: list[Problem] = []
    if not NAME.fullmatch(client_id) or client_id == ENVIRONMENT:
        wrong.append(Problem("#/client", "needs 2 to 63 small letters, digits and hyphens"))
    if not 0 < len(name.strip()) <= LONGEST_NAME:
        wrong.append(Problem("#/name", f"needs 1 to {LONGEST_NAME} characters"))
    if wrong:
        raise Invalid(wrong)
