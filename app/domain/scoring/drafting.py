"""Rules in the making: what cannot be right, what probably is not, and what they would change."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from app.domain.scoring.fields import FIELDS
from app.domain.scoring.result import HIGHEST
from app.domain.scoring.rules import Rule, Rules, TouchRule, applies
from app.domain.text import Checker

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from app.domain.scoring.features import Features
    from app.domain.scoring.model import Model

MOST_RULES: Final = 100
LONGEST_LABEL: Final = 80
TOUCHES: Final = ("meetings", "calls", "emails", "returns")
COLUMNS: Final = 10
MOVERS: Final = 20


@dataclass(frozen=True, slots=True)
class Span:
    """The numbers that a field of the rules may hold, both ends included."""

    least: int
    most: int
    whole: bool = True

    @property
    def words(self) -> str:
        """What is asked of who gave another number."""
        return f"must be a {'whole ' if self.whole else ''}number from {self.least} to {self.most}"

    def holds(self, number: float) -> bool:
        """Say whether the number is one of these."""
        return self.least <= number <= self.most and (not self.whole or number == int(number))


SCALE: Final = {
    "start": Span(0, HIGHEST),
    "fit_cap": Span(0, HIGHEST),
    "engagement_cap": Span(0, HIGHEST),
    "half_life_days": Span(1, 365, whole=False),
}
POINTS: Final = {"fit": Span(0, 100), "touches": Span(0, 100), "penalties": Span(-100, -1)}
CAP: Final = Span(0, 100)


@dataclass(frozen=True, slots=True)
class Mover:
    """A lead whose score would change."""

    lead_id: UUID
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class DryRun:
    """What a draft would do to real leads: counts per ten points before and after, and who moves most."""

    leads: int
    before: tuple[int, ...]
    after: tuple[int, ...]
    moved: int
    movers: tuple[Mover, ...]
    warnings: tuple[str, ...]


def check_rules(rules: Rules) -> None:
    """Raise Invalid with everything that cannot be right, each at its field such as `#/fit/0/points`."""
    checker = Checker()
    for name, span in SCALE.items():
        checker.require(f"#/{name}", span.words, ok=span.holds(getattr(rules, name)))
    groups = (("fit", rules.fit), ("touches", rules.touches), ("penalties", rules.penalties))
    for group, some in groups:
        for place, rule in enumerate(some):
            _check_rule(checker, f"#/{group}/{place}", rule, group)
    count = sum(len(some) for _, some in groups)
    checker.require("#/rules", f"must be at most {MOST_RULES}", ok=count <= MOST_RULES)
    checker.finish()


def _check_rule(checker: Checker, at: str, rule: Rule | TouchRule, group: str) -> None:
    known = rule.field in TOUCHES if group == "touches" else rule.field in FIELDS
    checker.require(f"{at}/field", "is no field that may be scored", ok=known)
    fits = 0 < len(rule.label) <= LONGEST_LABEL
    checker.require(f"{at}/label", f"must have from 1 to {LONGEST_LABEL} characters", ok=fits)
    checker.require(f"{at}/points", POINTS[group].words, ok=POINTS[group].holds(rule.points))
    if isinstance(rule, TouchRule):
        checker.require(f"{at}/cap", CAP.words, ok=CAP.holds(rule.cap))
    else:
        bounded = bool(rule.values) or rule.at_least is not None or rule.below is not None
        checker.require(f"{at}/values", "needs values, or a number to begin or end at", ok=bounded)


def try_rules(rules: Model, active: Model, leads: Sequence[tuple[UUID, Features]]) -> DryRun:
    """Score the leads by the draft and by the active version."""
    pairs = [(lead, active.score(row).score, rules.score(row).score) for lead, row in leads]
    moved = [Mover(*pair) for pair in pairs if pair[1] != pair[2]]
    moved.sort(key=lambda one: -abs(one.after - one.before))
    warnings = find_warnings(rules.body, [row for _, row in leads]) if isinstance(rules.body, Rules) else []
    return DryRun(
        leads=len(pairs),
        before=_histogram([before for _, before, _ in pairs]),
        after=_histogram([after for _, _, after in pairs]),
        moved=len(moved),
        movers=tuple(moved[:MOVERS]),
        warnings=tuple(warnings),
    )


def find_warnings(rules: Rules, rows: Sequence[Features]) -> list[str]:
    """Return what is allowed but probably not meant."""
    found: list[str] = []
    every = (*rules.fit, *rules.penalties)
    for rule in every:
        if rule.at_least is not None and rule.below is not None and rule.at_least >= rule.below:
            found.append(f"“{rule.label}” begins where it has already ended: it can never apply")
        elif rows and not any(applies(rule, row) for row in rows):
            found.append(f"“{rule.label}” applies to none of these leads")
        if not rule.points:
            found.append(f"“{rule.label}” gives no points")
    same = Counter((rule.field, rule.values, rule.at_least, rule.below) for rule in every)
    found += [
        f"Two rules look at the same of “{FIELDS[field]}”" for (field, *_), count in same.items() if count > 1
    ]
    return found


def _histogram(scores: Sequence[int]) -> tuple[int, ...]:
    counts = Counter(min(score * COLUMNS // HIGHEST, COLUMNS - 1) for score in scores)
    return tuple(counts[place] for place in range(COLUMNS))
