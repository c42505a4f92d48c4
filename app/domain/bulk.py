"""One change for many leads at once, and what became of each."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from app.domain.lead import FollowUp
from app.domain.pipeline import Stage

MOST = 500


@dataclass(frozen=True, slots=True)
class Pick:
    """A lead as it was when it was picked."""

    lead_id: UUID
    version: int


@dataclass(frozen=True, slots=True)
class Wish:
    """What to do with all of them: exactly one of these."""

    move_to: Stage | None = None
    follow_up: FollowUp | None = None
    assign_to: str | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """What became of one: done, or why not."""

    lead_id: UUID
    name: str
    done: bool
    detail: str
