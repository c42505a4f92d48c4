"""Bodies of the stage, won, lost and assign requests."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Final

import msgspec

from app.contracts.words import LostReason, OpenStageWord, text

AMOUNT: Final = msgspec.Meta(
    extra_json_schema={
        "type": ["string", "number"],
        "pattern": r"^\d{1,12}(\.\d{1,2})?$",
        "minimum": 0,
        "maximum": 999_999_999_999.99,
    }
)
CURRENCY: Final = msgspec.Meta(extra_json_schema={"pattern": "^[A-Z]{3}$"})


class MoveRequest(msgspec.Struct, forbid_unknown_fields=True):
    """Move an open lead to another open stage."""

    stage: OpenStageWord
    version: int


class SaleDetails(msgspec.Struct, forbid_unknown_fields=True):
    """What was sold. `amount` is a decimal string or number with at most two decimals. null: left out."""

    amount: Annotated[Decimal, AMOUNT]
    product: Annotated[str, text(200, minLength=1)]
    currency: Annotated[str, CURRENCY] | None = None
    starts_on: date | None = None
    contract_reference: Annotated[str, text(100)] | None = ""
    handoff_note: Annotated[str, text(5000)] | None = ""
    closed_on: date | None = None


class WonRequest(msgspec.Struct, forbid_unknown_fields=True):
    """Win a lead."""

    version: int
    sale_details: SaleDetails


class LostRequest(msgspec.Struct, forbid_unknown_fields=True):
    """Lose a lead, and say why; a `competitor` goes with that reason, and `other` needs a `note`."""

    version: int
    reason: LostReason
    note: Annotated[str, text(5000)] | None = ""
    competitor: Annotated[str, text(120)] | None = ""


class AssignRequest(msgspec.Struct, forbid_unknown_fields=True):
    """Give a lead to another rep."""

    assigned_to_id: str
    version: int
    reason: Annotated[str, text(500)] | None = ""
