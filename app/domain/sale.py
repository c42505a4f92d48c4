"""What a sale must be, and what onboarding receives of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from app.core.errors import Invalid, Problem
from app.domain.pipeline import LOST_REASONS
from app.domain.text import Checker

if TYPE_CHECKING:
    from app.contracts.pipeline import SaleDetails

EVENT_TYPE: Final = "SaleClosedWonV1"
MOST: Final = Decimal("999999999999.99")
CENT: Final = Decimal("0.01")
FURTHEST: Final = timedelta(days=3650)
TRY_AGAIN: Final = "Try again"


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
    """Return the clean sale; raises Invalid with everything that is wrong. Amounts are never rounded."""
    checker, at = Checker(), "#/sale_details"
    amount = _check_amount(checker, f"{at}/amount", details.amount)
    wanted = details.currency or currency
    checker.require(f"{at}/currency", f"must be {currency}", ok=wanted == currency)
    sale = NewSale(
        amount=amount,
        currency=currency,
        product=checker.text(f"{at}/product", details.product, 200, required=True),
        starts_on=details.starts_on,
        contract_reference=checker.text(f"{at}/contract_reference", details.contract_reference, 100),
        handoff_note=checker.text(f"{at}/handoff_note", details.handoff_note, 5000),
        closed_at=_closing_time(checker, f"{at}/closed_on", details.closed_on, now),
    )
    checker.finish()
    return sale


def _check_amount(checker: Checker, at: str, amount: Decimal) -> Decimal:
    if not amount.is_finite() or not 0 <= amount <= MOST:
        checker.note(at, f"must be from 0 to {MOST}")
        return Decimal(0)
    checker.require(at, "must have at most two decimals", ok=amount == amount.quantize(CENT))
    return amount.quantize(CENT)


def _closing_time(checker: Checker, at: str, closed_on: date | None, now: datetime) -> datetime:
    """A sale closed today closes now; one entered late closes at noon UTC of its day."""
    if closed_on is None or closed_on == now.date():
        return now
    checker.require(at, "must not be in the future", ok=closed_on < now.date())
    return datetime.combine(closed_on, time(12), now.tzinfo)


@dataclass(frozen=True, slots=True)
class Loss:
    """Why a lead is lost, and when it may be worth another try."""

    reason: str
    note: str = ""
    try_again_at: datetime | None = None


def check_loss(loss: Loss, now: datetime) -> str:
    """Return the clean note; raises Invalid for an unknown reason, or for `other` without a note."""
    checker, reason, again = Checker(), loss.reason, loss.try_again_at
    cleaned = checker.text("#/note", loss.note, 5000)
    checker.require("#/reason", f"must be one of: {', '.join(LOST_REASONS)}", ok=reason in LOST_REASONS)
    checker.require("#/note", "is required when the reason is other", ok=reason != "other" or bool(cleaned))
    soon = again is None or now < again <= now + FURTHEST
    checker.require("#/try_again", "must be within the next ten years", ok=soon)
    checker.finish()
    return cleaned


def check_version(version: int) -> None:
    """Raise Invalid for a version no lead can have."""
    if not 1 <= version < 2**31:
        raise Invalid([Problem("#/version", "must be the version of the lead you read")])


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
