"""An event that can never be applied is put aside by somebody who says why, and may be taken up again."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from app.core.clock import now
from app.core.errors import Forbidden, Invalid, NotFound
from app.domain.sso_events import Unwanted
from app.services import erasure, identity_events
from app.services.figures import measure
from app.services.staff import read_attention
from tests import make
from tests.sso_said import event, raw, receive, statuses

if TYPE_CHECKING:
    import asyncpg

    from tests.cast import Cast

pytestmark = pytest.mark.usefixtures("pool", "redis")

WHY = "A test of theirs"


@pytest.mark.parametrize(("status", "attempts"), [("dead", 5), ("waiting", 2), ("received", 1)])
async def test_who_when_and_why_are_kept_and_nothing_counts_it_as_trouble(
    owner: asyncpg.Connection, cast: Cast, status: str, attempts: int
) -> None:
    due = None if status == "dead" else now()
    await make.event(owner, "one", status, attempts=attempts, last_error="no account", next_try_at=due)
    assert await identity_events.discard(cast.ada, Unwanted("one", f" {WHY} ", "test")) == 1
    (line,) = await identity_events.list_inbox(cast.ada, "discarded")
    assert (line.discarded_by, line.discarded_because, line.last_error) == (cast.ada.name, WHY, "no account")
    assert line.settled_at
    assert await owner.fetchval("SELECT who FROM audit_event WHERE event = 'inbox_discarded'") == cast.ada.id
    assert await identity_events.apply_due() == 0
    owed = (await measure()).owed
    assert owed
    assert (owed.dead, owed.waiting) == (0, 0)
    assert (await read_attention(cast.ada)).dead_events == 0


async def test_a_discarded_event_is_taken_up_again_by_name_and_not_with_all(
    owner: asyncpg.Connection, cast: Cast
) -> None:
    said = event()
    await receive(said)
    await owner.execute("UPDATE inbox SET status = 'dead', attempts = 5, next_try_at = NULL")
    await identity_events.discard(cast.ada, Unwanted(said["id"], WHY))
    with pytest.raises(NotFound):
        await identity_events.replay(cast.ada)
    await make.customer(owner, sso_user_id=said["data"]["user_id"])
    assert await identity_events.replay(cast.ada, said["id"]) == 1
    assert await identity_events.apply_due() == 1
    assert await statuses(owner) == ["applied"]
    assert await owner.fetchval("SELECT discarded_because IS NULL AND discarded_by_id IS NULL FROM inbox")


async def test_only_an_admin_with_a_reason_discards_what_fails(owner: asyncpg.Connection, cast: Cast) -> None:
    await make.event(owner, "dead", "dead")
    for number, status in enumerate(("applied", "stale", "ignored", "received")):
        await make.event(owner, f"settled-{number}", status)
        with pytest.raises(NotFound):
            await identity_events.discard(cast.ada, Unwanted(f"settled-{number}", WHY))
    with pytest.raises(NotFound):
        await identity_events.discard(cast.ada, Unwanted("dead", WHY, "elsewhere"))
    with pytest.raises(Invalid):
        await identity_events.discard(cast.ada, Unwanted("dead", " "))
    for who in (cast.rita, cast.sam):
        with pytest.raises(Forbidden):
            await identity_events.discard(who, Unwanted("dead", WHY))
    assert await owner.fetchval("SELECT count(*) FROM inbox WHERE discarded_because IS NOT NULL") == 0


async def test_an_erasure_takes_what_it_said_and_why_it_was_discarded(
    owner: asyncpg.Connection, cast: Cast
) -> None:
    person = await make.customer(owner, email="grace@navy.example", sso_user_id="sso-grace")
    await make.event(owner, "theirs", "dead", raw=raw(event(email="grace@navy.example")).decode())
    await make.event(owner, "others", "dead", raw=json.dumps({"data": {}}))
    for name in ("theirs", "others"):
        await identity_events.discard(cast.ada, Unwanted(name, "It was grace@navy.example again"))
    await erasure.confirm_erasure(cast.ada, await make.erasure(owner, person, cast.sam))
    rows = await owner.fetch("SELECT id, status, raw, discarded_because AS why FROM inbox ORDER BY id")
    assert [tuple(row) for row in rows] == [
        ("others", "discarded", '{"data": {}}', "Erased"),
        ("theirs", "ignored", "{}", None),
    ]
