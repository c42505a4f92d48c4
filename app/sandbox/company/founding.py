"""Founds the company: draws it batch by batch, and puts it into an empty database."""

from __future__ import annotations

import asyncio
import os
from collections import Counter, deque
from collections.abc import Callable
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from multiprocessing import get_context
from typing import TYPE_CHECKING, Any, Final

import asyncpg

from app.core import clock
from app.core.settings import settings
from app.sandbox.company import loading
from app.sandbox.company.batches import Plan, Wanted, draw_batch
from app.sandbox.company.customers import Shape
from app.sandbox.company.draw import Draw
from app.sandbox.company.people import reps_of, staff_rows

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from app.sandbox.company.batches import Batch

# Hears what is being done, how much of it is done, and how much there is.
Progress = Callable[[str, int, int], None]
GROWN: Final = Shape(open_share=0.2, longest_ago=3 * 365)
YOUNG: Final = Shape(open_share=0.55, longest_ago=75)
DEMO: Final = Wanted(leads=140)


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


@dataclass(frozen=True, slots=True)
class _Company:
    plan: Plan
    staff: list[dict[str, Any]]


async def seed(owner_url: str, wanted: Wanted, progress: Progress | None = None) -> Summary:
    """Fill an empty database; raises Conflict for any other. It is filled whole or not at all."""
    return await _fill(owner_url, _found(wanted, GROWN), progress or _nobody_listens)


async def demo(owner_url: str) -> Summary:
    """Fill an empty database with a young company: something in every column, wins this month."""
    return await _fill(owner_url, _found(DEMO, YOUNG), _nobody_listens)


def _found(wanted: Wanted, shape: Shape) -> _Company:
    seeded_at = clock.now()
    # The company ends this morning, so that two runs of one day draw the same.
    today = seeded_at.replace(hour=0, minute=0, second=0, microsecond=0)
    staff = staff_rows(Draw(wanted.seed), wanted.reps, today - timedelta(days=shape.longest_ago + 365))
    plan = Plan(wanted, shape, reps_of(staff, wanted.reps), today, seeded_at, settings().currency)
    return _Company(plan, staff)


async def _fill(owner_url: str, company: _Company, progress: Progress) -> Summary:
    owner = await asyncpg.connect(owner_url)
    try:
        async with owner.transaction():
            missing = await loading.open_tables(owner)
            await loading.hire(owner, company.staff)
            await loading.adopt_rules(owner, company.plan.today)
            await loading.set_goals(owner, company.staff[0]["created_at"], company.plan.currency)
            made = await _copy_all(owner, company.plan, progress)
            await loading.derive(owner)
            await _put_back(owner, missing, progress)
            await loading.close_tables(owner)
        for table in (*loading.LOADED, "lead_words", "lead_total", "closed_total"):
            await loading.settle(owner, table)
    finally:
        await owner.close()
    return Summary(made["lead"], made["customer"], made["activity"], made["sale"], made["ticket"])


async def _copy_all(owner: asyncpg.Connection, plan: Plan, progress: Progress) -> Counter[str]:
    made: Counter[str] = Counter()
    async for batch in _drawn_ahead(plan):
        await loading.copy(owner, batch)
        made.update({part.table: part.rows for part in batch.parts})
        progress("Leads", made["lead"], plan.wanted.leads)
    return made


async def _put_back(owner: asyncpg.Connection, missing: list[str], progress: Progress) -> None:
    for number, statement in enumerate(missing, 1):
        await owner.execute(statement)
        progress("Keys and indexes", number, len(missing))


async def _drawn_ahead(plan: Plan) -> AsyncIterator[Batch]:
    """Yield the batches in order; a few are drawn while the database is busy, never more than memory bears."""
    loop = asyncio.get_running_loop()
    with _painters(plan) as painters:

        def draw(number: int) -> asyncio.Future[Batch]:
            return loop.run_in_executor(painters, draw_batch, plan, number)

        ahead = deque(draw(number) for number in range(min(_processes() + 1, plan.batches)))
        for number in range(len(ahead), plan.batches + len(ahead)):
            yield await ahead.popleft()
            if number < plan.batches:
                ahead.append(draw(number))


def _painters(plan: Plan) -> Executor:
    """Return who draws: processes, unless there is too little to draw for starting one."""
    if plan.batches == 1:
        return ThreadPoolExecutor(1)
    return ProcessPoolExecutor(_processes(), mp_context=get_context("spawn"))


def _processes() -> int:
    """Return how many processes draw: one processor is left to PostgreSQL."""
    return max((os.cpu_count() or 1) - 1, 1)


def _nobody_listens(_what: str, _done: int, _of: int) -> None:
    """Take the news, and do nothing."""
