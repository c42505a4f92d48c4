"""What can be changed about an open deal: what it is worth, when it closes, what comes next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from app.domain.lead import FollowUp
from app.domain.sale import CENT, FURTHEST, MOST
from app.domain.text import Checker

LONGEST_NOTE: Final = 500


@dataclass(frozen=True, slots=True)
class Deal:
    """What a deal may bring, and when; None for not known yet."""

    value: Decimal | None
    close_on: date | None


@dataclass(frozen=True, slots=True)
class Plan:
    """The next step with a lead; `done` when it follows one that was taken."""

    follow_up: FollowUp
    done: bool = False


def check_deal(deal: Deal, now: datetime) -> Deal:
    """Return the deal with its amount in cents; raises Invalid with every problem."""
    checker, value = Checker(), deal.value
    if value is not None:
        right = value.is_finite() and 0 <= value <= MOST
        checker.require("#/value", f"must be from 0 to {MOST}", ok=right)
        checker.require(
            "#/value", "must have at most two decimals", ok=not right or value == value.quantize(CENT)
        )
    if deal.close_on is not None:
        near = abs(deal.close_on - now.date()) <= FURTHEST
        checker.require("#/close_on", "must be within ten years", ok=near)
    checker.finish()
    return Deal(None if value is None else value.quantize(CENT), deal.close_on)


def check_plan(plan: Plan, now: datetime) -> Plan:
    """Return the plan with a clean note; raises Invalid with every problem."""
    checker, at = Checker(), plan.follow_up.at
    note = checker.text("#/follow_up_note", plan.follow_up.note, LONGEST_NOTE)
    if at is not None:
        checker.require("#/next", "must be in the future", ok=at > now)
        checker.require("#/next", "must be within the next ten years", ok=at <= now + FURTHEST)
    else:
        checker.require("#/next", "is required with what to do next", ok=not note)
    checker.finish()
    return Plan(FollowUp(at, note), plan.done)
