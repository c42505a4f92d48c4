"""What a search means, and what it finds: a customer, and the viewer's newest lead of theirs."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from app.domain.pipeline import Stage

ENOUGH: Final = 3
SHORTEST: Final = 2
# Of three-letter pieces in common: one wrong or missing letter in a name; in a long one, where others fit exactly.
SIMILAR, NEARLY_SAME = 0.4, 0.65
MOST_WORDS: Final = 8
SHORTEST_NUMBER: Final = 3
SHORTEST_NATIONAL: Final = 4


@dataclass(frozen=True, slots=True)
class Hit:
    """One customer found; no lead where the viewer has none of theirs."""

    customer_id: UUID
    name: str
    company: str
    email: str | None
    lead_id: UUID | None
    stage: Stage | None


def how_similar(q: str, fitting: int) -> float | None:
    """Return from when on similar ones are shown too; None where they are not.

    An address or a number that fits is meant as it is, and a ticket's number always.
    """
    if len(q) < SHORTEST or q.startswith("#"):
        return None
    if not fitting:
        return SIMILAR
    return NEARLY_SAME if fitting < ENOUGH and q.replace(" ", "").isalpha() else None


def sought_words(q: str) -> list[str]:
    """Return the words that somebody must have, in any order."""
    return q.split(maxsplit=MOST_WORDS - 1) or [q]


def sought_digits(q: str) -> str:
    """Return what of a number is the same however it is written, abroad or at home; empty for what is none."""
    if re.search(r"[^\d\s()+./#-]", q):
        return ""
    typed = q.strip()
    digits = re.sub(r"\D", "", typed.replace("(0)", "") if typed.startswith(("+", "00")) else typed)
    national = digits.lstrip("0")
    found = national if len(national) >= SHORTEST_NATIONAL else digits
    return found if len(found) >= SHORTEST_NUMBER else ""
