"""Founds the company: draws it batch by batch, and puts it into an empty database."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

import asyncpg

from app.core import clock
from app.core.settings import settings
from app.sandbox.company import loading
from app.sandbox.company.customers import TABLES, Setting, Shape, add_customer
from app.sandbox.company.draw import Draw
from app.sandbox.company.people import people, reps_of, staff_rows

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

    from app.sandbox.company.customers import Rows

BATCH: Final = 2_000
GROWN: Final = Shape(open_share=0.2, longest_ago=3 * 365)
YOUNG: Final = Shape(open_share=0.55, longest_ago=75)
DEMO_LEADS: Final = 140
LEADS_EACH: Final = (1,) * 17 + (2, 2, 3)


@dataclass(frozen=True, slots=True)
class Summary:
    """How much was made."""

    leads: int
    customers: int
    entries: int
    sales: int
    tickets: int

    def __str__(self) -> str:
        return (
            f"{self.leads:,} leads of {self.customers:,} customers, with {self.entries:,} timeline entries, "
            f"{self.sales:,} sales and {self.tickets:,} tickets"
        )


async def seed(
    owner_url: str, *, leads: int, reps: int = 2, seed: int = 1, progress: Callable[[int], None] | None = None
) -> Summary:
    """Fill an empty database; raises Conflict for any other. `progress` hears how many leads there are."""
    return await _fill(owner_url, _found(seed, reps, GROWN), leads, progress or _nobody_listens)


async def demo(owner_url: str) -> Summary:
    """Fill an empty database with a young company: something in every column, wins this month."""
    return await _fill(owner_url, _found(1, 2, YOUNG), DEMO_LEADS, _nobody_listens)


@dataclass(frozen=True, slots=True)
class _Company:
    staff: list[dict[str, Any]]
    setting: Setting


def _found(seed: int, reps: int, shape: Shape) -> _Company:
    draw = Draw(seed)
    # The company ends this morning, so that two runs of one day draw the same.
    today = clock.now().replace(hour=0, minute=0, second=0, microsecond=0)
    staff = staff_rows(draw, reps, today - timedelta(days=shape.longest_ago + 365))
    return _Company(staff, Setting(draw, reps_of(staff, reps), today, settings().currency, shape))


async def _fill(owner_url: str, company: _Company, leads: int, progress: Callable[[int], None]) -> Summary:
    made: Counter[str] = Counter()
    owner = await asyncpg.connect(owner_url)
    try:
        async with owner.transaction():
            await loading.refuse_unless_empty(owner)
            indexes = await loading.open_tables(owner)
            await loading.hire(owner, company.staff)
            await loading.adopt_rules(owner, company.setting.today)
            async for rows in _drawn_ahead(_batches(company.setting, leads)):
                await loading.copy(owner, rows)
                made.update({table: len(rows[table]) for table in TABLES})
                progress(made["lead"])
            await loading.close_tables(owner, indexes)
        await loading.analyze(owner)
    finally:
        await owner.close()
    return Summary(made["lead"], made["customer"], made["activity"], made["sale"], made["ticket"])


async def _drawn_ahead(batches: Iterator[Rows]) -> AsyncIterator[Rows]:
    """Yield the batches, drawing the next one while the database is busy with this one."""
    drawing = asyncio.create_task(asyncio.to_thread(next, batches, None))
    while (rows := await drawing) is not None:
        drawing = asyncio.create_task(asyncio.to_thread(next, batches, None))
        yield rows


def _batches(setting: Setting, leads: int) -> Iterator[Rows]:
    strangers = people(setting.draw)
    missing = leads
    while missing:
        rows: Rows = {table: [] for table in TABLES}
        wanted = max(missing - BATCH, 0)
        while missing > wanted:
            number = min(setting.draw.choice(LEADS_EACH), missing)
            add_customer(rows, setting, next(strangers), number)
            missing -= number
        yield rows


def _nobody_listens(_: int) -> None:
    """Take the news, and do nothing."""
