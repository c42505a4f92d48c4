"""Staff end as the SSO has them, whatever its versions count: changes, or the ticks of some clock."""

from __future__ import annotations

from datetime import timedelta
from itertools import permutations
from typing import TYPE_CHECKING

import pytest

from app.core import clock
from tests.house.files import ROOT
from tests.services.test_hints import account
from tests.services.test_identity_events import event, receive, statuses
from tests.services.test_reconcile import compare

if TYPE_CHECKING:
    import asyncpg

    from tests.cast import Cast
    from tests.fakes import FakeSso

pytestmark = pytest.mark.usefixtures("pool", "fresh_sso")
CLOCKS = [10**3, 10**6, 10**9]
RITA = "SELECT email, active FROM staff WHERE id = $1"


def ticks(per_second: int) -> list[int]:
    """Return three versions a second apart, oldest first."""
    start = int(clock.now().timestamp()) - 60
    return [(start + second) * per_second for second in range(3)]


@pytest.mark.parametrize("versions", [[1, 2, 3], *map(ticks, CLOCKS)], ids=["counted", "ms", "us", "ns"])
async def test_versions_in_any_order_end_in_the_newest(
    owner: asyncpg.Connection, cast: Cast, versions: list[int]
) -> None:
    rita = cast.rita.id
    for order in permutations(versions):
        await owner.execute(
            "UPDATE staff SET email_version = 0, email_synced_at = NULL, email = 'old@slyyfoxx.example'"
        )
        for number in (*order, order[0]):
            await receive(
                event(user_id=rita, email=f"v{number}@slyyfoxx.example", version=number, updated_at=None)
            )
        assert (await owner.fetchval(RITA, rita)) == f"v{versions[-1]}@slyyfoxx.example", order
    assert set(await statuses(owner)) == {"applied", "stale"}


@pytest.mark.parametrize("per_second", CLOCKS)
async def test_who_is_deactivated_after_a_version_that_is_a_time_is_inactive(
    owner: asyncpg.Connection, cast: Cast, per_second: int
) -> None:
    first, second, _ = ticks(per_second)
    rita = cast.rita.id
    await receive(event(user_id=rita, version=first, updated_at=None))
    await receive(event(Type="UserDeactivated", user_id=rita, version=second, updated_at=None))
    assert tuple(await owner.fetchrow(RITA, rita)) == ("new@grace.example", False)


async def test_the_comparison_follows_staff_whose_version_is_a_time(
    owner: asyncpg.Connection, cast: Cast, sso: FakeSso
) -> None:
    first, second, _ = ticks(10**9)
    rita = cast.rita.id
    await receive(event(user_id=rita, version=first, updated_at=None))
    sso.users = [account(rita, email="now@slyyfoxx.example", version=second, active=False)]
    assert (await compare(cast)).drifted == 1
    assert tuple(await owner.fetchrow(RITA, rita)) == ("now@slyyfoxx.example", False)


async def test_staff_without_versions_follow_by_time(owner: asyncpg.Connection, cast: Cast) -> None:
    rita, now = cast.rita.id, clock.now()
    for minutes in (2, 1, 3):
        at = now - timedelta(minutes=minutes)
        await receive(event(user_id=rita, email=f"m{minutes}@slyyfoxx.example", updated_at=at))
    assert await statuses(owner) == ["applied", "applied", "stale"]
    assert await owner.fetchval(RITA, rita) == "m1@slyyfoxx.example"


async def test_what_was_kept_as_one_number_is_read_for_what_it_was(
    owner: asyncpg.Connection, cast: Cast
) -> None:
    at, in_nanoseconds = clock.now().replace(microsecond=0), ticks(10**9)[0]
    await owner.execute("ALTER TABLE staff DROP COLUMN email_synced_at")
    numbers = [(cast.rita.id, int(at.timestamp() * 10**6)), (cast.omar.id, 7), (cast.sam.id, in_nanoseconds)]
    await owner.executemany("UPDATE staff SET email_version = $2 WHERE id = $1", numbers)
    await owner.execute((ROOT / "tables/sql/81_staff_synced_at.sql").read_text())
    kept = {row["id"]: tuple(row)[1:] for row in await owner.fetch(
        "SELECT id, email_version, email_synced_at FROM staff"
    )}  # fmt: skip
    assert kept[cast.rita.id] == (0, at)
    assert (kept[cast.omar.id], kept[cast.sam.id]) == ((7, None), (in_nanoseconds, None))
