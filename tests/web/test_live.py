"""A stream tells a viewer of their own leads only, and ends when it should."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from app.gateways.live import LEADS, Change
from app.web import live
from app.web.live import MOST_STREAMS, Board, Streams
from tests.cast import CAST

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable

    from httpx import AsyncClient
    from redis.asyncio import Redis

SECONDS = 10


@pytest.fixture
async def streams(redis: Redis) -> AsyncGenerator[Streams]:
    made = Streams()
    yield made
    await made.close()


async def frame(stream: AsyncGenerator[str]) -> str:
    return await asyncio.wait_for(anext(stream), SECONDS)


async def test_a_rep_hears_of_their_own_leads_and_an_admin_of_all(streams: Streams) -> None:
    rita, ada = streams.follow(CAST.rita, "t", Board()), streams.follow(CAST.ada, "t", Board())
    for stream in (rita, ada):
        assert "event: hello" in await frame(stream)
    for number, owner in enumerate((CAST.omar.id, CAST.rita.id)):
        streams._hub._hand_out(LEADS, Change(f"lead-{number}", 3, (owner,)))
    assert await frame(rita) == 'event: lead\ndata: {"id":"lead-1","version":3}\n\n'
    assert "lead-0" in await frame(ada)
    for stream in (rita, ada):
        await stream.aclose()


async def test_the_sixth_page_takes_the_place_of_the_first(streams: Streams) -> None:
    opened = [streams.follow(CAST.rita, "t", Board()) for _ in range(MOST_STREAMS + 1)]
    for stream in opened:
        await frame(stream)
    assert [said async for said in opened[0] if said] == []
    streams.end()
    for stream in opened[1:]:
        assert [said async for said in stream if said] == []


async def test_a_stream_ends_with_its_session(
    streams: Streams, monkeypatch: pytest.MonkeyPatch, signed_in: Callable[[str], Awaitable[AsyncClient]]
) -> None:
    await signed_in("rita")
    monkeypatch.setattr(live, "LOOK_AGAIN", 0)
    stream = streams.follow(CAST.rita, "no session any more", Board())
    await frame(stream)
    assert "event: logout" in await frame(stream)
    with pytest.raises(StopAsyncIteration):
        await frame(stream)


async def test_a_session_that_ended_is_not_heard_of_at_the_next_heartbeat_but_in_time(
    streams: Streams, monkeypatch: pytest.MonkeyPatch, signed_in: Callable[[str], Awaitable[AsyncClient]]
) -> None:
    await signed_in("rita")
    monkeypatch.setattr(live, "LOOK_AGAIN", 0.1)
    assert live.HEARTBEAT > SECONDS
    stream = streams.follow(CAST.rita, "no session any more", Board())
    await frame(stream)
    said = await frame(stream)
    assert "event: logout" in (said if "logout" in said else await frame(stream))


async def test_who_asks_for_no_stream_goes_to_the_board(
    signed_in: Callable[[str], Awaitable[AsyncClient]],
) -> None:
    answer = await (await signed_in("rita")).get("/live")
    assert (answer.status_code, answer.headers["location"]) == (303, "/board")
