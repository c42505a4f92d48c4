"""What a search finds: a customer, and the viewer's newest lead of theirs."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from app.domain.pipeline import Stage


@dataclass(frozen=True, slots=True)
class Hit:
    """One customer found; no lead where the viewer has none of theirs."""

    customer_id: UUID
    name: str
    company: str
    email: str | None
    lead_id: UUID | None
    stage: Stage | None
