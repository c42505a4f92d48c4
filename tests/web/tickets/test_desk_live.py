"""An open desk is told of tickets that are theirs to work, and of no other."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import msgspec
import pytest

from app.contracts.tickets import ChangeTicket, OpenTicket
from app.gateways import queue
from app.services import tickets
from app.web.tickets.live import LOOK, Desk
from tests import make

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable

    import asyncpg
    from httpx import AsyncClient

    from app.web.live import Streams
    from tests.cast import Cast

SECONDS = 10


@pytest.fixture(autouse=True)
async def closed() -> AsyncGenerator[None]:
    yield
    await queue.close()


async def until_look(stream: AsyncGenerator[str]) -> None:
    async with asyncio.timeout(SECONDS):
        while LOOK not in await anext(stream):
            pass


async def test_a_desk_hears_of_its_own_tickets_only(
    owner: asyncpg.Connection, cast: Cast, signed_in: Callable[[str], Awaitable[AsyncClient]]
) -> None:
    await signed_in("sam")
    await make.lead(owner, cast.rita)
    ticket = await make.ticket(owner, await owner.fetchval("SELECT customer_id FROM lead"))
    heard = {
        viewer.id: await Desk().frame(viewer, str(ticket)) for viewer in (cast.rita, cast.omar, cast.sam)
    }
    assert heard == {cast.rita.id: LOOK, cast.omar.id: "", cast.sam.id: LOOK}
    assert await Desk().frame(cast.omar, None) == LOOK


async def test_what_is_opened_and_changed_reaches_an_open_desk(
    owner: asyncpg.Connection, cast: Cast, streams: Streams
) -> None:
    customer = await make.customer(owner)
    stream = streams.follow(cast.sam, "t", Desk())
    await until_look(stream)  # as it begins
    ticket = (await tickets.open_ticket(cast.ada, customer, OpenTicket(subject="Locked out"), None)).value
    await until_look(stream)
    wanted = msgspec.convert({"status": "pending"}, ChangeTicket)
    await tickets.change_ticket(cast.ada, ticket.id, wanted, None)
    await until_look(stream)
    await stream.aclose()


async def test_who_asks_for_no_stream_goes_to_the_desk(
    signed_in: Callable[[str], Awaitable[AsyncClient]],
) -> None:
    answer = await (await signed_in("sam")).get("/tickets/live")
    assert (answer.status_code, answer.headers["location"]) == (303, "/tickets")
