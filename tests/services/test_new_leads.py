"""Leads added by hand, and many changed at once."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from app.core.errors import Conflict, Forbidden, Invalid
from app.domain.bulk import Pick, Wish
from app.domain.new_lead import NewLead
from app.domain.pipeline import Stage
from app.services.bulk import change_many
from app.services.new_leads import add_lead
from tests import make

if TYPE_CHECKING:
    import asyncpg

    from tests.cast import Cast

pytestmark = pytest.mark.usefixtures("pool", "redis")
GRACE = NewLead("Grace Hopper", "Grace@navy.example", company="Navy", note="Met at the fair")


async def test_a_rep_adds_a_lead_to_their_own_board(owner: asyncpg.Connection, cast: Cast) -> None:
    added = (await add_lead(cast.rita, GRACE, None)).value
    assert added.created
    row = await owner.fetchrow("SELECT id::text, assigned_to_id, stage FROM lead")
    assert tuple(row) == (added.lead_id, cast.rita.id, "lead")
    assert await owner.fetchval("SELECT kind FROM activity") == "lead_created"


async def test_who_is_known_already_is_not_added_twice(owner: asyncpg.Connection, cast: Cast) -> None:
    first, second = [(await add_lead(cast.rita, GRACE, None)).value for _ in range(2)]
    assert (first.lead_id, second.created) == (second.lead_id, False)
    theirs = (await add_lead(cast.omar, GRACE, None)).value
    assert theirs.lead_id is None
    assert await owner.fetchval("SELECT count(*) FROM lead") == 1
    assert await owner.fetchval("SELECT count(*) FROM activity") == 3


async def test_everything_wrong_with_a_new_lead_is_told_at_once(cast: Cast) -> None:
    with pytest.raises(Invalid) as caught:
        await add_lead(cast.rita, NewLead("", "nobody", phone="call me"), None)
    assert {problem.pointer for problem in caught.value.problems} == {"#/name", "#/email", "#/phone"}


async def test_a_typed_number_is_kept_as_it_can_be_dialled(owner: asyncpg.Connection, cast: Cast) -> None:
    await add_lead(cast.rita, replace(GRACE, phone="+49\u00a030\u2009123\u2013456"), None)
    assert await owner.fetchval("SELECT phone FROM customer") == "+49 30 123-456"


async def test_one_refusal_spoils_nothing_else(owner: asyncpg.Connection, cast: Cast) -> None:
    leads = [await make.lead(owner, cast.rita) for _ in range(2)]
    stale, foreign = await make.lead(owner, cast.rita, version=7), await make.lead(owner, cast.omar)
    picks = [Pick(lead, 1) for lead in (*leads, stale, foreign)]
    rows = await change_many(cast.rita, picks, Wish(move_to=Stage.QUALIFIED), None)
    assert [row.done for row in rows] == [True, True, False, False]
    stages = await owner.fetch("SELECT id FROM lead WHERE stage = 'qualified'")
    assert {row["id"] for row in stages} == set(leads)


async def test_many_are_never_closed_at_once_and_given_away_by_admins_only(
    owner: asyncpg.Connection, cast: Cast
) -> None:
    picks = [Pick(await make.lead(owner, cast.rita), 1)]
    with pytest.raises(Conflict):
        await change_many(cast.rita, picks, Wish(move_to=Stage.CLOSED_WON), None)
    with pytest.raises(Forbidden):
        await change_many(cast.rita, picks, Wish(assign_to=cast.omar.id), None)
    (row,) = await change_many(cast.ada, picks, Wish(assign_to=cast.omar.id), None)
    assert row.done
