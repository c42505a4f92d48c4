"""How an event is handed over: what is known of it, and what each attempt brought."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID


@dataclass(frozen=True, slots=True)
class OwedEvent:
    """An event that a sink does not have yet; `payload` is the JSON text of its data."""

    id: UUID
    type: str
    aggregate_id: str
    payload: str
    created_at: datetime
    attempts: int


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try to hand an event to one sink."""

    event_id: UUID
    sink: str
    number: int
    at: datetime
    ok: bool
    answer: str
    latency_ms: int


@dataclass(frozen=True, slots=True)
class EventLine:
    """An event as an operator reads it in a list; never with its payload, which is personal."""

    id: UUID
    type: str
    aggregate_id: str
    created_at: datetime
    attempts: int
    next_try_at: datetime
    published_at: datetime | None
    last_error: str | None

    @property
    def state(self) -> str:
        """`sent`, `failing` or `queued`."""
        if self.published_at is not None:
            return "sent"
        return "failing" if self.last_error else "queued"
