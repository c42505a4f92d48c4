"""What can be changed about an open deal: what it is worth, when it closes, what comes next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from app.domain.lead import FollowUp
from app.domain.pipeline import Status, status_at_work
from app.domain.sale import FURTHEST, check_amount
from app.domain.text import Checker

if TYPE_CHECKING:
    from app.domain.lead import Lead

LONGEST_NOTE: Final = 500


@dataclass(frozen=True, slots=True)
class Deal:
    """What a deal may bring, and when; None for not known yet."""

    value: Decimal | None
    close_on: date | None


@dataclass(frozen=True, slots=True)
class Plan:
    """The next step with a lead: `done` when it follows one that was taken, `nurture` when until then there is none."""

    follow_up: FollowUp
    done: bool = False
    nurture: bool = False


def check_deal(deal: Deal, now: datetime) -> Deal:
    """Return the deal with its amount in cents; raises Invalid with every problem."""
    checker = Checker()
    value = check_value(checker, deal.value)
    if deal.close_on is not None:
        near = abs(deal.close_on - now.date()) <= FURTHEST
        checker.require("#/close_on", "must be within ten years", ok=near)
    checker.finish()
    return Deal(value, deal.close_on)


def check_value(checker: Checker, value: Decimal | None) -> Decimal | None:
    """Return what a deal is worth in cents; notes what no deal can be worth."""
    return None if value is None else check_amount(checker, "#/value", value)


def changes_of(lead: Lead, deal: Deal) -> dict[str, Any]:
    """Return what a deal makes another, as the timeline says it: the days, and of the value which way it went.

    Amounts are not for support, and everybody reads the timeline.
    """
    before, after = lead.expected_value and lead.expected_value.amount, deal.value
    changes: dict[str, Any] = {"expected_close_on": deal.close_on.isoformat() if deal.close_on else None}
    if lead.expected_close_on != deal.close_on:
        changes["was_to_close_on"] = lead.expected_close_on.isoformat() if lead.expected_close_on else None
    if before is None or after is None:
        went = "" if before is after else "removed" if after is None else "set"
    else:
        went = "" if before == after else "raised" if after > before else "lowered"
    return changes | ({"value": went} if went else {})


def check_plan(plan: Plan, now: datetime) -> Plan:
    """Return the plan with a clean note; raises Invalid with every problem."""
    checker, planned = Checker(), plan.follow_up.at
    at = checker.moment("#/next", planned)
    note = checker.text("#/follow_up_note", plan.follow_up.note, LONGEST_NOTE)
    if at is not None:
        checker.require("#/next", "must be in the future", ok=at > now)
        checker.require("#/next", "must be within the next ten years", ok=at <= now + FURTHEST)
    checker.require("#/next", "is required with what to do next", ok=planned is not None or not note)
    checker.require("#/next", "is required: when to come back", ok=planned is not None or not plan.nurture)
    checker.finish()
    return Plan(FollowUp(at, note), plan.done, plan.nurture)


def status_after_plan(status: Status, plan: Plan) -> Status:
    """A lead is nurtured until a day; whoever plans anything else, or nothing, works on it."""
    return Status.NURTURING if plan.nurture else status_at_work(status)
