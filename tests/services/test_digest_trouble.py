"""The daily e-mail when mail server, workers or database are in trouble: neither lost nor sent twice."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import asyncpg
import pytest

from app.services import digests
from app.web.home.letter import write
from tests.listening import listening
from tests.mailing import way_to
from tests.ports import reserve_port
from tests.services.digesting import MINUTE, TUESDAY, lives_in, send, states, token_of, waiting

if TYPE_CHECKING:
    from tests.cast import Cast
    from tests.mailing import Post
    from tests.services.conftest import At

pytestmark = pytest.mark.usefixtures("pool")


@pytest.mark.parametrize("answer", ["451 Too busy", "554 Not today"])
async def test_a_refused_message_is_tried_again(
    owner: asyncpg.Connection, cast: Cast, post: Post, at: At, answer: str
) -> None:
    await lives_in(owner, cast.rita, "Europe/Berlin")
    await waiting(owner, cast.rita)
    post.to_message = answer
    assert await send(post) == 1
    row = await owner.fetchrow("SELECT state, attempts, last_error, next_try_at FROM digest")
    assert (row["state"], row["attempts"], row["last_error"]) == ("owed", 1, answer)
    assert row["next_try_at"] == TUESDAY + MINUTE
    assert await send(post) == 0
    post.to_message = ""
    at(TUESDAY + MINUTE)
    assert await send(post) == 1
    assert (await states(owner), len(post.mails)) == (["sent"], 1)


async def test_an_address_that_is_none_is_not_tried_again(
    owner: asyncpg.Connection, cast: Cast, post: Post, at: At
) -> None:
    await lives_in(owner, cast.rita, "Europe/Berlin")
    await waiting(owner, cast.rita)
    post.to_recipient = "550 No such user here"
    await send(post)
    assert await owner.fetchrow("SELECT state, last_error FROM digest") == ("failed", "550 No such user here")


async def test_what_could_not_be_sent_all_day_is_given_up_in_sight(
    owner: asyncpg.Connection, cast: Cast, at: At
) -> None:
    await lives_in(owner, cast.rita, "Europe/Berlin")
    await waiting(owner, cast.rita)
    nobody = way_to(reserve_port())
    moment, tries = TUESDAY, 0
    while moment < TUESDAY + timedelta(hours=17):
        at(moment)
        tries += await digests.send_due(nobody, write)
        moment += 10 * MINUTE
    row = await owner.fetchrow("SELECT state, attempts, last_error, settled_at FROM digest")
    assert (row["state"], row["attempts"]) == ("failed", tries)
    assert 50 < tries < 100
    assert row["last_error"].startswith("SMTPConnectError")
    assert row["settled_at"] == datetime(2026, 12, 1, 23, tzinfo=UTC)  # midnight in Berlin


async def test_a_server_that_hangs_is_left(
    owner: asyncpg.Connection, cast: Cast, at: At, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.gateways.mail.SECONDS", 0.2)
    await lives_in(owner, cast.rita, "Europe/Berlin")
    await waiting(owner, cast.rita)

    async def hang(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail.example\r\n")
        await asyncio.Event().wait()

    async with listening(hang) as port:
        await digests.send_due(way_to(port), write)
    assert await owner.fetchval("SELECT last_error FROM digest") == "no answer in 0 seconds"


async def test_a_server_that_dies_over_the_message_gets_it_again(
    owner: asyncpg.Connection, cast: Cast, post: Post, at: At
) -> None:
    await lives_in(owner, cast.rita, "Europe/Berlin")
    await waiting(owner, cast.rita)

    async def die(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail.example\r\n")
        for answer in (b"250 mail.example\r\n", b"250 OK\r\n", b"250 OK\r\n", b"354 Go on\r\n"):
            await reader.readline()
            writer.write(answer)
        await reader.readline()
        writer.close()

    async with listening(die) as port:
        await digests.send_due(way_to(port), write)
    assert await states(owner) == ["owed"]
    assert "SMTPServerDisconnected" in str(await owner.fetchval("SELECT last_error FROM digest"))
    at(TUESDAY + MINUTE)
    await send(post)
    assert (await states(owner), len(post.mails)) == (["sent"], 1)


async def test_two_workers_at_once_send_one(
    owner: asyncpg.Connection, cast: Cast, post: Post, at: At
) -> None:
    await lives_in(owner, cast.rita, "Europe/Berlin")
    await waiting(owner, cast.rita)
    await asyncio.gather(*(send(post) for _ in range(4)))
    assert (await states(owner), len(post.mails)) == (["sent"], 1)
    at(TUESDAY + timedelta(days=1))
    post.arrived.clear()
    post.go_on = asyncio.Event()
    first = asyncio.create_task(send(post))
    await post.arrived.wait()
    assert await send(post) == 0
    post.go_on.set()
    assert await first == 1
    assert (await states(owner), len(post.mails)) == (["sent", "sent"], 2)


async def test_what_was_sent_and_could_not_be_noted_comes_again_under_the_same_name(
    owner: asyncpg.Connection, cast: Cast, post: Post, at: At
) -> None:
    await lives_in(owner, cast.rita, "Europe/Berlin")
    await waiting(owner, cast.rita)
    await owner.execute("ALTER TABLE digest ADD CONSTRAINT crashed CHECK (state <> 'sent')")
    with pytest.raises(Exception, match="crashed"):
        await send(post)
    await owner.execute("ALTER TABLE digest DROP CONSTRAINT crashed")
    assert await send(post) == 0  # its lease is not over
    at(TUESDAY + digests.LEASE)
    await send(post)
    first, second = post.mails
    assert first["Message-ID"] == second["Message-ID"]
    assert await states(owner) == ["sent"]
    await digests.switch_off(token_of(first))  # whichever of the two they keep
