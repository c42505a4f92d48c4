"""Bodies of the stage, won, lost and assign requests."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import msgspec

from app.contracts.words import LostReason, OpenStageWord


class MoveRequest(msgspec.Struct, forbid_unknown_fields=True):
    """Move an open lead to another open stage."""

    stage: OpenStageWord
    version: int


class SaleDetails(msgspec.Struct, forbid_unknown_fields=True):
    """What was sold. `amount` is a decimal string or number with at most two decimals. null: left out."""

    amount: Decimal
    product: str
    currency: str | None = None
    starts_on: date | None = None
    contract_reference: str | None = ""
    handoff_note: str | None = ""
    closed_on: date | None = None


class WonRequest(msgspec.Struct, forbid_unknown_fields=True):
    """Win a lead."""

    version: int
    sale_details: SaleDetails


class LostRequest(msgspec.Struct, forbid_unknown_fields=True):
    """Lose a lead, and say why; a `competitor` goes with that reason."""

    version: int
    reason: LostReason
    note: str | None = ""
    competitor: str | None = ""


class AssignRequest(msgspec.Struct, forbid_unknown_fields=True):
    """Give a lead to another rep."""

    assigned_to_id: str
    version: int
    reason: str | None = ""
