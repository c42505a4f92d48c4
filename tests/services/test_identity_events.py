"""The local e-mail ends where the SSO's is, whatever the order, repetition or odds of its events."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import TYPE_CHECKING, Any

import pytest

from app.core import clock
from app.core.errors import NotFound
from app.domain.sso_events import read_news
from app.gateways.event_stream import StreamEntry
from app.services import identity_events
from app.services.identity_changes import settle_conflicts
from app.services.lead_capture import capture_lead
from tests import make
from tests.hearing import boards_hear_of
from tests.sso_said import GRACE, event, raw, receive, statuses

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    import asyncpg
    from redis.asyncio import Redis

    from app.contracts.events import IncomingEvent
    from app.domain.sso_events import UserNews
    from tests.cast import Cast

pytestmark = pytest.mark.usefixtures("pool")


async def grace(owner: asyncpg.Connection) -> Any:
    return await owner.fetchrow("SELECT * FROM customer WHERE sso_user_id = $1", GRACE)


async def kinds(owner: asyncpg.Connection) -> list[str]:
    return [row["kind"] for row in await owner.fetch("SELECT kind FROM activity ORDER BY recorded_at")]


@pytest.fixture
async def customer_id(owner: asyncpg.Connection) -> UUID:
    return await make.customer(owner, sso_user_id=GRACE, email="old@grace.example")


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Callable[[timedelta], None]:
    """`later(timedelta(minutes=1))` moves the CRM's clock on."""
    ahead = timedelta()

    def move(by: timedelta) -> None:
        nonlocal ahead
        ahead += by

    monkeypatch.setattr(clock, "now", lambda: datetime.now(UTC) + ahead)
    return move


async def test_a_new_address_is_taken_over_and_told_without_naming_it(
    owner: asyncpg.Connection, customer_id: UUID
) -> None:
    assert await receive(event(version=1, email="Grace@New.example")) == ["accepted"]
    row = await grace(owner)
    assert (row["email"], row["email_norm"]) == ("Grace@New.example", "grace@new.example")
    entry = await owner.fetchrow("SELECT kind, actor_id, data, body FROM activity JOIN activity_text ON true")
    assert (entry["kind"], entry["actor_id"], entry["data"]) == ("email_updated", "sso", "{}")
    assert json.loads(entry["body"]) == {"old": "old@grace.example", "new": "Grace@New.example"}


async def test_boards_hear_of_a_new_name(
    owner: asyncpg.Connection, cast: Cast, redis: Redis, customer_id: UUID
) -> None:
    lead = await make.lead(owner, cast.rita, customer_id=customer_id)
    for said in (
        {"version": 1},
        {"email": "newer@grace.example", "version": 2},
    ):  # alone, and with an address
        profile = event(Type="UserProfileUpdated", name=f"Grace {said['version']}", **{"email": None, **said})
        await boards_hear_of(redis, {lead}, receive(profile))
        assert (await grace(owner))["name"] == f"Grace {said['version']}"


@pytest.mark.parametrize("by_version", [True, False])
async def test_four_events_in_any_order_end_in_the_newest(
    owner: asyncpg.Connection, customer_id: UUID, *, by_version: bool
) -> None:
    start = clock.now() - timedelta(hours=1)
    for order in permutations((1, 2, 3, 4)):
        user_id = f"sso-{order}-{by_version}"
        address = f"{''.join(map(str, order))}@order.example"
        customer = await make.customer(owner, sso_user_id=user_id)
        for number in order:
            said = {"version": number} if by_version else {"updated_at": start + timedelta(minutes=number)}
            await receive(event(user_id=user_id, email=f"v{number}.{address}", **said))
        email = await owner.fetchval("SELECT email FROM customer WHERE id = $1", customer)
        assert email == f"v4.{address}", order


async def test_the_same_event_a_hundred_times_is_one_change(
    owner: asyncpg.Connection, customer_id: UUID
) -> None:
    said = event(version=1)
    answers = await asyncio.gather(*(identity_events.receive_event(raw(said)) for _ in range(100)))
    await identity_events.receive_entries([StreamEntry("1-0", raw(said))])
    await asyncio.gather(*(identity_events.apply_due() for _ in range(3)))
    assert sorted(answer.status for answer in answers) == ["accepted"] + ["duplicate"] * 99
    assert await kinds(owner) == ["email_updated"]


async def test_an_old_event_is_stale(owner: asyncpg.Connection, customer_id: UUID) -> None:
    await receive(event(version=5, email="five@grace.example"), event(version=4, email="four@grace.example"))
    assert await statuses(owner) == ["applied", "stale"]
    assert (await grace(owner))["email"] == "five@grace.example"


async def test_an_event_waits_for_its_user_a_day(
    owner: asyncpg.Connection, later: Callable[[timedelta], None]
) -> None:
    await receive(event(version=1))
    assert await statuses(owner) == ["waiting"]
    later(timedelta(minutes=1))
    await make.customer(owner, sso_user_id=GRACE)
    await identity_events.apply_due()
    assert await statuses(owner) == ["applied"]
    await receive(event(user_id="nobody", version=1))
    later(timedelta(hours=25))
    await identity_events.apply_due()
    assert await statuses(owner) == ["applied", "dead"]


async def test_a_customer_without_account_is_found_by_the_former_address(owner: asyncpg.Connection) -> None:
    customer_id = await make.customer(owner, email="Old@Grace.example")
    await receive(event(version=2, previous_email="old@grace.example"))
    row = await grace(owner)
    assert (row["id"], row["email"]) == (customer_id, "new@grace.example")


async def test_an_account_made_for_a_known_address_is_linked(owner: asyncpg.Connection) -> None:
    customer_id = await make.customer(owner, email="new@grace.example")
    await receive(event(Type="UserCreated", version=1))
    assert (await grace(owner))["id"] == customer_id
    assert await kinds(owner) == []


async def test_an_address_somebody_else_has_is_a_conflict_and_never_a_merge(
    owner: asyncpg.Connection, customer_id: UUID
) -> None:
    other = await make.customer(owner, email="new@grace.example")
    await receive(event(version=1))
    row = await grace(owner)
    assert (row["email"], row["email_conflict"]) == ("old@grace.example", "new@grace.example")
    assert await kinds(owner) == ["email_conflict"]
    await owner.execute(
        "UPDATE customer SET email = 'x@y.example', email_norm = 'x@y.example' WHERE id = $1", other
    )
    assert await settle_conflicts() == 1
    row = await grace(owner)
    assert (row["email"], row["email_conflict"]) == ("new@grace.example", None)
    assert await kinds(owner) == ["email_conflict", "email_updated"]


async def test_a_conflict_does_not_stop_captures_for_either_address(
    owner: asyncpg.Connection, customer_id: UUID, cast: Cast
) -> None:
    other = await make.customer(owner, email="new@grace.example")
    await receive(event(version=1))
    for email, whose in (("new@grace.example", other), ("old@grace.example", customer_id)):
        outcome = await capture_lead("cms", json.dumps({"name": "Grace", "email": email}).encode(), None)
        assert outcome.value.customer_id == str(whose)
    assert await owner.fetchval("SELECT count(*) FROM customer") == 2


async def test_two_people_who_exchanged_their_addresses_both_end_right(owner: asyncpg.Connection) -> None:
    await make.customer(owner, sso_user_id="a", email="a@swap.example")
    await make.customer(owner, sso_user_id="b", email="b@swap.example")
    await receive(
        event(user_id="a", version=3, email="b@swap.example"),
        event(user_id="b", version=2, email="a@swap.example"),
        event(user_id="a", version=2, email="t@swap.example"),
    )
    rows = await owner.fetch("SELECT sso_user_id, email, email_conflict FROM customer ORDER BY 1")
    assert [tuple(row) for row in rows] == [("a", "b@swap.example", None), ("b", "a@swap.example", None)]


async def test_a_wrong_clock_is_not_believed(owner: asyncpg.Connection, customer_id: UUID) -> None:
    future = clock.now() + timedelta(minutes=6)
    versions = [int(future.timestamp() * unit) for unit in (1, 10**3, 10**6, 10**9)]
    await receive(*(event(version=version) for version in versions), event(updated_at=future))
    assert await statuses(owner) == ["dead"] * 5
    await receive(event(version=7, email="seven@grace.example", updated_at=future))
    assert (await grace(owner))["email"] == "seven@grace.example"


async def test_poison_dies_after_five_tries_and_can_be_replayed(
    owner: asyncpg.Connection, cast: Cast, customer_id: UUID, later: Callable[[timedelta], None]
) -> None:
    await owner.execute(
        "ALTER TABLE customer ADD CONSTRAINT no_poison CHECK (email_norm <> 'new@grace.example')"
    )
    await make.customer(owner, sso_user_id="neighbour")
    await receive(event(version=1), event(user_id="neighbour", email="n@n.example", version=1))
    assert sorted(await statuses(owner)) == ["applied", "received"]
    for _ in range(4):
        later(timedelta(seconds=16))
        await identity_events.apply_due()
    dead = await owner.fetchrow("SELECT * FROM inbox WHERE status = 'dead'")
    assert (dead["attempts"], dead["last_error"]) == (
        5,
        "the CRM failed while applying it (CheckViolationError no_poison)",
    )
    await owner.execute("ALTER TABLE customer DROP CONSTRAINT no_poison")
    assert await identity_events.replay(cast.ada) == 1
    await identity_events.apply_due()
    assert (await grace(owner))["email"] == "new@grace.example"
    with pytest.raises(NotFound):
        await identity_events.replay(cast.ada, "no-such-event")


async def test_staff_follow_and_the_deactivated_are_signed_out(owner: asyncpg.Connection, cast: Cast) -> None:
    await owner.execute(
        "INSERT INTO session"
        " (id_hash, staff_id, roles, role, created_at, last_seen_at, refreshed_at, expires_at)"
        " VALUES (sha256('x'), $1, '{}', 'crm_rep', now(), now(), now(), now() + interval '1 hour')",
        cast.rita.id,
    )
    await receive(event(user_id=cast.rita.id, email="rr@slyyfoxx.example", name="Rita R.", version=2))
    told = "SELECT name, email, active, (SELECT count(*) FROM session) FROM staff WHERE id = $1"
    assert tuple(await owner.fetchrow(told, cast.rita.id)) == ("Rita R.", "rr@slyyfoxx.example", True, 1)
    await receive(event(Type="UserDeactivated", user_id=cast.rita.id, version=3))
    assert tuple(await owner.fetchrow(told, cast.rita.id))[2:] == (False, 0)


async def test_an_erased_customer_stays_erased(owner: asyncpg.Connection) -> None:
    await make.customer(owner, sso_user_id=GRACE, email=None, erased_at=clock.now())
    await receive(event(version=1), event(version=2, updated_at=clock.now() + timedelta(days=9)), event())
    assert await statuses(owner) == ["ignored"] * 3
    assert (await grace(owner))["email"] is None
    kept = await owner.fetch("SELECT DISTINCT raw, last_error, next_try_at FROM inbox")
    assert [tuple(row) for row in kept] == [("{}", "the customer was erased", None)]


async def test_what_we_stumble_over_is_buried_and_stops_nobody(
    owner: asyncpg.Connection,
    cast: Cast,
    customer_id: UUID,
    monkeypatch: pytest.MonkeyPatch,
    later: Callable[[timedelta], None],
) -> None:
    def stumble(incoming: IncomingEvent) -> UserNews:
        return read_news(incoming) if incoming.id == "good" else 1 // 0

    monkeypatch.setattr(identity_events, "read_news", stumble)
    entries = [StreamEntry("1-0", raw(event(Id="odd"))), StreamEntry("2-0", raw(event(Id="good", version=1)))]
    await identity_events.receive_entries(entries)
    await identity_events.replay(cast.ada, "1-0")
    for _ in range(5):
        await identity_events.apply_due()
        later(timedelta(seconds=16))
    rows = await owner.fetch("SELECT id, status, last_error FROM inbox ORDER BY id")
    reason = "the CRM failed while applying it (ZeroDivisionError)"
    assert [tuple(row) for row in rows] == [("1-0", "dead", reason), ("good", "applied", None)]
