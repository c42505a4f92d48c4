"""What events did not bring, the comparison with the SSO's user list does."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from app.core.errors import Conflict, Forbidden
from app.gateways.sso.company import sso as company_sso
from app.services import reconcile
from tests import make
from tests.services.test_hints import account
from tests.services.test_identity_events import event, later, receive

if TYPE_CHECKING:
    from collections.abc import Callable

    import asyncpg

    from tests.cast import Cast
    from tests.fakes import FakeSso

__all__ = ["later"]  # the fixture
pytestmark = pytest.mark.usefixtures("pool", "fresh_sso")


async def compare(cast: Cast) -> Any:
    await reconcile.ask(cast.ada)
    await reconcile.walk_due()
    return (await reconcile.recent_runs(cast.ada))[0]


async def test_twenty_changes_nobody_told_of_are_found_and_counted(
    owner: asyncpg.Connection, cast: Cast, sso: FakeSso
) -> None:
    for number in range(25):
        await make.customer(owner, sso_user_id=f"u{number}", email=f"old{number}@x.example")
    sso.users = [
        account(f"u{number}", email=f"{'new' if number < 20 else 'old'}{number}@x.example", version=1)
        for number in range(25)
    ]
    run = await compare(cast)
    assert (run.state, run.seen, run.drifted) == ("done", 25, 20)
    assert await owner.fetchval("SELECT count(*) FROM customer WHERE email LIKE 'new%'") == 20
    assert await owner.fetchval("SELECT count(*) FROM activity WHERE kind = 'email_updated'") == 20
    assert (await compare(cast)).drifted == 0


async def test_an_event_newer_than_the_list_wins(owner: asyncpg.Connection, cast: Cast, sso: FakeSso) -> None:
    await make.customer(owner, sso_user_id="u", email="old@x.example")
    await receive(event(user_id="u", email="newest@x.example", version=5))
    sso.users = [account("u", email="older@x.example", version=4)]
    await compare(cast)
    assert await owner.fetchval("SELECT email FROM customer") == "newest@x.example"


async def test_staff_follow_and_a_known_address_is_linked(
    owner: asyncpg.Connection, cast: Cast, sso: FakeSso
) -> None:
    await make.customer(owner, email="grace@x.example")
    sso.users = [
        account(cast.rita.id, email="rita.r@slyyfoxx.example", active=False),
        account("u-grace", email="Grace@X.example"),
    ]
    await compare(cast)
    rita = await owner.fetchrow("SELECT email, active FROM staff WHERE id = $1", cast.rita.id)
    assert tuple(rita) == ("rita.r@slyyfoxx.example", False)
    assert await owner.fetchval("SELECT sso_user_id FROM customer") == "u-grace"


async def test_an_address_another_customer_has_is_a_conflict_here_too(
    owner: asyncpg.Connection, cast: Cast, sso: FakeSso
) -> None:
    await make.customer(owner, sso_user_id="u", email="old@x.example")
    await make.customer(owner, email="taken@x.example")
    sso.users = [account("u", email="taken@x.example")]
    await compare(cast)
    assert (
        await owner.fetchval("SELECT email_conflict FROM customer WHERE sso_user_id = 'u'")
        == "taken@x.example"
    )
    assert (await compare(cast)).drifted == 0


async def test_one_account_that_cannot_be_followed_does_not_stop_the_others(
    owner: asyncpg.Connection, cast: Cast, sso: FakeSso
) -> None:
    await owner.execute("ALTER TABLE customer ADD CONSTRAINT no_poison CHECK (email_norm <> 'bad@x.example')")
    for name in ("a", "b"):
        await make.customer(owner, sso_user_id=name, email=f"old-{name}@x.example")
    sso.users = [account("a", email="bad@x.example"), account("b", email="good@x.example")]
    run = await compare(cast)
    assert (run.state, run.drifted) == ("done", 2)
    assert await owner.fetchval("SELECT email FROM customer WHERE sso_user_id = 'b'") == "good@x.example"


async def test_an_odd_name_keeps_nobody_from_their_address(
    owner: asyncpg.Connection, cast: Cast, sso: FakeSso
) -> None:
    await make.customer(owner, sso_user_id="u", email="old@x.example")
    await owner.execute("UPDATE staff SET email = 'old@slyyfoxx.example' WHERE id = $1", cast.rita.id)
    odd = "Gra\x00ce\ud83d " + "x" * 1000
    sso.users = [account("u", name=odd), account(cast.rita.id, email="new@slyyfoxx.example", name=odd)]
    await compare(cast)
    assert await owner.fetchval("SELECT email FROM customer") == "now@grace.example"
    rita = await owner.fetchrow("SELECT email, name FROM staff WHERE id = $1", cast.rita.id)
    assert (rita["email"], rita["name"][:7]) == ("new@slyyfoxx.example", "Grace x")


async def test_it_waits_for_the_sso_and_gives_up_in_the_end(
    owner: asyncpg.Connection, cast: Cast, sso: FakeSso, later: Callable[[timedelta], None]
) -> None:
    sso.down = True
    run = await compare(cast)
    assert (run.state, run.last_error) == ("running", "sso-down")
    with pytest.raises(Conflict):
        await reconcile.ask(cast.ada)
    for _ in range(8):
        later(timedelta(minutes=11))
        await reconcile.walk_due()
    assert (await reconcile.recent_runs(cast.ada))[0].state == "failed"
    sso.down = False
    company_sso.cache_clear()
    assert (await compare(cast)).state == "done"


async def test_the_night_owes_one_and_only_admins_ask(cast: Cast, sso: FakeSso) -> None:
    await reconcile.owe_nightly()
    await reconcile.owe_nightly()
    assert len(await reconcile.recent_runs(cast.ada)) == 1
    for who in (cast.rita, cast.sam):
        with pytest.raises(Forbidden):
            await reconcile.ask(who)


async def test_a_time_nobody_filled_in_is_not_taken_over(
    owner: asyncpg.Connection, cast: Cast, sso: FakeSso
) -> None:
    await make.customer(owner, sso_user_id="u", email="old@x.example")
    sso.users = [account("u", email="new@x.example", updated_at="0001-01-01T00:00:00Z")]
    await compare(cast)
    told = "SELECT email, email_synced_at > now() - interval '1 hour' FROM customer"
    assert tuple(await owner.fetchrow(told)) == ("new@x.example", True)
