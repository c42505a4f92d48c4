"""How an event is handed over: what is known of it, and what each attempt brought."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, cast

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

STATES: Final = ("queued", "failing", "sent")
HIDDEN: Final = "•••"
# What may be seen without asking: ids that mean nothing outside, and when something happened.
HARMLESS: Final = {
    "customer_id",
    "sale_id",
    "lead_id",
    "currency",
    "product",
    "starts_on",
    "closed_at",
    "note",
}


@dataclass(frozen=True, slots=True)
class OwedEvent:
    """An event that a sink does not have yet; `payload` is the JSON text of its data."""

    id: UUID
    type: str
    aggregate_id: str
    payload: str
    created_at: datetime
    attempts: int
    failures: int


@dataclass(frozen=True, slots=True)
class NewEvent:
    """An event to be written; `payload` is the JSON text of its data."""

    id: UUID
    type: str
    aggregate_id: str
    payload: str


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try to hand an event to one sink; a failed one says when it is repeated."""

    event_id: UUID
    sink: str
    number: int
    at: datetime
    ok: bool
    answer: str
    latency_ms: int
    retry_at: datetime | None = None


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
    latest: tuple[Attempt, ...] = ()

    @property
    def state(self) -> str:
        """`sent`, `failing` or `queued`."""
        if self.published_at is not None:
            return "sent"
        return "failing" if self.last_error else "queued"


@dataclass(frozen=True, slots=True)
class EventPage:
    """A keyset page of events, newest first."""

    items: tuple[EventLine, ...]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class EventDetail:
    """One event with every attempt; `payload` is the JSON text of its data."""

    line: EventLine
    payload: str
    ledger: tuple[Attempt, ...]


@dataclass(frozen=True, slots=True)
class EventFilter:
    """What a list of events is narrowed to; `subject` is the id of an event or of a lead."""

    state: str = ""
    type: str = ""
    subject: str = ""


@dataclass(frozen=True, slots=True)
class PausedSink:
    """A sink that is handed nothing at the moment."""

    name: str
    paused_at: datetime
    paused_by: str
    reason: str


@dataclass(frozen=True, slots=True)
class SinkLine:
    """A sink as an operator reads it."""

    name: str
    waiting: int
    paused: PausedSink | None


def mask(value: Any, name: str = "") -> Any:
    """Return an event's data with everything hidden that could be personal or confidential."""
    if isinstance(value, dict):
        fields = cast("dict[str, Any]", value)
        return {key: mask(each, key) for key, each in fields.items()}
    if isinstance(value, list):
        return [mask(each, name) for each in cast("list[Any]", value)]
    return value if value in (None, "") or name in HARMLESS else HIDDEN
