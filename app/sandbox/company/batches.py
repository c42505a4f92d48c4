"""Draws a company batch by batch: each can be drawn alone, so every processor can draw another one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from app.sandbox.company.copying import lines
from app.sandbox.company.customers import TABLES, Pace, Setting, Shape, add_customer
from app.sandbox.company.draw import Draw
from app.sandbox.company.people import people

if TYPE_CHECKING:
    from datetime import datetime

    from app.sandbox.company.customers import Rows
    from app.sandbox.company.people import Rep

BATCH: Final = 2_000
LEADS_EACH: Final = (1,) * 17 + (2, 2, 3)
# Far enough apart that no batch of one seed is a batch of a seed nearby.
BETWEEN_SEEDS: Final = 1_000_003


@dataclass(frozen=True, slots=True)
class Wanted:
    """What company is wanted: how many leads and reps, about how many entries, which of all possible ones."""

    leads: int
    reps: int = 2
    seed: int = 1
    entries: int = 0


@dataclass(frozen=True, slots=True)
class Plan:
    """All that a process needs to know to draw any batch of a company."""

    wanted: Wanted
    shape: Shape
    reps: list[Rep]
    today: datetime
    seeded_at: datetime
    currency: str

    @property
    def batches(self) -> int:
        """How many batches the company has."""
        return -(-self.wanted.leads // BATCH)


@dataclass(frozen=True, slots=True)
class Part:
    """The rows of one table, as COPY reads them."""

    table: str
    columns: list[str]
    rows: int
    lines: bytes


@dataclass(frozen=True, slots=True)
class Batch:
    """Some customers with all that belongs to them."""

    parts: list[Part]


def draw_batch(plan: Plan, number: int) -> Batch:
    """Return the batch of that number."""
    draw = Draw(plan.wanted.seed + BETWEEN_SEEDS * number)
    pace = Pace(plan.wanted.entries / plan.wanted.leads)
    setting = Setting(draw, plan.reps, plan.today, plan.seeded_at, plan.currency, plan.shape, pace)
    strangers = people(draw, number)
    rows: Rows = {table: [] for table in TABLES}
    missing = min(BATCH, plan.wanted.leads - BATCH * number)
    while missing:
        leads = min(draw.choice(LEADS_EACH), missing)
        add_customer(rows, setting, next(strangers), leads)
        missing -= leads
    for place, event in enumerate(rows["outbox"], BATCH * number + 1):
        event["position"] = place  # a batch has fewer sales than leads, so no two events share one
    return Batch([_part(table, rows[table]) for table in TABLES if rows[table]])


def _part(table: str, rows: list[dict[str, Any]]) -> Part:
    return Part(table, list(rows[0]), len(rows), lines(rows))
