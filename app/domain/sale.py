"""What a sale must be, and what onboarding receives of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from app.domain.pipeline import LOST_REASONS
from app.domain.text import Checker

if TYPE_CHECKING:
    from app.contracts.pipeline import SaleDetails

EVENT_TYPE: Final = "SaleClosedWonV1"
MOST: Final = Decimal("999999999999.99")
CENT: Final = Decimal("0.01")
FURTHEST: Final = timedelta(days=3650)
TRY_AGAIN: Final = "Try again"
COMPETITOR: Final = "competitor"  # the reason that has a name
LONGEST_COMPETITOR: Final = 120


@dataclass(frozen=True, slots=True)
class NewSale:
    """A sale whose fields are right."""

    amount: Decimal
    currency: str
    product: str
    starts_on: date | None
    contract_reference: str
    handoff_note: str
    closed_at: datetime


def check_sale(details: SaleDetails, currency: str, now: datetime) -> NewSale:
    """Return the clean sale; raises Invalid with everything that is wrong. Amounts are never rounded.

    `now` is in the zone of who tells of it: there they know which day it is.
    """
    checker, at = Checker(), "#/sale_details"
    amount = check_amount(checker, f"{at}/amount", details.amount)
    wanted = details.currency or currency
    checker.require(f"{at}/currency", f"must be {currency}", ok=wanted == currency)
    sale = NewSale(
        amount=amount,
        currency=currency,
        product=checker.text(f"{at}/product", details.product, 200, required=True),
        starts_on=details.starts_on,
        contract_reference=checker.text(f"{at}/contract_reference", details.contract_reference or "", 100),
        handoff_note=checker.text(f"{at}/handoff_note", details.handoff_note or "", 5000),
        closed_at=_closing_time(checker, f"{at}/closed_on", details.closed_on, now),
    )
    checker.finish()
    return sale


def check_amount(checker: Checker, at: str, amount: Decimal) -> Decimal:
    """Return the amount in cents, nothing without a sign; notes what is no amount. It is never rounded."""
    if not amount.is_finite() or not 0 <= amount <= MOST:
        checker.note(at, f"must be from 0 to {MOST}")
        return Decimal(0)
    cents = abs(amount.quantize(CENT))
    checker.require(at, "must have at most two decimals", ok=amount == cents)
    return cents


def _closing_time(checker: Checker, at: str, closed_on: date | None, now: datetime) -> datetime:
    """A sale closed today closes now; one entered late, maybe before its lead was, closes at noon UTC of its day.

    Today is what it is in the zone of `now`. Where that day is over before noon UTC, it closes as it ends.
    """
    today = now.date()
    checker.require(at, "must not be in the future", ok=closed_on is None or closed_on <= today)
    if closed_on is None or closed_on >= today:
        return now.astimezone(UTC)
    oldest = today - FURTHEST
    checker.require(at, "must be within the last ten years", ok=closed_on >= oldest)
    day = max(closed_on, oldest)
    return min(
        datetime.combine(day, time(12), UTC), datetime.combine(day, time.max, now.tzinfo).astimezone(UTC)
    )


@dataclass(frozen=True, slots=True)
class Loss:
    """Why a lead is lost, to which competitor, and when it may be worth another try."""

    reason: str
    note: str = ""
    try_again_at: datetime | None = None
    competitor: str = ""


def check_loss(loss: Loss, now: datetime) -> Loss:
    """Return the loss with clean words.

    Raises Invalid for an unknown reason, `other` without a note, or a competitor beside another reason.
    """
    checker, reason, again = Checker(), loss.reason, loss.try_again_at
    note = checker.text("#/note", loss.note, 5000)
    competitor = " ".join(checker.text("#/competitor", loss.competitor, LONGEST_COMPETITOR).split())
    named = f"goes with the reason {COMPETITOR}"
    checker.require("#/competitor", named, ok=not competitor or reason == COMPETITOR)
    checker.require("#/reason", f"must be one of: {', '.join(LOST_REASONS)}", ok=reason in LOST_REASONS)
    checker.require("#/note", "is required when the reason is other", ok=reason != "other" or bool(note))
    soon = again is None or now < again <= now + FURTHEST
    checker.require("#/try_again", "must be after now, and within ten years", ok=soon)
    checker.finish()
    return replace(loss, note=note, competitor=competitor)


def event_data(
    sale: NewSale, *, sale_id: UUID, lead_id: UUID, customer_id: UUID, rep_id: str | None
) -> dict[str, Any]:
    """Return the `data` of SaleClosedWonV1, which the won dialog also previews."""
    return {
        "customer_id": str(customer_id),
        "sale_details": {
            "sale_id": str(sale_id),
            "lead_id": str(lead_id),
            "amount": f"{sale.amount:.2f}",
            "currency": sale.currency,
            "product": sale.product,
            "starts_on": sale.starts_on.isoformat() if sale.starts_on else None,
            "contract_reference": sale.contract_reference,
            "handoff_note": sale.handoff_note,
            "sales_rep_id": rep_id,
            "closed_at": sale.closed_at.isoformat().replace("+00:00", "Z"),
        },
    }
