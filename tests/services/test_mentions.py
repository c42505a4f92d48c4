"""Whom a note names is told, and sees no more than before."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import asyncpg
import pytest

from app.contracts.activity_log import ActivityLog
from app.core import clock
from app.core.errors import NotFound
from app.domain.idempotency import Key
from app.domain.mentions import Mention
from app.domain.merge import Wish
from app.domain.timeline import TimelineFilter
from app.services import erasure
from app.services.activities import log_activity, log_on_page
from app.services.corrections import correct_entry
from app.services.mentions import mark_all_mentions, mark_mention, offer_colleagues, read_mentions
from app.services.merge import merge_customers
from app.services.timeline import read_timeline
from app.services.verify import verify_customer
from app.store import mentions
from app.store.transaction import connection, transaction
from tests import make
from tests.budgets.counting import trips

if TYPE_CHECKING:
    from uuid import UUID

    from app.domain.viewer import Viewer
    from tests.cast import Cast

pytestmark = pytest.mark.usefixtures("pool")


@pytest.fixture
async def lead(owner: asyncpg.Connection, cast: Cast) -> UUID:
    """A lead of rita's."""
    return await make.lead(owner, cast.rita, customer_id=await make.customer(owner, name="Grace Hopper"))


async def note(owner: asyncpg.Connection, who: Viewer, lead: UUID, notes: str, **more: Any) -> ActivityLog:
    customer: Any = await owner.fetchval("SELECT customer_id FROM lead WHERE id = $1", lead)
    return ActivityLog(customer, who.id, "Note", notes, lead_id=lead, **more)


async def found(who: Viewer) -> tuple[Mention, ...]:
    return (await read_mentions(who, limit=10, cursor=None)).items


async def test_who_is_named_finds_who_when_where_and_the_words(
    owner: asyncpg.Connection, cast: Cast, lead: UUID
) -> None:
    recorded = (
        await log_activity(cast.rita, await note(owner, cast.rita, lead, "@Sam, look at this"), None)
    ).value
    mention = (await found(cast.sam))[0]
    assert mention.place is not None
    assert (mention.activity_id, mention.by_name, mention.is_read) == (recorded.id, "Rita Reyes", False)
    assert (mention.place.customer_name, mention.place.words) == ("Grace Hopper", "@Sam, look at this")
    assert mention.place.customer_id == recorded.customer_id
    assert [await found(who) for who in (cast.rita, cast.omar, cast.ada)] == [(), (), ()]
    entry = (
        await read_timeline(cast.rita, recorded.customer_id, TimelineFilter(), limit=1, cursor=None)
    ).items[0]
    assert entry.text["mentions"] == {"sam": cast.sam.id}
    assert (await verify_customer(cast.ada, recorded.customer_id)).ok


async def test_a_mention_opens_no_record_until_it_is_theirs(
    owner: asyncpg.Connection, cast: Cast, lead: UUID
) -> None:
    _, logged = await log_on_page(cast.rita, await note(owner, cast.rita, lead, "@omar @sam take it"), None)
    assert logged is not None
    assert logged.blind == ("Omar Okafor",)
    hidden = (await found(cast.omar))[0]
    assert (hidden.by_name, hidden.place) == ("Rita Reyes", None)
    await owner.execute("UPDATE lead SET assigned_to_id = $1", cast.omar.id)
    opened = (await found(cast.omar))[0]
    assert opened.place is not None
    assert opened.place.words == "@omar @sam take it"
    await owner.execute("UPDATE lead SET assigned_to_id = $1", cast.rita.id)
    assert (await found(cast.omar))[0].place is None


async def test_the_writer_learns_nothing_of_another_reps_lead_of_the_same_customer(
    owner: asyncpg.Connection, cast: Cast
) -> None:
    lost = await make.lead(owner, cast.rita, "closed_lost")
    said: list[tuple[str, ...]] = []
    for _ in range(2):
        activity = await note(owner, cast.rita, lost, "@omar knows them")
        activity.lead_id = None
        _, logged = await log_on_page(cast.rita, activity, None)
        assert logged is not None
        said.append(logged.blind)
        await make.lead(owner, cast.omar, "closed_lost", customer_id=activity.customer_id)
    assert said == [("Omar Okafor",)] * 2
    assert all(mention.place for mention in await found(cast.omar))


@pytest.mark.parametrize("broken", ["left", "twin", "nobody", "self"])
async def test_a_handle_that_names_nobody_stays_text(
    owner: asyncpg.Connection, cast: Cast, lead: UUID, broken: str
) -> None:
    if broken == "left":
        await owner.execute("UPDATE staff SET active = false WHERE id = $1", cast.sam.id)
    elif broken == "twin":
        await owner.execute("UPDATE staff SET email = 'sam@elsewhere.example' WHERE id = $1", cast.ada.id)
    handle = {"nobody": "someone", "self": "rita"}.get(broken, "sam")
    await log_activity(cast.rita, await note(owner, cast.rita, lead, f"Ask @{handle}"), None)
    assert await owner.fetchval("SELECT count(*) FROM mention") == 0
    assert "mentions" not in str(await owner.fetchval("SELECT body FROM activity_text"))


async def test_of_two_with_the_same_handle_the_whole_address_names_one(
    owner: asyncpg.Connection, cast: Cast, lead: UUID
) -> None:
    await owner.execute("UPDATE staff SET email = 'Sam@elsewhere.example' WHERE id = $1", cast.ada.id)
    offered = await offer_colleagues(cast.rita, "sam", lead)
    assert [who.handle for who, _ in offered] == ["sam@elsewhere.example", "sam@slyyfoxx.example"]
    await log_activity(cast.rita, await note(owner, cast.rita, lead, f"Ask @{offered[0][0].handle}"), None)
    assert [len(await found(who)) for who in (cast.ada, cast.sam)] == [1, 0]


async def test_who_is_offered_begins_so_and_is_said_not_to_see_the_lead(
    owner: asyncpg.Connection, cast: Cast, lead: UUID
) -> None:
    await make.reps(owner, 20)

    async def offered(to: Viewer, words: str) -> list[tuple[str, bool]]:
        return [(who.name, sees) for who, sees in await offer_colleagues(to, words, lead)]

    assert await offered(cast.rita, "OKA") == [("Omar Okafor", False)]
    assert await offered(cast.ada, "ri") == [("Rita Reyes", True)]
    assert await offered(cast.omar, "rita") == [("Rita Reyes", False)]
    assert len(await offered(cast.rita, "")) == 8


async def test_the_same_request_again_mentions_once_and_none_asks_nothing_more(
    owner: asyncpg.Connection, cast: Cast, lead: UUID
) -> None:
    activity, key = await note(owner, cast.rita, lead, "@sam and @SAM"), Key.of(cast.rita.id, "once", b"")
    for _ in range(2):
        await log_activity(cast.rita, activity, key)
    assert len(await found(cast.sam)) == 1
    counts: list[int] = []
    for words in ("Nobody at all", "grace@navy.example wrote", "@sam"):
        activity = await note(owner, cast.rita, lead, words)
        async with trips() as counted:
            await log_activity(cast.rita, activity, None)
        counts.append(len(counted.sent))
    assert counts == [3, 3, 4]


async def test_a_next_step_and_a_correction_name_somebody_too(
    owner: asyncpg.Connection, cast: Cast, lead: UUID
) -> None:
    soon = clock.now().replace(year=clock.now().year + 1)
    planned = await note(owner, cast.rita, lead, "Quiet", follow_up_at=soon, follow_up_note="with @sam")
    first = (await log_activity(cast.rita, planned, None)).value
    again = await note(owner, cast.rita, lead, "Later", follow_up_at=soon, follow_up_note="alone")
    await log_activity(cast.rita, again, None)  # it says which step it replaced, and mentions nobody
    await correct_entry(cast.rita, first.customer_id, first.id, "It was @ada", None)
    assert [each.place and each.place.words for each in await found(cast.sam)] == ["with @sam"]
    assert [each.place and each.place.words for each in await found(cast.ada)] == ["It was @ada"]


async def test_read_unread_all_read_and_pages(owner: asyncpg.Connection, cast: Cast, lead: UUID) -> None:
    for number in range(5):
        await log_activity(cast.rita, await note(owner, cast.rita, lead, f"@sam {number}"), None)
    first = await read_mentions(cast.sam, limit=3, cursor=None)
    rest = await read_mentions(cast.sam, limit=3, cursor=first.next_cursor)
    words = [each.place and each.place.words for each in (*first.items, *rest.items)]
    assert (words, rest.next_cursor) == ([f"@sam {number}" for number in (4, 3, 2, 1, 0)], None)
    marked, unread = await mark_mention(cast.sam, first.items[1].activity_id, is_read=True)
    assert (marked.is_read, unread) == (True, 4)
    assert (await mark_mention(cast.sam, marked.activity_id, is_read=False))[1] == 5
    with pytest.raises(NotFound):
        await mark_mention(cast.omar, marked.activity_id, is_read=True)
    await mark_all_mentions(cast.omar)
    assert (await read_mentions(cast.sam, limit=1, cursor=None)).unread == 5
    await mark_all_mentions(cast.sam)
    assert (await read_mentions(cast.sam, limit=1, cursor=None)).unread == 0


async def test_an_erasure_takes_the_words_and_a_merge_keeps_the_way(
    owner: asyncpg.Connection, cast: Cast, lead: UUID
) -> None:
    recorded = (await log_activity(cast.rita, await note(owner, cast.rita, lead, "@sam @omar"), None)).value
    kept = await make.customer(owner, name="Grace B. Hopper")
    await make.lead(owner, cast.omar, "closed_lost", customer_id=kept)
    await merge_customers(cast.ada, Wish(kept, recorded.customer_id), None)
    await owner.execute("UPDATE lead SET assigned_to_id = $1 WHERE id = $2", cast.omar.id, lead)
    for who in (cast.sam, cast.omar):
        place = (await found(who))[0].place
        assert place is not None
        assert (place.customer_id, place.customer_name, place.words) == (
            kept,
            "Grace B. Hopper",
            "@sam @omar",
        )
    await erasure.erase_by_operator(kept)
    place = (await found(cast.sam))[0].place
    assert place is not None
    assert (place.customer_name, place.words) == ("Erased", "")


async def test_the_filters_alone_keep_mentions_and_records_to_who_may_see_them(
    owner: asyncpg.Connection, cast: Cast, lead: UUID
) -> None:
    for table in ("mention", "activity", "activity_text", "customer", "lead"):
        await owner.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
    recorded = (await log_activity(cast.rita, await note(owner, cast.rita, lead, "@omar"), None)).value
    assert (await found(cast.omar))[0].place is None
    assert await found(cast.ada) == ()
    await mark_all_mentions(cast.ada)
    with pytest.raises(NotFound):
        await mark_mention(cast.ada, recorded.id, is_read=True)
    assert await owner.fetchval("SELECT read_at FROM mention") is None


async def test_the_policies_alone_keep_mentions_to_who_is_named(
    owner: asyncpg.Connection, cast: Cast, lead: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    await log_activity(cast.rita, await note(owner, cast.rita, lead, "@omar"), None)
    for who, number in ((cast.omar, 1), (cast.rita, 0), (cast.sam, 0), (cast.ada, 0)):
        async with transaction(who):
            assert await connection().fetchval("SELECT count(*) FROM mention") == number
            changed = await connection().execute("UPDATE mention SET read_at = NULL")
        assert changed == f"UPDATE {number}"
    monkeypatch.setattr(mentions, "own_entries", lambda *_: "$1::text IS NOT NULL")
    assert (await found(cast.omar))[0].place is None
    forged = "INSERT INTO mention (activity_id, staff_id, by_id) SELECT id, $1, $2 FROM activity"
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with transaction(cast.rita):
            await connection().execute(forged, cast.sam.id, cast.omar.id)
