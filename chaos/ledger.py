"""What callers were promised: each note here is an answer that somebody has in hand."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field


@dataclass(slots=True)
class Ledger:
    """Acknowledged captures and calls by their key, sales by their lead, addresses by their account."""

    captures: dict[str, str] = field(default_factory=dict[str, str])
    customers: list[str] = field(default_factory=list[str])
    calls: dict[str, str] = field(default_factory=dict[str, str])
    moves: int = 0
    won: set[str] = field(default_factory=set[str])
    lost: set[str] = field(default_factory=set[str])
    addresses: dict[str, str] = field(default_factory=dict[str, str])
    refused: Counter[str] = field(default_factory=Counter[str])
    wrong: Counter[str] = field(default_factory=Counter[str])

    def __str__(self) -> str:
        """Return how much it holds."""
        work = f"{len(self.captures):,} captures, {len(self.calls):,} calls, {self.moves:,} moves"
        ends = f"{len(self.won):,} sales, {len(self.lost):,} losses, {len(self.addresses):,} accounts"
        return f"{work}, {ends}; asked again after {dict(self.refused)}"
