"""A customer with several histories costs what any other costs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.domain.merge import Wish
from app.services.merge import merge_customers
from tests import make
from tests.budgets.counting import trips
from tests.budgets.test_round_trips import ENTRIES

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from uuid import UUID

    import asyncpg
    from httpx import AsyncClient

    from tests.cast import Cast


async def test_the_page_of_two_histories_and_the_older_entries_of_both(
    owner: asyncpg.Connection, cast: Cast, signed_in: Callable[[str], Awaitable[AsyncClient]]
) -> None:
    client = await signed_in("rita")
    people = [await make.customer(owner) for _ in range(2)]
    for customer in people:
        await _history(owner, cast, customer)
    await merge_customers(cast.ada, Wish(people[0], people[1]), None)
    url = f"/customers/{people[0]}"
    await client.get(url)  # the first one learns names and types
    async with trips() as counted:
        answer = await client.get(url)
    assert answer.text.count("data-activity-id=") == 30
    assert len(counted.sent) <= 4, counted.sent
    for _ in range(20):  # reading everybody's entries shall look as dear as it is
        await _history(owner, cast, await make.customer(owner))
    await owner.execute("ANALYZE")
    statement = next(sent for sent in counted.sent if "chain" in sent)
    assert "Seq Scan on activity " not in await _plan(owner, statement)


async def _history(owner: asyncpg.Connection, cast: Cast, customer: UUID) -> None:
    lead = await make.lead(owner, cast.rita, "closed_lost", customer_id=customer)
    await owner.execute(ENTRIES, customer, lead, cast.rita.id)


async def _plan(owner: asyncpg.Connection, statement: str) -> str:
    async with owner.transaction():
        await owner.execute(f"SET LOCAL plan_cache_mode = force_generic_plan; PREPARE asked AS {statement}")
        bound = max(number for number in range(1, 40) if f"${number}" in statement)
        nothing = ", ".join(["NULL"] * bound)
        return "\n".join(row[0] for row in await owner.fetch(f"EXPLAIN EXECUTE asked({nothing})"))
