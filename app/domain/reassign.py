"""Giving many leads to others at once: what is wanted, what it would do, and how far it is."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import cycle
from typing import TYPE_CHECKING, Final

from app.core.errors import Invalid, Problem
from app.domain.pipeline import OPEN_STAGES, Stage
from app.domain.text import Checker

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from uuid import UUID

    from app.domain.lead import Lead
    from app.domain.lead_list import LeadFilter

LONGEST_REASON: Final = 500
MOST_RECEIVERS: Final = 50
MOST_SHARE: Final = 5  # of what others get
MOST_LEADS: Final = 2_000  # The form carries each; together they are shorter than a request may be.
FIRST: Final = 8  # of the leads, shown by name
BEST: Final = "-score"
UNDO_WITHIN: Final = timedelta(hours=24)
UNDER_WAY: Final = frozenset({"running", "undoing"})


def clean_reason(checker: Checker, reason: str | None) -> str:
    """Return why one lead is given to another, which nobody has to say."""
    return checker.text("#/reason", reason or "", LONGEST_REASON)


@dataclass(frozen=True, slots=True)
class Receivers:
    """Who gets leads, in turn, and why; how many of them while others get one, where that is not one too."""

    ids: tuple[str, ...]
    reason: str
    shares: Mapping[str, int] = field(default_factory=dict[str, int])

    @property
    def turns(self) -> tuple[str, ...]:
        """One round of dealing: each as often as their share, spread evenly, and always the same."""
        shares = {who: self.shares.get(who, 1) for who in self.ids}
        whole, owed, turns = sum(shares.values()), dict.fromkeys(self.ids, 0), list[str]()
        for _ in range(whole):
            owed = {who: owed[who] + shares[who] for who in self.ids}
            turns.append(max(self.ids, key=owed.__getitem__))
            owed[turns[-1]] -= whole
        return tuple(turns)


@dataclass(frozen=True, slots=True)
class Chosen:
    """An open lead as it was looked at: in this version, with this holder (None: nobody)."""

    id: UUID
    version: int
    stage: Stage
    value: Decimal
    score: int | None
    holder_id: str | None


@dataclass(frozen=True, slots=True)
class Preview:
    """What a reassignment would do: its leads in the order they are dealt out, and to whom (nobody yet: empty)."""

    leads: tuple[Chosen, ...]
    receivers: tuple[str, ...]
    names: Mapping[UUID, str]  # of the customers of the first leads
    held: int = 0  # further leads that fit and stay, because a receiver has them already
    has_more: bool = False
    turns: tuple[str, ...] = ()  # one round of dealing them out

    @property
    def total(self) -> int:
        """How many leads would move."""
        return len(self.leads)

    @property
    def value(self) -> Decimal:
        """What they are expected to bring together, in the one currency."""
        return sum((lead.value for lead in self.leads), Decimal(0))

    @property
    def stages(self) -> list[tuple[Stage, int, Decimal]]:
        """How many leads of each stage, and what they are worth."""
        return [
            (stage, len(its), sum((lead.value for lead in its), Decimal(0)))
            for stage in OPEN_STAGES
            if (its := [lead for lead in self.leads if lead.stage is stage])
        ]

    @property
    def shares(self) -> list[tuple[str, int, Decimal]]:
        """How many leads each receiver would get, and what they are worth."""
        dealt = [(who, [lead for lead, its in self._dealt if its == who]) for who in self.receivers]
        return [(who, len(its), sum((lead.value for lead in its), Decimal(0))) for who, its in dealt]

    @property
    def first(self) -> list[tuple[Chosen, str, str | None]]:
        """The first leads, with the customer's name and who would get it."""
        return [
            (lead, self.names[lead.id], who) for lead, who in self._dealt[:FIRST] if lead.id in self.names
        ]

    @property
    def _dealt(self) -> list[tuple[Chosen, str | None]]:
        return list(zip(self.leads, cycle(self.turns or (None,)), strict=False))


@dataclass(frozen=True, slots=True)
class Reassignment:
    """A reassignment under way or over. Each lead is in one of `outcomes`; one that stayed is in `stayed` too."""

    id: UUID
    from_names: tuple[str, ...]
    to_names: tuple[str, ...]
    reason: str
    state: str
    asked_by: str
    undone_by: str | None
    created_at: datetime
    finished_at: datetime | None
    outcomes: Mapping[str, int]
    stayed: Mapping[str, int]  # by outcome and reason: kept:closed

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
    def undo_until(self) -> datetime | None:
        """Until when it can be taken back; None where there is nothing to take back."""
        if self.state != "done" or self.finished_at is None or not self.outcomes.get("moved"):
            return None
        return self.finished_at + UNDO_WITHIN

    def can_undo(self, now: datetime) -> bool:
        """Whether it can be taken back at `now`."""
        return self.undo_until is not None and now < self.undo_until


def checked(receivers: Receivers) -> Receivers:
    """Return who gets leads and why, cleaned; raises Invalid with every problem."""
    checker = Checker()
    ids = tuple(dict.fromkeys(each for each in receivers.ids if each))
    checker.require("#/receiver", "needs at least one person", ok=bool(ids))
    checker.require("#/receiver", f"can name at most {MOST_RECEIVERS} people", ok=len(ids) <= MOST_RECEIVERS)
    shares = {who: share for who, share in receivers.shares.items() if who in ids}
    fit = all(1 <= share <= MOST_SHARE for share in shares.values())
    checker.require("#/receiver", f"can have a share from 1 to {MOST_SHARE}", ok=fit)
    reason = checker.text("#/why", receivers.reason, LONGEST_REASON, required=True)
    checker.finish()
    return Receivers(ids, reason, shares)


def only_open(narrowed: LeadFilter) -> LeadFilter:
    """Return the filter for the open leads among those it has; raises Invalid when it is for closed ones alone."""
    stages = tuple(stage for stage in narrowed.stages or OPEN_STAGES if stage.is_open)
    if not stages:
        raise Invalid([Problem("#/stage", "needs an open stage: closed leads stay with whom they are")])
    return replace(narrowed, stages=stages, sort=BEST)


def in_turn(leads: Iterable[Chosen]) -> tuple[Chosen, ...]:
    """Return the leads as they are dealt out: stage by stage, the best first, so that nobody gets all the good ones."""

    def place(lead: Chosen) -> tuple[int, int, UUID]:
        return OPEN_STAGES.index(lead.stage), 1 if lead.score is None else -lead.score, lead.id

    return tuple(sorted(leads, key=place))


def why_it_stays(lead: Lead, holder_id: str | None, since: datetime | None) -> str | None:
    """Return why a lead is not to be moved on from `holder_id`, None where it is.

    With `since` it is given back: one that went on to another stage after that is its new owner's.
    """
    if not lead.stage.is_open:
        return "closed"
    if lead.assigned_to_id != holder_id:
        return "given"
    return "moved_on" if since is not None and lead.stage_entered_at > since else None
