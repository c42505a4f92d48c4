"""Colleagues named in a text by an @: how they are spelled, who of them can look it up, and what they are shown."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from app.domain.viewer import Role

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from uuid import UUID

MENTIONS: Final = "mentions"  # in an entry's words: who is meant by which handle
TEXTS: Final = ("notes", "follow_up_note")  # of an entry's words, those in which somebody is named
MOST_UNREAD: Final = 100  # counted no further
BEFORE: Final = 80
LONGEST: Final = 240
# What stands before an e-mail address's @, or the whole address; no sign that ends a sentence is its last.
HANDLE: Final = re.compile(r"(?<![\w.+\\-])@(\w(?:[\w.+-]*\w)?(?:@\w(?:[\w.-]*\w)?)?)")
_ANY: Final = re.compile(rf"`[^`]*`|https?://\S+|{HANDLE.pattern}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody active of the staff, how they are spelled after an @, and what they are here; None for no role."""

    id: str
    name: str
    handle: str
    role: Role | None

    def can_see_lead_of(self, owner_id: str | None) -> bool:
        """True for who sees what is written about a lead of that owner; None for one that is not known."""
        return self.id == owner_id if self.role is Role.REP else self.role is not None


@dataclass(frozen=True, slots=True)
class Place:
    """Where somebody was mentioned: on whose timeline, in what kind of entry, and the words; empty once erased."""

    customer_id: UUID
    customer_name: str
    kind: str
    words: str


@dataclass(frozen=True, slots=True)
class Mention:
    """That somebody named the reader, and where; None for where the reader may not look."""

    activity_id: UUID
    by_name: str
    at: datetime
    is_read: bool
    place: Place | None


@dataclass(frozen=True, slots=True)
class MentionPage:
    """A keyset page of mentions, newest first, and how many are unread in all, as far as that is counted."""

    items: tuple[Mention, ...]
    next_cursor: str | None
    unread: int


def handles_in(*texts: str) -> tuple[str, ...]:
    """Return who is named in texts, each once; not in code, not in web addresses, and not after a backslash."""
    found = (match[1] for text in texts if "@" in text for match in _ANY.finditer(text))
    return tuple(dict.fromkeys(handle.lower() for handle in found if handle))


def words_around(text: Mapping[str, Any], staff_id: str) -> str:
    """Return what an entry says where it names somebody, on one line; empty where it does not."""
    named: dict[str, str] = text.get(MENTIONS) or {}
    handles = {handle for handle, who in named.items() if who == staff_id}
    for words in (str(text.get(name, "")) for name in TEXTS):
        for match in _ANY.finditer(words):
            if (match[1] or "").lower() in handles:
                return _cut(words, match.start())
    return ""


def _cut(words: str, at: int) -> str:
    start = words.rfind(" ", 0, at - BEFORE) + 1 if at > BEFORE else 0
    line = " ".join(words[start:].split())
    shown = line if len(line) <= LONGEST else f"{line[:LONGEST].rstrip()}…"
    return f"…{shown}" if start else shown
