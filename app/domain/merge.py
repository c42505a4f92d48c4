"""Two customers who are one person: what each brings along, and when they cannot be merged."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final
from uuid import UUID

from app.domain.lead import Lead, Money, open_among

if TYPE_CHECKING:
    from collections.abc import Sequence

DUPLICATE: Final = "duplicate"
FIELDS: Final = {
    "email": "E-mail",
    "phone": "Phone",
    "company": "Company",
    "job_title": "Job",
    "country": "Country",
}


@dataclass(frozen=True, slots=True)
class Side:
    """One of two customers, as far as a merge is concerned."""

    id: UUID
    name: str
    email: str | None
    phone: str
    company: str
    job_title: str
    country: str
    sso_user_id: str | None
    last_contact_at: datetime | None
    clv: Money
    entries: int
    tickets: int
    sales: int
    created_at: datetime
    updated_at: datetime
    erased: bool
    merged: bool
    erasure_asked: bool
    leads: tuple[Lead, ...] = ()

    @property
    def open_lead(self) -> Lead | None:
        """The lead that is still open, if any."""
        return open_among(self.leads)


@dataclass(frozen=True, slots=True)
class Row:
    """One field of both, and what the merged customer will have."""

    label: str
    kept: str
    gone: str
    result: str


@dataclass(frozen=True, slots=True)
class Pair:
    """Who stays, and who is merged into them."""

    kept: Side
    gone: Side

    @property
    def seen(self) -> str:
        """What a page was made from: a merge is refused when either changed since."""
        return f"{self.kept.updated_at.isoformat()} {self.gone.updated_at.isoformat()}"

    @property
    def both_open(self) -> bool:
        """True when somebody has to choose which lead stays open: a customer has one."""
        return self.kept.open_lead is not None and self.gone.open_lead is not None

    @property
    def refusal(self) -> str:
        """Why these two cannot be merged, in a sentence; empty when they can."""
        if self.kept.id == self.gone.id:
            return "Nobody can be merged with themselves."
        for side in (self.kept, self.gone):
            if side.merged:
                return f"{side.name} was merged already."
            if side.erased:
                return "One of them was erased; nothing can be joined to that."
            if side.erasure_asked:
                return f"Somebody asked to erase {side.name}. Decide that first."
        if self.kept.sso_user_id and self.gone.sso_user_id:
            return (
                "Both have an account of their own in the company sign-in, so they are two people there."
                " Close one of the accounts first."
            )
        return ""

    @property
    def rows(self) -> Sequence[Row]:
        """Return the two side by side, field by field."""
        return [Row("Name", self.kept.name, self.gone.name, self.kept.name), *map(self._row, FIELDS)]

    def _row(self, name: str) -> Row:
        kept, gone = getattr(self.kept, name) or "", getattr(self.gone, name) or ""
        takes_over = not kept or (name == "email" and self.gone.sso_user_id is not None)
        return Row(FIELDS[name], kept, gone, gone if takes_over else kept)


@dataclass(frozen=True, slots=True)
class Wish:
    """A wish to merge `gone_id` into `kept_id`; `seen` is what the page was made from, if it was a page."""

    kept_id: UUID
    gone_id: UUID
    keep_lead_id: UUID | None = None
    seen: str | None = None


@dataclass(frozen=True, slots=True)
class Merged:
    """Two customers that are one now, and what moved."""

    kept_id: UUID
    gone_id: UUID
    leads: int
    tickets: int
    sales: int


@dataclass(frozen=True, slots=True)
class Candidate:
    """One of two customers who look alike."""

    id: UUID
    name: str
    email: str | None
    company: str
    phone: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class CandidatePage:
    """Pairs that look alike. A page can be short, or empty, and still have more behind it: a look is bounded."""

    items: tuple[tuple[Candidate, Candidate], ...]
    next_cursor: str | None
