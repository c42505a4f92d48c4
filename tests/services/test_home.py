"""What everybody begins with, and finding people."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest

from app.core.clock import now
from app.core.errors import Forbidden
from app.domain.my_day import today_of
from app.services.my_day import read_my_day
from app.services.search import find_people
from app.services.team import read_team
from tests import make

if TYPE_CHECKING:
    import asyncpg

    from app.domain.viewer import Viewer
    from tests.cast import Cast

pytestmark = pytest.mark.usefixtures("pool")
UTC = ZoneInfo("UTC")


async def test_each_lead_stands_where_it_wants_doing(owner: asyncpg.Connection, cast: Cast) -> None:
    day, long_ago = timedelta(days=1), now() - timedelta(days=30)
    wanted: dict[str, list[dict[str, Any]]] = {
        "overdue": [{"follow_up_at": now() - day}],
        "hot": [{"score": 90}],
        "rotting": [{"score": 90, "status": "working"}, {"stage_entered_at": long_ago}],
    }
    made = {
        name: {await make.lead(owner, cast.rita, **each) for each in some} for name, some in wanted.items()
    }
    made["overdue"].add(await make.lead(owner, cast.rita, "closed_lost", follow_up_at=now() - day))
    await make.lead(owner, cast.rita, follow_up_at=now() + 9 * day, score=90)
    await make.lead(owner, cast.omar, follow_up_at=now() - day)
    found = await read_my_day(cast.rita, UTC)
    assert {section.name: {lead.id for lead in section.leads} for section in found.sections} == made


async def test_today_ends_where_the_reader_is(owner: asyncpg.Connection, cast: Cast) -> None:
    kiritimati = ZoneInfo("Pacific/Kiritimati")
    midnight = (now().astimezone(kiritimati) + timedelta(days=1)).replace(hour=0, minute=0, second=0)
    await make.lead(owner, cast.rita, follow_up_at=midnight - timedelta(seconds=1))
    await make.lead(owner, cast.rita, follow_up_at=midnight + timedelta(seconds=1))
    (today,) = (await read_my_day(cast.rita, kiritimati)).sections
    assert (today.name, today.total) == ("today", 1)


async def test_what_was_won_is_counted_by_the_months_of_where_the_reader_is(
    owner: asyncpg.Connection, cast: Cast
) -> None:
    kiritimati, moment = ZoneInfo("Pacific/Kiritimati"), timedelta(seconds=1)
    today = today_of(now(), kiritimati)
    for rep, currency, when in (
        (cast.rita, "EUR", today.month_begins), (cast.rita, "EUR", today.month_begins - moment),
        (cast.rita, "USD", now()), (cast.omar, "EUR", now()),
        (cast.rita, "EUR", today.months[0]), (cast.rita, "EUR", today.months[0] - moment),
    ):  # fmt: skip
        await make.lead(owner, rep, "closed_won", expected_value=70, currency=currency, closed_at=when)
    await make.lead(owner, cast.rita, "negotiation", expected_value=9)
    won = (await read_my_day(cast.rita, kiritimati)).won
    assert [month.first for month in won] == [begun.date() for begun in today.months]
    assert [(month.count, month.value) for month in won] == [
        (1, 70),
        (0, 0),
        (0, 0),
        (0, 0),
        (1, 70),
        (2, 70),
    ]


async def test_an_admin_sees_the_team_and_nobody_else_does(owner: asyncpg.Connection, cast: Cast) -> None:
    soon = now().date() + timedelta(days=1)
    await make.lead(owner, cast.rita, "negotiation", expected_value=1000, expected_close_on=soon)
    await make.lead(owner, None)
    await make.lead(owner, cast.omar, follow_up_at=now() - timedelta(hours=1))
    await make.lead(owner, cast.omar, follow_up_at=now() + timedelta(hours=1))
    await make.lead(owner, cast.omar, "closed_won", expected_value=70, currency="EUR", closed_at=now())
    await make.lead(owner, cast.omar, "closed_won", expected_value=9, closed_at=now() - timedelta(days=40))
    team = await read_team(cast.ada, UTC)
    assert sum(month.expected.best for month in team.forecast.months) == Decimal(1000)
    assert sum(month.expected.weighted for month in team.forecast.months) == Decimal(750)
    assert sum(month.expected.commit for month in team.forecast.months) == Decimal(1000)
    assert [step.leads for step in team.funnel.steps] == [6, 3, 3, 3, 2]
    assert team.pulse.unassigned == 1
    reps = {rep.name: (rep.leads, rep.overdue, rep.won) for rep in team.reps}
    assert reps == {cast.rita.name: (1, 0, 0), cast.omar.name: (2, 1, 70)}
    for other in (cast.rita, cast.sam):
        with pytest.raises(Forbidden):
            await read_team(other, UTC)


async def test_people_are_found_by_pieces_and_in_spite_of_typing_errors(
    owner: asyncpg.Connection, cast: Cast
) -> None:
    customer = await make.customer(
        owner, name="Grace Hopper", company="Navy Systems", email="grace@navy.example", phone="+1 202 555"
    )
    lead = await make.lead(owner, cast.rita, "qualified", customer_id=customer)

    async def found(viewer: Viewer, q: str) -> list[Any]:
        return [hit.lead_id for hit in await find_people(viewer, q)]

    for q in ("hopp", "NAVY sys", "grace@navy", "202 555", "Hooper", "hoper"):
        assert await found(cast.rita, q) == [lead], q
        assert await found(cast.ada, q) == [lead], q
        assert await found(cast.omar, q) == [], q
    assert [hit.customer_id for hit in await find_people(cast.sam, "Hopper")] == [customer]
    assert await find_people(cast.rita, "x" * 200) == ()
    assert await find_people(cast.rita, "%_'\\") == ()
