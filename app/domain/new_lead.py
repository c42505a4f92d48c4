"""A lead somebody adds by hand."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class NewLead:
    """What a rep knows of somebody who may buy; the contact is checked like a web form's."""

    name: str
    email: str
    company: str = ""
    phone: str = ""
    source: str = ""
    note: str = ""
    value: Decimal | None = None
    owner_id: str | None = None


@dataclass(frozen=True, slots=True)
class Added:
    """What became of it: the viewer's own lead, new or known; None when a colleague has the customer already."""

    lead_id: str | None
    created: bool
