"""What the reports count. How each thing is counted is said in docs/adr/0102."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from app.domain.pipeline import Stage
from app.domain.report import Rate

NONE = Decimal(0)


@dataclass(frozen=True, slots=True)
class Cohort:
    """The leads that arrived in a month, or in all of them: how many got at least so far, and where they ended."""

    month: date | None
    came: int
    qualified: int
    proposal_sent: int
    negotiation: int
    won: int
    lost: int

    @property
    def steps(self) -> tuple[int, ...]:
        """How many got at least to each stage, in the order of the pipeline."""
        return (self.came, self.qualified, self.proposal_sent, self.negotiation, self.won)

    @property
    def still_open(self) -> int:
        """How many are neither won nor lost."""
        return self.came - self.won - self.lost

    @property
    def rate(self) -> Rate:
        """How many of all were won."""
        return Rate(self.won, self.came)


@dataclass(frozen=True, slots=True)
class Step:
    """How many of the leads that came in a while got at least to this stage."""

    label: str
    leads: int
    kept: Rate | None


@dataclass(frozen=True, slots=True)
class Funnel:
    """How far leads got, by the month in which they arrived."""

    cohorts: tuple[Cohort, ...]

    @property
    def total(self) -> Cohort:
        """All months together."""
        sums = [sum(counts) for counts in zip(*(c.steps for c in self.cohorts), strict=True)] or [0] * 5
        return Cohort(None, *sums, lost=sum(cohort.lost for cohort in self.cohorts))

    @property
    def steps(self) -> tuple[Step, ...]:
        """Each stage with how many got there, and out of how many that got to the one before."""
        reached = self.total.steps
        stages = [stage.label for stage in Stage if stage is not Stage.CLOSED_LOST]
        before = [None, *reached]
        return tuple(
            Step(label, leads, None if above is None else Rate(leads, above))
            for label, leads, above in zip(stages, reached, before, strict=False)
        )


@dataclass(frozen=True, slots=True)
class Stay:
    """How many closed leads were in a stage, and for how many days."""

    leads: int = 0
    median: float | None = None
    p90: float | None = None


@dataclass(frozen=True, slots=True)
class Velocity:
    """How long leads stayed in each open stage, and how long it took from arrival to won."""

    stays: dict[Stage, Stay]
    cycle: Stay
    closed: int


@dataclass(frozen=True, slots=True)
class Pile:
    """Open leads together: how many, and what they bring if all are won, by their stages' chances, and as promised."""

    leads: int = 0
    best: Decimal = NONE
    weighted: Decimal = NONE
    commit: Decimal = NONE


@dataclass(frozen=True, slots=True)
class Month:
    """What is expected to close in a month from today on, and what was won in it already."""

    first: date
    expected: Pile
    won: Decimal


@dataclass(frozen=True, slots=True)
class Outlook:
    """The months ahead; and the open leads that are in none of them, so that all open leads are somewhere."""

    months: tuple[Month, ...]
    overdue: Pile
    later: Pile
    undated: Pile

    @property
    def open(self) -> Pile:
        """All open leads."""
        piles = (*(month.expected for month in self.months), self.overdue, self.later, self.undated)
        return Pile(
            sum(pile.leads for pile in piles),
            *(sum((getattr(pile, case) for pile in piles), NONE) for case in ("best", "weighted", "commit")),
        )


@dataclass(frozen=True, slots=True)
class Rival:
    """How many leads went with a competitor of this name, and what they were expected to bring."""

    name: str
    leads: int
    value: Decimal


@dataclass(frozen=True, slots=True)
class Loss:
    """How many leads were lost for a reason, what they were expected to bring, and to whom, the most first."""

    reason: str
    leads: int
    value: Decimal
    rivals: tuple[Rival, ...] = ()


@dataclass(frozen=True, slots=True)
class Origin:
    """The leads that came from one place, and what was won of them; no name for all that are not named."""

    name: str | None
    medium: str
    came: int
    won: int
    value: Decimal


@dataclass(frozen=True, slots=True)
class RepFigures:
    """What one rep got, won and lost; an empty id for nobody."""

    id: str
    name: str
    came: int
    won: int
    lost: int
    value: Decimal
    cycle: float | None
