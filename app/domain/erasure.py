"""Erasing a person: asked for by one, confirmed by another."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

OPERATOR: Final = "operator"


@dataclass(frozen=True, slots=True)
class Erasure:
    """A request to erase a customer, and what became of it."""

    id: UUID
    customer_id: UUID
    customer_name: str
    requested_by_id: str
    requested_by_name: str
    requested_at: datetime
    confirmed_by_name: str | None
    withdrawn_at: datetime | None
    done_at: datetime | None
    kept_by: tuple[str, ...]  # the places that were sent their sales and that we cannot clear

    @property
    def is_open(self) -> bool:
        """True while nobody has confirmed or withdrawn it."""
        return self.done_at is None and self.withdrawn_at is None


@dataclass(frozen=True, slots=True)
class Traces:
    """By what a customer's copies in the streams are known."""

    erasure_id: UUID
    customer_id: UUID
    sso_user_id: str | None
