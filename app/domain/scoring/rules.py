"""The cold start: a versioned table of rules, fit and engagement, until there is enough to learn from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from app.domain.lead import Reason
from app.domain.scoring.engagement import HALF_LIFE_DAYS
from app.domain.scoring.result import Scored, add_up, sigmoid

if TYPE_CHECKING:
    from collections.abc import Iterable

    from app.domain.scoring.features import Features


class Rule(msgspec.Struct, frozen=True, omit_defaults=True):
    """Points for a lead whose `field` is one of `values`, or a number from `at_least` to below `below`."""

    label: str
    points: int
    field: str
    values: tuple[str, ...] = ()
    at_least: float | None = None
    below: float | None = None


class TouchRule(msgspec.Struct, frozen=True):
    """Points for each recent touch of one group, up to `cap`."""

    label: str
    points: int
    field: str
    cap: int


class Rules(msgspec.Struct, frozen=True):
    """One version. `even_at` is the score with even odds; `per_e` points multiply the odds by e."""

    start: int
    fit: tuple[Rule, ...]
    touches: tuple[TouchRule, ...]
    penalties: tuple[Rule, ...]
    fit_cap: int = 60
    engagement_cap: int = 40
    half_life_days: float = HALF_LIFE_DAYS
    even_at: int = 75
    per_e: float = 20.0


def score_by_rules(rules: Rules, features: Features) -> Scored:
    """Score a lead by the rules: fit and engagement each up to its cap, less the penalties."""
    start = Reason("Every new lead", rules.start)
    fit = [Reason(rule.label, rule.points) for rule in rules.fit if applies(rule, features)]
    touches = [Reason(rule.label, _touch_points(rule, features)) for rule in rules.touches]
    penalties = [Reason(rule.label, rule.points) for rule in rules.penalties if applies(rule, features)]
    reasons = [
        *_capped(fit, rules.fit_cap - rules.start, f"Fit counts for at most {rules.fit_cap}"),
        *_capped(touches, rules.engagement_cap, f"Engagement counts for at most {rules.engagement_cap}"),
        *penalties,
    ]
    total = start.points + sum(reason.points for reason in reasons)
    return add_up(start, reasons, sigmoid((total - rules.even_at) / rules.per_e))


def applies(rule: Rule, features: Features) -> bool:
    """Say whether a lead with these features meets the rule; what is not known meets none."""
    value = features.get(rule.field)
    if value is None:
        return False
    if isinstance(value, str):
        return value in rule.values
    at_least, below = rule.at_least, rule.below
    bounded = at_least is not None or below is not None
    return bounded and (at_least is None or value >= at_least) and (below is None or value < below)


def _touch_points(rule: TouchRule, features: Features) -> int:
    value = features.get(rule.field)
    return min(round(rule.points * value), rule.cap) if isinstance(value, int | float) else 0


def _capped(reasons: Iterable[Reason], cap: float, label: str) -> list[Reason]:
    """Return the reasons, and one more that takes back what is over the cap."""
    counted = list(reasons)
    over = sum(reason.points for reason in counted) - cap
    return [*counted, Reason(label, -over)] if over > 0 else counted
