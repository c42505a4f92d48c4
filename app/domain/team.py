"""The whole team's pipeline, as an admin begins with it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from app.domain.board import Column
from app.domain.goal import Progress, progress
from app.domain.report_figures import Funnel, Outlook


@dataclass(frozen=True, slots=True)
class Rep:
    """A sales rep as one finds them."""

    id: str
    name: str
    email: str


@dataclass(frozen=True, slots=True)
class Offer:
    """Whom a lead can be given to: everybody of a small company; else whom the words find, and who is chosen."""

    reps: tuple[Rep, ...]
    words: str
    found: int
    has_more: bool

    @property
    def is_everybody(self) -> bool:
        """True when nobody is left out, so that there is nothing to look for."""
        return not (self.words or self.has_more)


@dataclass(frozen=True, slots=True)
class RepLine:
    """One rep's open pipeline and month."""

    id: str
    name: str
    leads: int
    value: Decimal
    overdue: int
    won: Decimal
    goal: Decimal | None

    @property
    def progress(self) -> Progress | None:
        """How far they are this month; None without a goal."""
        return progress(self.won, self.goal)


@dataclass(frozen=True, slots=True)
class Pulse:
    """What came in, and what needs an admin's hand."""

    captured_today: int
    captured_week: int
    unassigned: int
    queued: int
    failing: int
    held: int


@dataclass(frozen=True, slots=True)
class Team:
    """The page an admin begins with."""

    columns: tuple[Column, ...]  # the open ones
    forecast: Outlook
    funnel: Funnel
    reps: tuple[RepLine, ...]
    pulse: Pulse
    currency: str
