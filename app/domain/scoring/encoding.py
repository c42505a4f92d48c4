"""Before learning: which values of a field are told apart, and which rows hold each."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from app.domain.scoring.features import Features

    Token = tuple[str, str]
    Value = str | float | None

MISSING: Final = ("missing", "")
OTHER: Final = ("other", "")
HEAP: Final = 2.0
ENOUGH: Final = 1500  # closed leads for statements in detail
MANY: Final = 2000
NUMERIC_SHARE: Final = 0.95  # a column with a few typing errors is still a number


@dataclass(frozen=True, slots=True)
class Plan:
    """How finely rows may be told apart. What is rare stays unnamed, which also protects people."""

    rarest: int
    spans: int
    penalty: float  # pulls every weight towards nothing
    bond: float = 5.0  # pulls the weights of neighbouring spans together

    @staticmethod
    def of(leads: int) -> Plan:
        """Return the plan for a number of closed leads; few leads allow only coarse statements."""
        few = leads < ENOUGH
        return Plan(5 if few else 10, 8 if few else 28, 5.0 if leads < MANY else 2.0)


@dataclass(frozen=True, slots=True)
class Encoded:
    """One field: for each of its tokens the rows that hold it, and the tokens of the spans beside it."""

    name: str
    cuts: tuple[float, ...] | None
    members: Mapping[Token, list[int]]

    def beside(self, token: Token) -> list[Token]:
        """Return the neighbouring spans; a category has none, and a heap speaks for itself."""
        kind, place = token
        if kind != "span" or self._is_heap(token):
            return []
        near = (("span", str(int(place) + step)) for step in (-1, 1))
        return [other for other in near if other in self.members and not self._is_heap(other)]

    def _is_heap(self, token: Token) -> bool:
        """Say whether a span is far fuller than an even cut makes it: one value, such as no visit at all."""
        rows = sum(len(members) for (kind, _), members in self.members.items() if kind == "span")
        return len(self.members[token]) * (len(self.cuts or ()) + 1) > HEAP * rows


def encode(name: str, rows: Sequence[Features], plan: Plan, leads: Sequence[int] | None = None) -> Encoded:
    """Sort the rows by their token of one field; `leads` says whose each row is, where a lead has several."""
    values = [row.get(name) for row in rows]
    cuts = _cuts(values, plan) if _is_number(values) else None
    named = (
        set[str]() if cuts is not None else _named(values, range(len(rows)) if leads is None else leads, plan)
    )
    members: dict[Token, list[int]] = {}
    for place, value in enumerate(values):
        members.setdefault(_token(value, cuts, named), []).append(place)
    return Encoded(name, cuts, members)


def _token(value: Value, cuts: tuple[float, ...] | None, named: set[str]) -> Token:
    if value is None:
        return MISSING
    if cuts is None:
        return ("value", str(value)) if str(value) in named else OTHER
    return OTHER if isinstance(value, str) else ("span", str(bisect_left(cuts, value)))


def _is_number(values: Sequence[Value]) -> bool:
    known = [value for value in values if value is not None]
    numbers = sum(not isinstance(value, str) for value in known)
    return numbers > 0 and numbers >= NUMERIC_SHARE * len(known)


def _cuts(values: Sequence[Value], plan: Plan) -> tuple[float, ...]:
    """Return the inner quantiles; equal ones are one cut, so that a heap of zeros has its own span."""
    numbers = sorted(value for value in values if not isinstance(value, str | None))
    places = (place * len(numbers) // plan.spans for place in range(1, plan.spans))
    return tuple(sorted({numbers[place] for place in places} - {numbers[-1]}))


def _named(values: Sequence[Value], leads: Sequence[int], plan: Plan) -> set[str]:
    held = {(str(value), lead) for value, lead in zip(values, leads, strict=True) if value is not None}
    counts = Counter(value for value, _ in held)
    return {value for value, count in counts.items() if count >= plan.rarest}
