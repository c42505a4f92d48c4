"""Giving many leads to others at once: what is wanted, what it would do, and how far it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from app.domain.pipeline import OPEN_STAGES
from app.domain.text import Checker

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

LONGEST_REASON: Final = 500
MOST_RECEIVERS: Final = 50
UNDER_WAY: Final = frozenset({"running", "undoing"})


def clean_reason(checker: Checker, reason: str | None) -> str:
    """Return why one lead is given to another, which nobody has to say."""
    return checker.text("#/reason", reason or "", LONGEST_REASON)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Whose open leads (None: nobody's), of which stage (None: any), go to whom, and why."""

    from_id: str | None
    to_ids: tuple[str, ...]
    stage: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class Preview:
    """What a reassignment would do: leads by stage, and how many each receiver would get."""

    stages: tuple[tuple[str, int], ...]
    shares: tuple[tuple[str, int], ...]

    @property
    def total(self) -> int:
        """How many leads would move."""
        return sum(count for _, count in self.stages)


@dataclass(frozen=True, slots=True)
class Reassignment:
    """A reassignment under way or over. Every lead is counted in exactly one of the five outcomes."""

    id: UUID
    from_name: str | None
    to_names: tuple[str, ...]
    stage: str | None
    reason: str
    state: str
    asked_by: str
    undone_by: str | None
    created_at: datetime
    finished_at: datetime | None
    outcomes: Mapping[str, int]

    @property
    def total(self) -> int:
        """How many leads it is about."""
        return sum(self.outcomes.values())

    @property
    def settled(self) -> int:
        """How many leads were looked at, in the direction it goes now."""
        waiting = "moved" if self.state == "undoing" else "planned"
        return self.total - self.outcomes.get(waiting, 0)

    @property
    def under_way(self) -> bool:
        """Whether a worker still has something to do."""
        return self.state in UNDER_WAY

    @property
    def can_undo(self) -> bool:
        """Whether there is something to take back, and nobody did yet."""
        return self.state == "done" and self.outcomes.get("moved", 0) > 0


def checked(wanted: Wanted) -> Wanted:
    """Return what is wanted, cleaned; raises Invalid with every problem."""
    checker = Checker()
    receivers = tuple(dict.fromkeys(each for each in wanted.to_ids if each))
    checker.require("#/to", "needs at least one person", ok=bool(receivers))
    checker.require("#/to", f"can name at most {MOST_RECEIVERS} people", ok=len(receivers) <= MOST_RECEIVERS)
    checker.require("#/to", "must not be the person who gives them away", ok=wanted.from_id not in receivers)
    known = wanted.stage is None or wanted.stage in OPEN_STAGES
    checker.require("#/stage", "is not an open stage", ok=known)
    reason = checker.text("#/reason", wanted.reason, LONGEST_REASON, required=True)
    checker.finish()
    return Wanted(wanted.from_id, receivers, wanted.stage, reason)


def shares(total: int, receivers: Sequence[str]) -> tuple[tuple[str, int], ...]:
    """Return how many of `total` leads each receiver gets when they are dealt out in turn."""
    each, left = divmod(total, len(receivers))
    return tuple((name, each + (place < left)) for place, name in enumerate(receivers))
