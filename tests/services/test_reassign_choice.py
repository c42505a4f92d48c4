"""Which leads are given to others is chosen as in the list of leads, and looked at before anything moves."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from app.core import clock
from app.core.errors import Invalid
from app.core.ids import uuid7
from app.domain.board import BoardFilter
from app.domain.lead_list import LeadFilter
from app.domain.pipeline import Stage
from app.services import reassign
from tests import make
from tests.services.reassigning import carry_out, of, owners, second_rep, shared, take_back, to

if TYPE_CHECKING:
    from uuid import UUID

    import asyncpg

    from tests.cast import Cast

pytestmark = pytest.mark.usefixtures("pool")


async def lead_names(owner: asyncpg.Connection) -> dict[UUID, str]:
    rows = await owner.fetch("SELECT lead.id, name FROM lead JOIN customer ON customer.id = customer_id")
    return {row["id"]: row["name"] for row in rows}


async def test_leads_are_looked_at_before_they_move(owner: asyncpg.Connection, cast: Cast) -> None:
    other = await second_rep(owner, cast)
    for stage, worth in (("lead", 100), ("lead", None), ("qualified", 50), ("closed_lost", 1)):
        await make.lead(owner, cast.rita, stage, expected_value=worth, score=worth)
    seen = await reassign.preview(cast.ada, of(cast.rita), to(cast.omar.id, other))
    assert seen.stages == [(Stage.LEAD, 2, 100), (Stage.QUALIFIED, 1, 50)]
    assert seen.shares == [(cast.omar.id, 2, 150), (other, 1, 0)]
    assert (seen.total, seen.value, seen.held, seen.has_more) == (3, 150, 0, False)
    names = await lead_names(owner)
    assert [(name, who) for _, name, who in seen.first] == [
        (names[lead.id], (cast.omar.id, other)[place % 2]) for place, lead in enumerate(seen.leads)
    ]
    assert set((await owners(owner)).values()) == {cast.rita.id}


async def test_each_gets_their_share_as_it_was_shown(owner: asyncpg.Connection, cast: Cast) -> None:
    other = await second_rep(owner, cast)
    for number in range(9):
        await make.lead(owner, None, score=number, expected_value=number)
    receivers = shared({other: 1, cast.omar.id: 2})
    seen = await reassign.preview(cast.ada, of(None), receivers)
    assert seen.shares == [(other, 3, 7 + 4 + 1), (cast.omar.id, 6, 8 + 6 + 5 + 3 + 2 + 0)]
    done = await carry_out(cast, of(None), receivers)
    assert (done.outcomes, done.to_names) == ({"moved": 9}, (cast.ada.name, cast.omar.name))
    rows = await owner.fetch(
        "SELECT assigned_to_id AS who, sum(expected_value) AS value FROM lead GROUP BY 1"
    )
    assert {row["who"]: row["value"] for row in rows} == {other: 12, cast.omar.id: 24}
    for share in (0, 6, -1):
        with pytest.raises(Invalid):
            await reassign.preview(cast.ada, of(None), shared({cast.omar.id: share}))


def test_a_round_is_spread_evenly_and_always_the_same() -> None:
    rounds = {"a": (1,), "abc": (1, 1, 1), "abca": (2, 1, 1), "aabacaa": (5, 1, 1), "babcab": (2, 3, 1)}
    for turns, shares in rounds.items():
        names = dict(zip("abc", shares, strict=False))
        assert "".join(shared(names).turns) == turns


async def test_which_leads_is_said_as_in_the_list_of_leads(owner: asyncpg.Connection, cast: Cast) -> None:
    grace = await make.customer(owner, name="Grace Hopper")
    wanted = await make.lead(
        owner, cast.rita, "qualified", customer_id=grace, source="fair", score=90, expected_value=500
    )
    await make.lead(owner, cast.rita, "lead", follow_up_at=clock.now(), score=10)
    for narrowed in (
        of(cast.rita, q="hopper"),
        of(cast.rita, source="fair"),
        of(cast.rita, score="hot"),
        of(cast.rita, least=Decimal(100)),
        of(cast.rita, due="none"),
        of(cast.rita, Stage.QUALIFIED, Stage.CLOSED_LOST),
        LeadFilter(BoardFilter(q="hopper")),
    ):
        seen = await reassign.preview(cast.ada, narrowed, None)
        assert [lead.id for lead in seen.leads] == [wanted], narrowed


async def test_only_what_is_rotting_moves(owner: asyncpg.Connection, cast: Cast) -> None:
    long_ago = clock.now() - timedelta(days=365)
    rotten = await make.lead(owner, cast.rita, stage_entered_at=long_ago)
    await make.lead(owner, cast.rita)
    done = await carry_out(cast, of(cast.rita, rotting=True), to(cast.omar.id))
    assert done.outcomes == {"moved": 1}
    assert (await owners(owner))[rotten] == cast.omar.id


async def test_closed_leads_alone_are_nothing_to_give_away(cast: Cast) -> None:
    with pytest.raises(Invalid) as caught:
        await reassign.preview(cast.ada, of(cast.rita, Stage.CLOSED_WON), None)
    assert [problem.pointer for problem in caught.value.problems] == ["#/stage"]


async def test_leads_of_several_people_go_to_one_who_keeps_their_own(
    owner: asyncpg.Connection, cast: Cast
) -> None:
    other = await second_rep(owner, cast)
    for who in (cast.rita, None, cast.omar, cast.omar):
        await make.lead(owner, who)
    before = await owners(owner)
    for narrowed in (LeadFilter(), LeadFilter(BoardFilter(q="person"))):
        seen = await reassign.preview(cast.ada, narrowed, to(cast.omar.id, other))
        assert (seen.total, seen.held) == (2, 2)
    done = await carry_out(cast, LeadFilter(), to(cast.omar.id))
    assert (done.outcomes, done.from_names) == ({"moved": 2}, ("", cast.rita.name))
    assert set((await owners(owner)).values()) == {cast.omar.id}
    assert (await take_back(cast, done)).outcomes == {"returned": 2}
    assert await owners(owner) == before


async def test_no_more_than_a_form_can_carry_are_looked_at(
    owner: asyncpg.Connection, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reassign, "MOST_LEADS", 2)
    for score in (10, 30, 20):
        await make.lead(owner, cast.rita, score=score)
    seen = await reassign.preview(cast.ada, of(cast.rita), None)
    assert ([lead.score for lead in seen.leads], seen.has_more) == ([30, 20], True)
    for leads in ({}, {uuid7(): 1 for _ in range(3)}):
        with pytest.raises(Invalid):
            await reassign.start(cast.ada, uuid7(), leads, to(cast.omar.id))
