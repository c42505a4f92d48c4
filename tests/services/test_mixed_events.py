"""Events of several kinds, each of which says a part: any order and any repetition ends in the newest of every part."""

from __future__ import annotations

from datetime import timedelta
from itertools import permutations
from typing import TYPE_CHECKING, Any

import pytest

from app.core import clock
from app.domain.merge import Wish
from app.services.merge import merge_customers
from tests import make
from tests.house.files import ROOT
from tests.services.test_hints import account
from tests.services.test_reconcile import compare
from tests.sso_said import event, receive

if TYPE_CHECKING:
    import asyncpg

    from tests.cast import Cast
    from tests.fakes import FakeSso

pytestmark = pytest.mark.usefixtures("pool", "fresh_sso")
STAFF = "SELECT name, email, active FROM staff WHERE id = $1"
START = clock.now() - timedelta(hours=2)
CUSTOMER = "SELECT name, email FROM customer WHERE sso_user_id = $1"


def said(number: int, user_id: str, *, by_version: bool, **words: Any) -> dict[str, Any]:
    """Return what was said as the `number`-th, counted or only with its time; without an address unless given."""
    at = START + timedelta(minutes=number)
    newness = {"version": number} if by_version else {}
    return event(user_id=user_id, updated_at=at, **{"email": None, **newness, **words})


def story(user_id: str, *, by_version: bool) -> list[dict[str, Any]]:
    """Return what happened to an account: the newest address is the second one's, the newest name the third one's."""
    words = [
        {"Type": "UserCreated", "email": f"one@{user_id}.example", "name": "One", "active": True},
        {"email": f"two@{user_id}.example"},
        {"Type": "UserProfileUpdated", "name": "Three"},
        {"Type": "UserDeactivated"},
    ]
    return [said(number, user_id, by_version=by_version, **each) for number, each in enumerate(words, 1)]


@pytest.mark.parametrize("by_version", [True, False], ids=["counted", "timed"])
async def test_customers_and_staff_end_in_the_newest_of_every_part(
    owner: asyncpg.Connection, *, by_version: bool
) -> None:
    for turn, order in enumerate(permutations(range(4))):
        user_id = f"user-{turn}"
        await make.customer(owner, sso_user_id=user_id)
        await owner.execute(
            "INSERT INTO staff (id, name, email, created_at, updated_at) VALUES ($1, 'Old', '', now(), now())",
            user_id,
        )
        for number in (*order, *order[:2]):
            await receive(story(user_id, by_version=by_version)[number])
        newest = ("Three", f"two@{user_id}.example")
        assert tuple(await owner.fetchrow(CUSTOMER, user_id)) == newest, order
        assert tuple(await owner.fetchrow(STAFF, user_id)) == (*newest, False), order


async def test_who_was_deactivated_and_came_back_is_active_in_any_order(
    owner: asyncpg.Connection, cast: Cast
) -> None:
    rita = cast.rita.id
    words = [
        {"Type": "UserDeactivated"},
        {"Type": "UserProfileUpdated", "active": True},
        {"email": "r@r.example"},
    ]
    for order in permutations((1, 2, 3)):
        await owner.execute("UPDATE staff SET email_version = 0, name_version = 0, active_version = 0")
        for number in (*order, order[0]):
            await receive(said(number, rita, by_version=True, **words[number - 1]))
        assert (await owner.fetchrow(STAFF, rita))["active"] is True, order


async def test_the_comparison_believes_the_whole_account_at_the_version_that_is_known(
    owner: asyncpg.Connection, cast: Cast, sso: FakeSso
) -> None:
    await make.customer(owner, sso_user_id="u", email="old@x.example", email_version=3)
    await owner.execute("UPDATE staff SET email_version = 3, active_version = 3 WHERE id = $1", cast.rita.id)
    sso.users = [
        account("u", email="new@x.example", version=3),
        account(cast.rita.id, email="rr@slyyfoxx.example", active=False, version=3),
    ]
    assert (await compare(cast)).drifted == 2
    assert await owner.fetchval("SELECT email FROM customer") == "new@x.example"
    assert tuple(await owner.fetchrow(STAFF, cast.rita.id))[1:] == ("rr@slyyfoxx.example", False)
    assert (await compare(cast)).drifted == 0


async def test_the_comparison_believes_the_whole_account_at_the_time_that_is_known(
    owner: asyncpg.Connection, cast: Cast, sso: FakeSso
) -> None:
    at = clock.now() - timedelta(hours=1)
    await make.customer(owner, sso_user_id="u", email="old@x.example", email_synced_at=at)
    sso.users = [account("u", email="new@x.example", version=0, updated_at=at.isoformat())]
    assert (await compare(cast)).drifted == 1
    assert (await compare(cast)).drifted == 0
    assert await owner.fetchval("SELECT email FROM customer") == "new@x.example"


async def test_a_conflict_that_is_read_again_is_told_once(owner: asyncpg.Connection, sso: FakeSso) -> None:
    await make.customer(owner, sso_user_id="u", email="old@x.example")
    await make.customer(owner, email="taken@x.example")
    sso.users = [account("u", email="taken@x.example")]
    for _ in range(3):
        await receive(event(user_id="u", email=None, updated_at=None))
    assert await owner.fetchval("SELECT count(*) FROM activity WHERE kind = 'email_conflict'") == 1


async def test_a_merge_brings_along_how_new_the_accounts_name_is(
    owner: asyncpg.Connection, cast: Cast
) -> None:
    kept = await make.customer(owner, name="Grace Hopper")
    gone = await make.customer(owner, name="Old", sso_user_id="u")
    await receive(said(3, "u", by_version=True, Type="UserProfileUpdated", name="Grace H."))
    await merge_customers(cast.ada, Wish(kept, gone), None)
    await receive(said(2, "u", by_version=True, Type="UserProfileUpdated", name="Older"))
    assert (await owner.fetchrow(CUSTOMER, "u"))["name"] == "Grace Hopper"


async def test_what_was_kept_as_one_version_is_that_of_every_part(
    owner: asyncpg.Connection, cast: Cast
) -> None:
    at = clock.now()
    await make.customer(owner, sso_user_id="u", email_version=7, email_synced_at=at)
    await owner.execute(
        "UPDATE staff SET email_version = 5, email_synced_at = $2 WHERE id = $1", cast.rita.id, at
    )
    await owner.execute(
        "ALTER TABLE customer DROP COLUMN name_version, DROP COLUMN name_synced_at;"
        " ALTER TABLE staff DROP COLUMN name_version, DROP COLUMN name_synced_at,"
        " DROP COLUMN active_version, DROP COLUMN active_synced_at"
    )
    await owner.execute((ROOT / "tables/sql/96_parts_of_accounts.sql").read_text())
    told = "name_version, name_synced_at"
    assert tuple(await owner.fetchrow(f"SELECT {told} FROM customer")) == (7, at)
    rita = await owner.fetchrow(
        f"SELECT {told}, active_version, active_synced_at FROM staff WHERE id = $1", cast.rita.id
    )
    assert tuple(rita) == (5, at, 5, at)
