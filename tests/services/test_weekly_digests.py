"""The weekly e-mail: which admins get it when, and what stands in it."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest

from app.core.errors import Forbidden
from app.services import digests
from app.services.goals import set_goals
from app.services.week import read_week
from tests import make
from tests.mailing import said
from tests.services.digesting import MINUTE, lives_in, send, states, token_of, waiting

if TYPE_CHECKING:
    import asyncpg

    from app.domain.viewer import Viewer
    from tests.cast import Cast
    from tests.mailing import Post
    from tests.services.conftest import At

pytestmark = pytest.mark.usefixtures("pool")
MONDAY = datetime(2026, 11, 30, 6, 30, tzinfo=UTC)  # half past seven in Berlin
SUNDAY_NIGHT = datetime(2026, 11, 29, 22, 59, tzinfo=UTC)  # a minute before it is Monday there
LAST_MONDAY = datetime(2026, 11, 22, 23, tzinfo=UTC)  # as it begins there
DAY = timedelta(days=1)


@pytest.fixture
async def ada(owner: asyncpg.Connection, pool: object, cast: Cast, at: At) -> Viewer:
    """Ada, who lives in Berlin, where it is Monday morning."""
    await lives_in(owner, cast.ada, "Europe/Berlin")
    at(MONDAY)
    return cast.ada


async def closed(owner: asyncpg.Connection, rep: Viewer, when: datetime, **given: Any) -> None:
    stage = given.pop("stage", "closed_won")
    await make.lead(owner, rep, stage, closed_at=when, created_at=when - 90 * DAY, **given)


@pytest.fixture
async def a_busy_week(owner: asyncpg.Connection, cast: Cast, ada: Viewer) -> None:
    """Sales and losses in last week and beside it, leads that came, and what waits."""
    await set_goals(ada, {cast.rita.id: Decimal(20_000)}, date(2026, 11, 1), date(2026, 11, 30))
    await closed(owner, cast.rita, LAST_MONDAY, expected_value=2_400)
    await closed(owner, cast.rita, SUNDAY_NIGHT, expected_value=9_000, currency="USD")
    await closed(
        owner, cast.rita, LAST_MONDAY - MINUTE, expected_value=10_000
    )  # of the month, not of the week
    await closed(owner, cast.rita, SUNDAY_NIGHT + MINUTE, expected_value=70_000)  # of neither
    await closed(owner, cast.omar, LAST_MONDAY + DAY, stage="closed_lost")
    for _ in range(3):
        await make.lead(owner, cast.omar, "negotiation", created_at=LAST_MONDAY, expected_value=100)
    await waiting(owner, cast.omar, "Grace Hopper", created_at=MONDAY - 90 * DAY)
    await make.event(owner, "e-1", "dead")
    await make.capture(owner)


@pytest.mark.usefixtures("a_busy_week")
async def test_an_admin_is_told_on_monday_what_the_week_brought(
    owner: asyncpg.Connection, post: Post, at: At, ada: Viewer
) -> None:
    at(MONDAY - MINUTE)
    await send(post)
    assert post.mails == []
    at(MONDAY)
    await send(post)
    (mail,) = post.mails
    assert post.recipients == [ada.email]
    assert mail["Subject"] == "Last week: 2 won, 1 lost, 3 arrived"
    for text in (said(mail), re.sub("<[^>]+>", "", said(mail, "html"))):
        assert "Monday 23 November to Sunday 29 November" in text
        assert "2 won for €2,400, 1 lost, 3 arrived" in text
        assert "Rita Reyes: 2 won for €2,400, 0 lost. November: €12,400 of €20,000, 62 %" in text
        assert re.search(r"Omar Okafor: 0 won, 1 lost\s", text)
        assert "4 open leads worth €300. Last week 3 arrived and 3 ended: as many as before." in text
        assert "1 form held for a decision" in text
        assert "1 sign-in event that could not be applied" in text
        assert "Grace" not in text
    assert "https://crm.example/reports/reps?from=2026-11-23&to=2026-11-29" in said(mail)
    row = await owner.fetchrow("SELECT kind, day, state, ends_at FROM digest")
    assert tuple(row) == ("weekly", date(2026, 11, 30), "sent", datetime(2026, 12, 6, 23, tzinfo=UTC))


async def test_it_comes_once_a_week_to_admins_who_want_it(
    owner: asyncpg.Connection, cast: Cast, post: Post, at: At, ada: Viewer
) -> None:
    await make.lead(owner, None)
    await owner.execute(
        "UPDATE staff SET rep_id = 'R-9' WHERE id = $1", ada.id
    )  # an admin's home is the team
    for who in (cast.sam, cast.rita):
        await lives_in(owner, who, "Europe/Berlin")
    for hours in range(0, 24 * 15, 3):
        at(MONDAY + timedelta(hours=hours))
        await send(post)
    assert post.recipients == [ada.email] * 3
    assert len({mail["Message-ID"] for mail in post.mails}) == 3
    await digests.switch_off(token_of(post.mails[0]))
    at(MONDAY + 21 * DAY)
    await send(post)
    assert len(post.mails) == 3


async def test_a_quiet_week_is_no_mail(
    owner: asyncpg.Connection, cast: Cast, post: Post, at: At, ada: Viewer
) -> None:
    await make.lead(owner, cast.rita, "negotiation", created_at=MONDAY - 90 * DAY)
    await closed(owner, cast.rita, MONDAY - 30 * DAY)
    await send(post)
    assert (await states(owner), post.mails) == (["empty"], [])


async def test_it_is_tried_until_the_week_is_over(
    owner: asyncpg.Connection, cast: Cast, post: Post, at: At, ada: Viewer
) -> None:
    await closed(owner, cast.rita, SUNDAY_NIGHT)
    post.to_message = "451 Later"
    await send(post)
    at(MONDAY + 6 * DAY)
    await closed(owner, cast.rita, MONDAY + DAY)  # of another week
    await send(post)
    assert await states(owner) == ["owed"]
    post.to_message = ""
    at(MONDAY + 6 * DAY + timedelta(hours=1))
    await send(post)
    assert [mail["Subject"] for mail in post.mails] == ["Last week: 1 won, 0 lost, 0 arrived"]
    at(MONDAY + 7 * DAY)
    post.to_message = "451 Later"
    await send(post)
    at(MONDAY + 14 * DAY - timedelta(hours=7))
    await send(post)
    assert await states(owner) == ["sent", "failed"]


@pytest.mark.parametrize(("roles", "rep_id"), [([], "R-9"), ([], None), (["SLYYFOXX_SUPPORT"], None)])
async def test_who_is_no_admin_any_more_is_not_told_of_the_team(
    owner: asyncpg.Connection, post: Post, ada: Viewer, roles: list[str], rep_id: str | None
) -> None:
    await make.lead(owner, None)
    post.to_message = "451 Later"
    await send(post)
    await owner.execute("UPDATE digest SET next_try_at = $1", MONDAY)
    await owner.execute("UPDATE staff SET roles = $2, rep_id = $3 WHERE id = $1", ada.id, roles, rep_id)
    post.to_message = ""
    await send(post)
    assert (await states(owner), post.mails) == (["unwanted"], [])


async def test_nobody_else_reads_the_teams_week(cast: Cast, ada: Viewer) -> None:
    for other in (cast.rita, cast.sam):
        with pytest.raises(Forbidden):
            await read_week(other, ZoneInfo("UTC"), date(2026, 11, 30))


async def test_names_are_text_and_stay_in_their_line(
    owner: asyncpg.Connection, cast: Cast, post: Post, at: At, ada: Viewer
) -> None:
    await owner.execute(
        "UPDATE staff SET name = $2 WHERE id = $1", cast.rita.id, "<img src=x>\r\n* Omar & {{ 7*7 }}"
    )
    await closed(owner, cast.rita, SUNDAY_NIGHT)
    await send(post)
    (mail,) = post.mails
    assert "&lt;img src=x&gt; * Omar &amp; {{ 7*7 }}: 1 won" in said(mail, "html")
    assert "* <img src=x> * Omar & {{ 7*7 }}: 1 won" in said(mail)
