"""A stream tells a viewer of their own leads only, and ends when it should."""

from __future__ import annotations

import asyncio
import re
import time
from typing import TYPE_CHECKING

import pytest

from app.gateways.live import LEADS, Change, announce_lead
from app.web import live
from app.web.live import MOST_STREAMS, Board
from tests import make
from tests.cast import CAST

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable

    import asyncpg
    from httpx import AsyncClient

    from app.web.live import Streams
SECONDS = 10
JUST_DRAWN = time.time() + 3600  # nothing is remembered since then


async def frame(stream: AsyncGenerator[str]) -> str:
    return await asyncio.wait_for(anext(stream), SECONDS)


async def until_said(stream: AsyncGenerator[str], last: str) -> str:
    """Return what is said up to that; the streams hear other test processes too."""
    said = ""
    async with asyncio.timeout(SECONDS):
        while last not in said:
            said += await anext(stream)
    return said


async def test_a_rep_hears_of_their_own_leads_and_an_admin_of_all(streams: Streams) -> None:
    rita, ada = (
        streams.follow(CAST.rita, "t", Board(JUST_DRAWN)),
        streams.follow(CAST.ada, "t", Board(JUST_DRAWN)),
    )
    for stream in (rita, ada):
        assert "event: hello" in await frame(stream)
    for number, owner in enumerate((CAST.omar.id, CAST.rita.id)):
        streams._hub._hand_out(LEADS, Change(f"lead-{number}", 3, (owner,)))
    said = await until_said(rita, 'event: lead\ndata: {"id":"lead-1","version":3}\n\n')
    assert "lead-0" not in said
    assert "lead-1" not in await until_said(ada, "lead-0")
    for stream in (rita, ada):
        await stream.aclose()


async def test_a_board_is_told_what_happened_since_it_was_drawn(
    streams: Streams, signed_in: Callable[[str], Awaitable[AsyncClient]]
) -> None:
    page = (await (await signed_in("rita")).get("/board")).text
    address = re.search(r'data-live="/live\?since=(\d+)"', page)
    assert address is not None
    streams._hub._note(Change("moved meanwhile", 3, (CAST.rita.id,)))
    stream = streams.follow(CAST.rita, "t", Board(int(address[1]) / 1_000))
    await until_said(stream, "moved meanwhile")
    await stream.aclose()


async def test_a_board_hears_of_a_call_from_a_page_and_of_one_from_outside(
    streams: Streams,
    owner: asyncpg.Connection,
    signed_in: Callable[[str], Awaitable[AsyncClient]],
    client: AsyncClient,
    as_user: Callable[[str], dict[str, str]],
) -> None:
    lead = await make.lead(owner, CAST.rita)
    customer = await owner.fetchval("SELECT customer_id FROM lead")
    stream = streams.follow(CAST.rita, "t", Board(JUST_DRAWN))
    await until_said(stream, "event: hello")
    rita = await signed_in("rita")
    typed = {"activity_type": "Call", "notes": "They will decide"}
    await rita.post(f"/customers/{customer}/activities", data=typed)
    said = await until_said(stream, f'{{"id":"{lead}","version":2}}')
    body = typed | {"customer_id": str(customer), "user_id": CAST.rita.id}
    headers = as_user("rita") | {"Idempotency-Key": "once"}
    for _ in range(2):
        assert (await client.post("/v1/activity/log", json=body, headers=headers)).is_success
    await announce_lead("the end", CAST.rita.id)
    said += await until_said(stream, "the end")
    assert re.findall(f'"{lead}","version":(.)', said) == ["2", "3"]
    await stream.aclose()


async def test_the_sixth_page_takes_the_place_of_the_first(streams: Streams) -> None:
    opened = [streams.follow(CAST.rita, "t", Board(JUST_DRAWN)) for _ in range(MOST_STREAMS + 1)]
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
    stream = streams.follow(CAST.rita, "no session any more", Board(JUST_DRAWN))
    await until_said(stream, "event: logout")
    with pytest.raises(StopAsyncIteration):
        await frame(stream)


async def test_a_stream_does_not_keep_a_session_from_idling_out(
    streams: Streams,
    monkeypatch: pytest.MonkeyPatch,
    signed_in: Callable[[str], Awaitable[AsyncClient]],
    owner: asyncpg.Connection,
) -> None:
    rita = await signed_in("rita")
    seen = "UPDATE session SET last_seen_at = now() - make_interval(mins => $1) RETURNING last_seen_at"
    before = await owner.fetchval(seen, 20)
    monkeypatch.setattr(live, "LOOK_AGAIN", 0)
    stream = streams.follow(CAST.rita, rita.cookies["__Host-sid"], Board(JUST_DRAWN))
    for _ in range(3):
        assert "logout" not in await frame(stream)
    assert await owner.fetchval("SELECT last_seen_at FROM session") == before
    await owner.execute(seen, 31)
    await until_said(stream, "event: logout")


async def test_a_session_that_ended_is_not_heard_of_at_the_next_heartbeat_but_in_time(
    streams: Streams, monkeypatch: pytest.MonkeyPatch, signed_in: Callable[[str], Awaitable[AsyncClient]]
) -> None:
    await signed_in("rita")
    monkeypatch.setattr(live, "LOOK_AGAIN", 0.1)
    assert live.HEARTBEAT > SECONDS
    stream = streams.follow(CAST.rita, "no session any more", Board(JUST_DRAWN))
    await until_said(stream, "event: logout")


async def test_who_asks_for_no_stream_goes_to_the_board(
    signed_in: Callable[[str], Awaitable[AsyncClient]],
) -> None:
    answer = await (await signed_in("rita")).get("/live")
    assert (answer.status_code, answer.headers["location"]) == (303, "/board")


@pytest.mark.parametrize("path", ["/live", "/customers/{}/live", "/tickets/live"])
async def test_no_other_site_opens_a_stream(
    path: str, owner: asyncpg.Connection, signed_in: Callable[[str], Awaitable[AsyncClient]]
) -> None:
    await make.lead(owner, CAST.rita)
    path = path.format(await owner.fetchval("SELECT customer_id FROM lead"))
    rita = await signed_in("rita")
    answers = {
        200: ({}, {"Sec-Fetch-Site": "same-origin"}),
        403: (
            {"Sec-Fetch-Site": "same-site"},
            {"Sec-Fetch-Site": "cross-site"},
            {"Origin": "https://evil.crm.example"},
        ),
    }
    for status, asked in answers.items():
        for said in asked:
            answer = await rita.head(path, headers={"Accept": "text/event-stream", **said})
            assert (said, answer.status_code) == (said, status)
