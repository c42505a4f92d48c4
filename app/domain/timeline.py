"""A customer's timeline as a page reads it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, TypedDict, Unpack
from uuid import UUID

import msgspec

if TYPE_CHECKING:
    from app.domain.lead import Lead

# Every kind an entry can have, with its label; groups are the timeline's filter chips.
KINDS: dict[str, str] = {
    "lead_captured": "Form submitted",
    "lead_created": "Lead added",
    "lead_reopened": "Lead reopened",
    "call_logged": "Call",
    "email_logged": "E-mail",
    "meeting_logged": "Meeting",
    "note_logged": "Note",
    "stage_changed": "Stage changed",
    "lead_assigned": "Assigned",
    "deal_changed": "Deal changed",
    "follow_up_set": "Follow-up planned",
    "follow_up_done": "Follow-up done",
    "lead_nurtured": "Nurturing",
    "lead_resumed": "Back to work",
    "sale_won": "Won",
    "lead_lost": "Lost",
    "sale_handed_over": "Handed over to onboarding",
    "ticket_opened": "Ticket opened",
    "ticket_changed": "Ticket changed",
    "email_updated": "E-mail changed",
    "email_conflict": "E-mail conflict",
    "contact_changed": "Contact changed",
    "score_changed": "Score changed",
    "entry_corrected": "Correction",
    "customer_erased": "Erased",
    "customer_merged": "Merged",
    "customer_exported": "Data exported",
}
GROUPS: dict[str, tuple[str, ...]] = {
    "conversations": ("call_logged", "email_logged", "meeting_logged", "note_logged", "lead_captured"),
    "stage": (
        "stage_changed", "lead_assigned", "sale_won", "lead_lost", "lead_created", "lead_reopened",
        "follow_up_set", "follow_up_done", "lead_nurtured", "lead_resumed", "deal_changed",
    ),
    "tickets": ("ticket_opened", "ticket_changed"),
    "system": (
        "contact_changed", "email_updated", "email_conflict", "sale_handed_over", "score_changed", "entry_corrected",
        "customer_erased", "customer_merged", "customer_exported",
    ),
}  # fmt: skip


AT_ONCE: Final = timedelta(minutes=1)


class Entry(msgspec.Struct, frozen=True):
    """One immutable entry. `text` is the personal part, empty once erased; who got or had lead or ticket is named."""

    id: UUID
    customer_id: UUID
    lead_id: UUID | None
    seq: int
    kind: str
    actor_id: str
    actor_name: str
    on_behalf_of: str | None
    occurred_at: datetime
    recorded_at: datetime
    data: dict[str, Any]
    hash: str
    corrects_id: UUID | None = None
    corrected_by_id: UUID | None = None
    erased: bool = False
    text: dict[str, Any] = {}
    given_to_name: str | None = None
    taken_from_name: str | None = None

    @property
    def is_backdated(self) -> bool:
        """True when it was written down well after it happened."""
        return self.recorded_at - self.occurred_at > AT_ONCE


@dataclass(frozen=True, slots=True)
class TimelineFilter:
    """What a timeline is narrowed to: some kinds (none: all), all but some, a text they contain, one ticket's.

    `by` is who wrote it; `since` up to `before` is when it happened; `after` is the number of an entry of this
    customer: only what was written on them later.
    """

    kinds: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    q: str = ""
    ticket_id: UUID | None = None
    by: str = ""
    since: datetime | None = None
    before: datetime | None = None
    after: int | None = None

    @property
    def is_by_person_or_day(self) -> bool:
        """True when only somebody's entries are wanted, or only those of some days."""
        return bool(self.by or self.since or self.before)


@dataclass(frozen=True, slots=True)
class TimelinePage:
    """A keyset page of entries, the latest to happen first."""

    items: tuple[Entry, ...]
    next_cursor: str | None
    total: int


@dataclass(frozen=True)
class History:
    """A page of a timeline with what stands around it.

    The number of the entry written last, whoever may see it; how many are folded away; who wrote, where asked for.
    """

    build: Callable[[], TimelinePage]
    newest: int
    folded: int
    people: tuple[tuple[str, str], ...] = ()

    @cached_property
    def page(self) -> TimelinePage:
        """Return the page, built when somebody asks for it first: who shows what was drawn of it does not."""
        return self.build()


@dataclass(frozen=True, slots=True)
class NewEntry:
    """An entry to append; the database adds sequence, time and hash, and whose it is where only the lead is known."""

    customer_id: UUID | None
    kind: str
    actor_id: str
    occurred_at: datetime
    lead_id: UUID | None = None
    on_behalf_of: str | None = None
    data: dict[str, Any] = field(default_factory=dict)
    text: dict[str, Any] = field(default_factory=dict)
    corrects_id: UUID | None = None


class Said(TypedDict, total=False):
    """What an entry says: facts that stay, and words that an erasure takes."""

    data: dict[str, Any]
    text: dict[str, Any]


def about_lead(lead: Lead, kind: str, actor_id: str, at: datetime, **said: Unpack[Said]) -> NewEntry:
    """Return an entry about a lead, on its customer's timeline."""
    return NewEntry(lead.customer.id, kind, actor_id, at, lead_id=lead.id, **said)


@dataclass(frozen=True, slots=True)
class Recorded:
    """What the database made of a new entry."""

    id: UUID
    customer_id: UUID
    lead_id: UUID | None
    seq: int
    recorded_at: datetime
    hash: str
