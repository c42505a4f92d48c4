"""The daily e-mail: who gets one when, and what stands in it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import asyncpg
import pytest

from app.core import clock
from app.core.errors import NotFound
from app.services import digests, housekeeping
from app.store import my_day
from app.store.transaction import connection, transaction
from tests.services.digesting import MINUTE, TUESDAY, lives_in, send, states, token_of, waiting

if TYPE_CHECKING:
    from tests.cast import Cast
    from tests.mailing import Post
    from tests.services.conftest import At

pytestmark = pytest.mark.usefixtures("pool")


async def test_a_rep_is_told_in_their_morning_who_waits(
    owner: asyncpg.Connection, cast: Cast, post: Post, at: At
) -> None:
    await lives_in(owner, cast.rita, "Europe/Berlin")
    await waiting(owner, cast.rita)
    await waiting(owner, cast.rita, "Ada King", follow_up_at=TUESDAY + timedelta(hours=3))
    await waiting(owner, cast.rita, "Alan Turing", follow_up_at=None, score=90, created_at=TUESDAY)
    await waiting(owner, cast.omar, "Omars Secret")
    at(TUESDAY - MINUTE)
    await send(post)
    assert post.mails == []
    at(TUESDAY)
    await send(post)
    (mail,) = post.mails
    assert post.recipients == [cast.rita.email]
    assert mail["Subject"] == "1 overdue, 1 today, 1 new and hot"
    assert mail["To"] == f"Rita Reyes <{cast.rita.email}>"
    said = post.bodies()
    for name in ("Grace Hopper", "Ada King", "Alan Turing", "at 10:30", "https://crm.example/leads/"):
        assert said.count(name) >= 2, name  # as text and as HTML
    assert "Omars Secret" not in said
    assert "Zanzibar" not in said
    assert await states(owner) == ["sent"]


async def test_it_comes_once_a_day_and_not_at_the_weekend(
    owner: asyncpg.Connection, cast: Cast, post: Post, at: At
) -> None:
    await lives_in(owner, cast.rita, "Europe/Berlin")
    await waiting(owner, cast.rita)
    for days in range(7):
        for hours in (0, 1, 9):
            at(TUESDAY + timedelta(days=days, hours=hours))
            await send(post)
    assert len(post.mails) == len({mail["Message-ID"] for mail in post.mails}) == 5


async def test_each_has_their_own_morning(owner: asyncpg.Connection, cast: Cast, post: Post, at: At) -> None:
    await lives_in(owner, cast.rita, "Pacific/Kiritimati")  # UTC+14
    await lives_in(owner, cast.omar, "Pacific/Pago_Pago")  # UTC-11
    for who in (cast.rita, cast.omar):
        await waiting(owner, who, follow_up_at=TUESDAY - timedelta(days=10))
    found: dict[str, str] = {}
    for hour in range(36):
        at(datetime(2026, 11, 29, 12, 30, tzinfo=UTC) + timedelta(hours=hour))
        await send(post)
        for address in post.recipients:
            found.setdefault(address, f"{clock.now():%a %H:%M}")
    assert found == {cast.rita.email: "Sun 17:30", cast.omar.email: "Mon 18:30"}
    firsts = await owner.fetch("SELECT min(day)::text AS day FROM digest GROUP BY staff_id")
    assert [row["day"] for row in firsts] == ["2026-11-30"] * 2


async def test_nobody_else_gets_one(owner: asyncpg.Connection, cast: Cast, post: Post, at: At) -> None:
    for who in cast.everybody():
        await lives_in(owner, who, "Europe/Berlin")
        await waiting(owner, who)
    await owner.execute("UPDATE staff SET active = false WHERE id = $1", cast.rita.id)
    await owner.execute("UPDATE staff SET wants_digest = false WHERE id = $1", cast.omar.id)
    await owner.execute(
        "UPDATE staff SET rep_id = 'R-9' WHERE id = $1", cast.ada.id
    )  # an admin's home is the team
    await send(post)
    assert await owner.fetchval("SELECT count(*) FROM digest") == 0
    await owner.execute("UPDATE staff SET active = true, zone = NULL WHERE id = $1", cast.rita.id)
    await send(post)
    await lives_in(owner, cast.rita, "Mars/Olympus_Mons")
    await send(post)
    assert await owner.fetchval("SELECT count(*) FROM digest") == 0


async def test_who_has_nobody_waiting_gets_none(
    owner: asyncpg.Connection, cast: Cast, post: Post, at: At
) -> None:
    await lives_in(owner, cast.rita, "Europe/Berlin")
    await waiting(owner, cast.omar)
    await waiting(owner, cast.rita, follow_up_at=None, stage_entered_at=TUESDAY - timedelta(days=90))
    await send(post)
    assert (await states(owner), post.mails) == (["empty"], [])


@pytest.mark.parametrize("change", ["active = false", "roles = '{SLYYFOXX_ADMIN}'"])
async def test_who_leaves_or_becomes_an_admin_before_it_is_sent_gets_none(
    owner: asyncpg.Connection, cast: Cast, post: Post, at: At, change: str
) -> None:
    await lives_in(owner, cast.rita, "Europe/Berlin")
    await waiting(owner, cast.rita)
    post.to_message = "451 Later"
    await send(post)
    await owner.execute(f"UPDATE staff SET {change} WHERE id = $1", cast.rita.id)
    post.to_message = ""
    at(TUESDAY + MINUTE)
    await send(post)
    assert (await states(owner), post.mails) == (["unwanted"], [])


async def test_without_a_mail_server_nothing_is_owed(owner: asyncpg.Connection, cast: Cast, at: At) -> None:
    await lives_in(owner, cast.rita, "Europe/Berlin")
    await waiting(owner, cast.rita)
    assert await send(None) == 0
    assert await states(owner) == []


async def test_any_of_ones_mails_switches_it_off_and_nothing_else_does(
    owner: asyncpg.Connection, cast: Cast, post: Post, at: At
) -> None:
    for who in (cast.rita, cast.omar):
        await lives_in(owner, who, "Europe/Berlin")
        await waiting(owner, who)
    await send(post)
    tokens = {mail["To"].addresses[0].addr_spec: token_of(mail) for mail in post.mails}
    hers, his = tokens[cast.rita.email], tokens[cast.omar.email]
    for wrong in (
        "",
        ".",
        "x.y",
        hers[:-1],
        f"{hers.partition('.')[0]}.{his.partition('.')[2]}",
        f"{'0' * 32}.x",
    ):
        with pytest.raises(NotFound):
            await digests.switch_off(wrong)
    await digests.switch_off(hers)
    await digests.switch_off(hers)
    at(TUESDAY + timedelta(days=1))
    await send(post)
    assert sorted(post.recipients) == sorted([cast.rita.email, cast.omar.email, cast.omar.email])
    assert hers.partition(".")[2].encode() not in b"".join(
        await owner.fetchval("SELECT off_hashes FROM digest")
    )


@pytest.mark.parametrize("without", ["policies", "filters"])
@pytest.mark.usefixtures("at")
async def test_without_either_lock_nobody_elses_customer_is_in_it(
    owner: asyncpg.Connection, cast: Cast, post: Post, monkeypatch: pytest.MonkeyPatch, without: str
) -> None:
    await lives_in(owner, cast.rita, "Europe/Berlin")
    await waiting(owner, cast.rita)
    await waiting(owner, cast.omar, "Omars Secret")
    if without == "policies":
        for table in ("lead", "customer"):
            await owner.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
    else:
        monkeypatch.setattr(my_day, "own_leads", lambda _: "$1::text IS NOT NULL")
    await send(post)
    assert [mail["Subject"] for mail in post.mails] == ["1 overdue"]
    assert "Omars Secret" not in post.bodies()


async def test_a_rep_sees_what_became_of_their_own_only(
    owner: asyncpg.Connection, cast: Cast, post: Post, at: At
) -> None:
    await lives_in(owner, cast.rita, "Europe/Berlin")
    await waiting(owner, cast.rita)
    await send(post)
    assert [line.state for line in (await digests.read_own(cast.rita)).lines] == ["sent"]
    assert (await digests.read_own(cast.omar)).lines == ()
    async with transaction(cast.omar):
        assert await connection().fetch("SELECT state FROM digest") == []
    for query in (
        "SELECT off_hashes FROM digest",
        "UPDATE digest SET attempts = 0",
        "UPDATE staff SET wants_digest = false",
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with transaction(cast.rita):
                await connection().execute(query)


async def test_old_ones_are_forgotten(owner: asyncpg.Connection, cast: Cast, post: Post, at: At) -> None:
    await lives_in(owner, cast.rita, "Europe/Berlin")
    await waiting(owner, cast.rita)
    await send(post)
    at(TUESDAY + timedelta(days=89))
    await housekeeping.tidy()
    assert await states(owner) == ["sent"]
    at(TUESDAY + timedelta(days=91))
    await housekeeping.tidy()
    assert await states(owner) == []
