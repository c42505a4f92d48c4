"""What the SSO cannot have meant is refused, or buried where the stream brought it, and stops nobody."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from app.core.errors import Invalid, Malformed, TooLarge
from app.gateways.event_stream import StreamEntry
from app.services import identity_events
from tests import make
from tests.sso_said import GRACE, event, raw, receive, statuses

if TYPE_CHECKING:
    import asyncpg


pytestmark = pytest.mark.usefixtures("pool")


async def test_an_unknown_type_is_ignored_and_not_kept_in_words(owner: asyncpg.Connection) -> None:
    assert await receive(event(Type="UserLiked")) == ["ignored"]
    assert tuple(await owner.fetchrow("SELECT status, raw FROM inbox")) == ("ignored", "")


UNREADABLE = [b"", b"\xff", b"not json", b"[" * 5000, b'"\\ud800"']
NO_OBJECT = [b"[]", b"null", b'"event"']
WRONG: list[Any] = [
    {**event(), "specversion": "0.3"},
    {key: value for key, value in event().items() if key != "id"},
    {key: value for key, value in event().items() if key != "source"},
    {key: value for key, value in event().items() if key != "type"},
    event(Id=""),
    event(Id=7),
    event(Id="a\x00b"),
    event(Source="x" * 256),
    {"type": []},
    {"type": {}},
    {"realmId": "x", "resourceType": "USER", "resourcePath": "users/1", "operationType": [1]},
    event(Data=None),
    event(Data=[]),
    event(user_id=None),
    event(email=None),
    event(email="no address"),
    event(email="a\x00@b.example"),
    event(version=-1),
    event(version="3"),
    event(version=2**63),
    event(updated_at="yesterday"),
]


@pytest.mark.parametrize("body", UNREADABLE)
async def test_what_cannot_be_read_is_refused_and_leaves_nothing(
    owner: asyncpg.Connection, body: bytes
) -> None:
    with pytest.raises(Malformed):
        await identity_events.receive_event(body)
    assert await statuses(owner) == []


@pytest.mark.parametrize("body", NO_OBJECT)
async def test_what_is_no_object_is_wrong_as_a_whole(owner: asyncpg.Connection, body: bytes) -> None:
    with pytest.raises(Invalid) as caught:
        await identity_events.receive_event(body)
    assert [problem.pointer for problem in caught.value.problems] == ["#"]
    assert await statuses(owner) == []


@pytest.mark.parametrize("said", WRONG)
async def test_what_is_wrong_is_refused_with_its_place(owner: asyncpg.Connection, said: Any) -> None:
    with pytest.raises(Invalid) as caught:
        await identity_events.receive_event(raw(said))
    pointers = [problem.pointer for problem in caught.value.problems]
    assert pointers
    assert all(pointer.startswith("#/") for pointer in pointers)
    assert await statuses(owner) == []


async def test_on_the_stream_bad_entries_are_buried_and_good_ones_pass(
    owner: asyncpg.Connection,
) -> None:
    await make.customer(owner, sso_user_id=GRACE)
    bad = [*UNREADABLE, *NO_OBJECT, *map(raw, WRONG), b"x" * 2**20]
    entries = [StreamEntry(f"{number}-0", body) for number, body in enumerate(bad)]
    await identity_events.receive_entries([*entries, StreamEntry("998-0", raw(event(version=1)))])
    await identity_events.receive_entries([StreamEntry("999-0", None)])
    await identity_events.apply_due()
    assert sorted(await statuses(owner)) == ["applied"] + ["dead"] * len(bad)
    assert await owner.fetchval("SELECT count(*) FROM inbox WHERE status = 'dead' AND last_error = ''") == 0


async def test_too_much_is_refused() -> None:
    with pytest.raises(TooLarge):
        await identity_events.receive_event(b" " * 65537)
