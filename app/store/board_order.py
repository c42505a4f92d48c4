"""In which order the cards of a column stand, and where the next ones begin."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from app.store import cursor as cursors
from app.store.lead_list import SORTS

if TYPE_CHECKING:
    from app.domain.board import BoardFilter
    from app.domain.lead import Lead
    from app.domain.pipeline import Stage
    from app.store.where import Where


@dataclass(frozen=True, slots=True)
class Order:
    """Expressions of a lead, the id last; `place` gives a lead's own, as a cursor of this `kind` holds them."""

    by: tuple[str, ...]
    kind: Any
    place: Callable[[Lead], tuple[Any, ...]]
    descending: bool = False

    def __str__(self) -> str:
        """Return what ORDER BY says."""
        way = " DESC" if self.descending else ""
        return ", ".join(f"{each}{way}" for each in self.by)

    def after(self, where: Where, cursor: str) -> str:
        """Return the condition for what comes after `cursor`; raises Invalid for one of another order."""
        last = cursors.decode(cursor, self.kind)
        values = ("'infinity'" if value is None else where.bind(value) for value in last)
        return f"({', '.join(self.by)}) {'<' if self.descending else '>'} ({', '.join(values)})"

    def cursor(self, last: Lead) -> str:
        """Return the cursor that goes on behind this lead."""
        return cursors.encode(*self.place(last))


_NEXT: Final = Order(
    ("coalesce(lead.follow_up_at, 'infinity')", "-coalesce(lead.score, -1)", "lead.id"),
    tuple[datetime | None, int, UUID],
    lambda lead: (lead.follow_up_at, 1 if lead.score is None else -lead.score, lead.id),
)


def _as_listed(sort: str, own: Callable[[Lead], Any]) -> Order:
    """Return an order of the list of leads, whose indexes then serve both; `own` gives what a lead is ordered by."""
    listed = SORTS[sort]
    kind = tuple[listed.kind, UUID]
    return Order((listed.by, "lead.id"), kind, lambda lead: (own(lead), lead.id), listed.descending)


_OTHERS: Final = {
    "-score": _as_listed("-score", lambda lead: -1 if lead.score is None else lead.score),
    "-expected_value": _as_listed(
        "-expected_value", lambda lead: lead.expected_value.amount if lead.expected_value else Decimal(-1)
    ),
    "-created_at": _as_listed("-created_at", lambda lead: lead.created_at),
}
CLOSED: Final = Order(
    ("lead.closed_at", "lead.id"),
    tuple[datetime, UUID],
    lambda lead: (lead.closed_at, lead.id),
    descending=True,
)


def open_order(narrowed: BoardFilter) -> Order:
    """Return how the open columns are ordered."""
    return _OTHERS.get(narrowed.sort, _NEXT)


def order_of(stage: Stage, narrowed: BoardFilter) -> Order:
    """Return how one column is ordered."""
    return open_order(narrowed) if stage.is_open else CLOSED


def card_order(narrowed: BoardFilter) -> str:
    """Return the ORDER BY for `card`, a lead of any column."""
    order = open_order(narrowed)
    way = " DESC" if order.descending else ""
    while_open = (f"CASE WHEN card.closed_at IS NULL THEN {_of_card(each)} END{way}" for each in order.by)
    return ", ".join(("card.closed_at DESC NULLS LAST", *while_open, "card.id DESC"))


def _of_card(expression: str) -> str:
    return expression.replace("lead.", "card.")
