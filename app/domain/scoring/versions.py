"""Versions of the scoring as an admin sees them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.core.errors import Conflict


class VersionTaken(Conflict):
    """Somebody else saved a version of that name a moment ago."""

    code, title = "version-taken", "Somebody else saved a version at the same moment; please try again"


@dataclass(frozen=True, slots=True)
class Version:
    """One version with its measures and the verdict on it."""

    version: str
    kind: str
    active: bool
    metrics: dict[str, Any]
    decision: str
    note: str
    created_at: datetime
    created_by: str
    activated_at: datetime | None

    def measure(self, side: str, name: str) -> float | None:
        """Return one measure of the hold-out: of the `candidate`, or of the `incumbent` of then."""
        value = self.metrics.get(side, {}).get(name)
        return float(value) if isinstance(value, int | float) else None


@dataclass(frozen=True, slots=True)
class Check:
    """A look at how the active version does: when, on what, and what was odd."""

    at: datetime
    version: str
    metrics: dict[str, Any]
    warnings: tuple[str, ...]
