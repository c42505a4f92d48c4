"""Rules in the making: what cannot be right, what probably is not, and what they would change."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from app.core.errors import Invalid, Problem
from app.domain.scoring.fields import FIELDS
from app.domain.scoring.result import HIGHEST
from app.domain.scoring.rules import Rule, Rules, TouchRule, applies

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from app.domain.scoring.features import Features
    from app.domain.scoring.model import Model

MOST_RULES: Final = 100
LONGEST_LABEL: Final = 80
MOST_POINTS: Final = 100
LONGEST_HALF_LIFE: Final = 365.0
TOUCHES: Final = ("meetings", "calls", "emails", "returns")
COLUMNS: Final = 10
MOVERS: Final = 20


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
    """Raise Invalid with everything that cannot be right."""
    wrong: list[Problem] = []
    for group, some in (("fit", rules.fit), ("touches", rules.touches), ("penalties", rules.penalties)):
        for place, rule in enumerate(some):
            wrong += [Problem(f"#/{group}/{place}", fault) for fault in _faults(rule, group)]
    if len(rules.fit) + len(rules.touches) + len(rules.penalties) > MOST_RULES:
        wrong.append(Problem("#/fit", f"more than {MOST_RULES} rules"))
    for name, value, most in (
        ("start", rules.start, HIGHEST),
        ("fit_cap", rules.fit_cap, HIGHEST),
        ("engagement_cap", rules.engagement_cap, HIGHEST),
        ("half_life_days", rules.half_life_days, LONGEST_HALF_LIFE),
    ):
        if not 0 <= value <= most or (name == "half_life_days" and value < 1):
            wrong.append(Problem(f"#/{name}", f"must be at most {most:g}"))
    if wrong:
        raise Invalid(wrong)


def _faults(rule: Rule | TouchRule, group: str) -> list[str]:
    known = rule.field in TOUCHES if group == "touches" else rule.field in FIELDS
    found = [] if known else [f"{rule.field!r} is no field that may be scored"]
    if not 0 < len(rule.label) <= LONGEST_LABEL:
        found.append(f"needs a label of at most {LONGEST_LABEL} characters")
    if abs(rule.points) > MOST_POINTS or (group == "penalties") != (rule.points < 0):
        found.append("needs points from -100 to -1" if group == "penalties" else "needs points from 0 to 100")
    if isinstance(rule, Rule) and not rule.values and rule.at_least is None and rule.below is None:
        found.append("needs values, or a number to begin or end at")
    return found


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
