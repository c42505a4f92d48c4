"""Every submission as an admin reads it: what came, from whom, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, cast
from uuid import UUID

import msgspec

from app.core.errors import Conflict, Problem

OUTCOMES: Final = {
    "created": "New lead",
    "merged": "Joined an open lead",
    "held": "Held",
    "discarded": "Discarded",
    "refused": "Refused",
}


class AlreadyDecided(Conflict):
    """Somebody else approved or discarded it first."""

    code, title = "already-decided", "This submission is no longer held"


@dataclass(frozen=True, slots=True)
class CaptureFilter:
    """What the log is narrowed to; empty: everything."""

    outcome: str = ""
    client: str = ""
    q: str = ""


@dataclass(frozen=True, slots=True)
class Capture:
    """One submission. `raw` is a JSON object, or the text of what was no usable one; None once erased."""

    id: UUID
    received_at: datetime
    client: str
    key: str | None
    outcome: str
    problems: tuple[Problem, ...]
    raw: dict[str, Any] | str | None
    lead_id: UUID | None
    customer_id: UUID | None
    decided_by: str | None
    decided_at: datetime | None

    @property
    def outcome_label(self) -> str:
        """What became of it, in words."""
        return OUTCOMES[self.outcome]

    @property
    def fields(self) -> dict[str, Any]:
        """What the form said, as far as it can be read: a refused one may be JSON all the same."""
        raw = self.raw
        if isinstance(raw, str):
            try:
                raw = msgspec.json.decode(raw)
            except (msgspec.DecodeError, RecursionError):
                return {}
        return cast("dict[str, Any]", raw) if isinstance(raw, dict) else {}

    @property
    def campaign(self) -> str:
        """The campaign as `source / medium / name`."""
        given = self.fields.get("campaign")
        parts = cast("dict[str, Any]", given) if isinstance(given, dict) else {}
        return " / ".join(str(parts[name]) for name in ("source", "medium", "name") if parts.get(name))

    def said(self, name: str) -> str:
        """Return what the form said in a field, as text."""
        value = self.fields.get(name)
        return value if isinstance(value, str) else ""


@dataclass(frozen=True, slots=True)
class CapturePage:
    """A keyset page of the log, newest first."""

    items: tuple[Capture, ...]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class Held:
    """A held submission that is locked to be decided on, with the promised ids that are still free."""

    id: UUID
    client: str
    raw: str
    lead_id: UUID | None
    customer_id: UUID | None
    received_at: datetime
