"""Two customers become one: what moves, what stays, who wins, and what is refused."""

from __future__ import annotations

import asyncio
import json
from contextvars import Context
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from app.contracts.activity_log import ActivityLog
from app.contracts.pipeline import SaleDetails
from app.contracts.tickets import OpenTicket
from app.core import clock
from app.core.errors import Conflict, Forbidden, Invalid, KeyReused, NotFound, StaleLead
from app.core.ids import uuid7
from app.domain.idempotency import Key
from app.domain.merge import Wish
from app.domain.timeline import TimelineFilter
from app.services.activities import log_activity
from app.services.closing import close_won
from app.services.customers import list_customers, read_customer
from app.services.merge import find_pairs, keep_apart, merge_customers, read_pair
from app.services.pipeline import move_lead
from app.services.tickets import open_ticket
from app.services.timeline import read_customer_story, read_lead_story, read_timeline, read_writers
from app.services.verify import verify_customer, verify_log
from app.store import leads
from tests import make
from tests.services.test_owned_fields import WRONG_CUSTOMERS, WRONG_LEADS, WRONG_TICKETS

if TYPE_CHECKING:
    from uuid import UUID

    import asyncpg

    from app.domain.lead import Lead
    from app.domain.viewer import Viewer
    from tests.cast import Cast

pytestmark = pytest.mark.usefixtures("pool")
ENTRIES = "SELECT md5(string_agg(activity::text, '|' ORDER BY id)) FROM activity WHERE id = ANY($1)"
TEXTS = """
    SELECT md5(string_agg(body::text, '|' ORDER BY activity_id)) FROM activity_text body WHERE activity_id = ANY($1)"""


async def test_everything_moves_and_no_entry_changes(owner: asyncpg.Connection, cast: Cast) -> None:
    kept, gone = (
        await make.customer(owner, phone="", country="NL"),
        await make.customer(owner, phone="+31 20 123"),
    )
    await _live(owner, cast, kept, won=True)
    await _live(owner, cast, gone, won=True)
    before = [row["id"] for row in await owner.fetch("SELECT id FROM activity")]
    was = [await owner.fetchval(sql, before) for sql in (ENTRIES, TEXTS)]

    merged = (await merge_customers(cast.ada, Wish(kept, gone), None)).value

    assert (merged.leads, merged.tickets, merged.sales) == (1, 1, 1)
    assert [await owner.fetchval(sql, before) for sql in (ENTRIES, TEXTS)] == was
    for table in ("lead", "ticket", "sale"):
        assert await owner.fetchval(f"SELECT count(*) FROM {table} WHERE customer_id = $1", gone) == 0
    now = await read_customer(cast.ada, kept)
    assert (now.phone, now.country, len(now.leads)) == ("+31 20 123", "NL", 2)
    assert now.clv is not None
    assert now.clv.amount == Decimal(2000)
    assert await _ends(owner, gone) == ("customer_merged", {"into": str(kept), **_counts(1)})
    assert await _ends(owner, kept) == ("customer_merged", {"from": str(gone), **_counts(1)})
    for wrong in (WRONG_CUSTOMERS, WRONG_LEADS, WRONG_TICKETS):
        assert await owner.fetch(wrong) == []


async def test_both_histories_verify_and_read_as_one(owner: asyncpg.Connection, cast: Cast) -> None:
    kept, gone = await make.customer(owner), await make.customer(owner)
    await make.activity(owner, gone, cast.sam)
    await make.activity(owner, gone, cast.sam, kind="score_changed")
    for number in range(9):  # in turns, so that a page holds entries of both
        at = clock.now() - timedelta(minutes=30 - number)
        whose = (kept, gone)[number % 2]
        await log_activity(
            cast.ada, ActivityLog(whose, cast.ada.id, "Call", f"n{number}", occurred_at=at), None
        )
    await merge_customers(cast.ada, Wish(kept, gone), None)

    only = TimelineFilter(("call_logged",), by=cast.ada.id)
    read: list[str] = []
    cursor: str | None = None
    while True:
        page = await read_timeline(cast.ada, kept, only, limit=2, cursor=cursor)
        read += [entry.text["notes"] for entry in page.items]
        if (cursor := page.next_cursor) is None:
            break
    assert read == [f"n{number}" for number in range(8, -1, -1)]
    found = await read_timeline(cast.ada, kept, TimelineFilter(q="n3"), limit=9, cursor=None)
    assert [entry.customer_id for entry in found.items] == [gone]
    await make.activity(owner, kept, cast.ada, kind="score_changed")  # beside one of a chain that has ended
    history = (await read_customer_story(cast.ada, kept, TimelineFilter(), None)).value.history
    assert await read_writers(cast.ada, kept) == ((cast.ada.id, cast.ada.name), (cast.sam.id, cast.sam.name))
    assert history.folded == 2
    report = await verify_customer(cast.ada, kept)
    assert (report.ok, report.entries) == (True, 14)
    assert (await verify_log(None, lambda _: None, lambda _: None)).breaks == ()


async def test_tampering_with_the_merged_history_is_found_where_one_looks(
    owner: asyncpg.Connection, cast: Cast
) -> None:
    kept, gone = await make.customer(owner), await make.customer(owner)
    entry = await make.activity(owner, gone, cast.ada)
    await merge_customers(cast.ada, Wish(kept, gone), None)
    await owner.execute("ALTER TABLE activity DISABLE TRIGGER activity_no_change")
    await owner.execute("UPDATE activity SET kind = 'note_logged' WHERE id = $1", entry)
    report = await verify_customer(cast.ada, kept)
    assert not report.ok
    assert str(gone) in report.breaks[0].problem


async def test_who_was_merged_before_points_to_who_is_left(owner: asyncpg.Connection, cast: Cast) -> None:
    first, second, third = [await make.customer(owner) for _ in range(3)]
    await make.activity(owner, first, cast.ada)
    await merge_customers(cast.ada, Wish(second, first), None)
    await merge_customers(cast.ada, Wish(third, second), None)
    pointers = await owner.fetch("SELECT merged_into_id FROM customer WHERE id = ANY($1)", [first, second])
    assert {row["merged_into_id"] for row in pointers} == {third}
    page = await read_timeline(cast.ada, third, TimelineFilter(("call_logged",)), limit=9, cursor=None)
    assert [entry.customer_id for entry in page.items] == [first]
    assert (await verify_customer(cast.ada, third)).entries == 5


async def test_one_open_lead_stays_and_the_other_is_lost_as_a_duplicate(
    owner: asyncpg.Connection, cast: Cast
) -> None:
    kept_lead, gone_lead = await make.lead(owner, cast.rita), await make.lead(owner, cast.omar)
    kept, gone = [await _customer_of(owner, lead) for lead in (kept_lead, gone_lead)]
    with pytest.raises(Invalid) as wrong:
        await merge_customers(cast.ada, Wish(kept, gone), None)
    assert wrong.value.problems[0].pointer == "#/keep_lead_id"
    assert await owner.fetchval("SELECT count(*) FROM activity") == 0

    await merge_customers(cast.ada, Wish(kept, gone, keep_lead_id=gone_lead), None)

    rows = await owner.fetch("SELECT id, customer_id, stage, lost_reason FROM lead")
    assert {row["id"]: (row["stage"], row["lost_reason"]) for row in rows} == {
        kept_lead: ("closed_lost", "duplicate"),
        gone_lead: ("lead", None),
    }
    assert {row["customer_id"] for row in rows} == {kept}
    lost = await owner.fetchrow("SELECT * FROM activity WHERE kind = 'lead_lost'")
    assert lost is not None
    assert (lost["customer_id"], lost["lead_id"]) == (kept, kept_lead)


async def test_what_cannot_be_merged_is_refused_with_the_reason(
    owner: asyncpg.Connection, cast: Cast
) -> None:
    one, other = await make.customer(owner, sso_user_id="a"), await make.customer(owner, sso_user_id="b")
    erased = await make.customer(owner, email=None, erased_at=clock.now())
    asked = await make.customer(owner)
    await make.erasure(owner, asked, cast.ada)
    plain, merged = await make.customer(owner), await make.customer(owner)
    await merge_customers(cast.ada, Wish(plain, merged), None)
    for kept, gone, why in (
        (one, one, "themselves"),
        (one, other, "account"),
        (one, erased, "erased"),
        (asked, one, "asked to erase"),
        (one, merged, "merged already"),
        (merged, one, "merged already"),
    ):
        with pytest.raises(Conflict, match=why):
            await merge_customers(cast.ada, Wish(kept, gone), None)
    with pytest.raises(NotFound):
        await merge_customers(cast.ada, Wish(one, uuid7()), None)
    for viewer in (cast.rita, cast.sam):
        with pytest.raises(Forbidden):
            await merge_customers(viewer, Wish(one, plain), None)


async def test_a_page_that_is_out_of_date_merges_nothing(owner: asyncpg.Connection, cast: Cast) -> None:
    kept, gone = await make.customer(owner), await make.customer(owner)
    seen = (await read_pair(cast.ada, kept, gone)).seen
    await log_activity(cast.ada, ActivityLog(gone, cast.ada.id, "Call", "New"), None)
    with pytest.raises(Conflict, match="changed"):
        await merge_customers(cast.ada, Wish(kept, gone, seen=seen), None)
    fresh = (await read_pair(cast.ada, kept, gone)).seen
    await merge_customers(cast.ada, Wish(kept, gone, seen=fresh), None)


async def test_sent_twice_is_merged_once(owner: asyncpg.Connection, cast: Cast) -> None:
    kept, gone = await make.customer(owner), await make.customer(owner)
    key = Key.of(cast.ada.id, "once", b"merge")
    first = await merge_customers(cast.ada, Wish(kept, gone), key)
    again = await merge_customers(cast.ada, Wish(kept, gone), key)
    assert (first.replayed, again.replayed, again.value) == (False, True, first.value)
    assert await owner.fetchval("SELECT count(*) FROM activity WHERE kind = 'customer_merged'") == 2
    with pytest.raises(KeyReused):
        await merge_customers(cast.ada, Wish(kept, gone), Key.of(cast.ada.id, "once", b"other"))


async def test_two_admins_who_merge_each_way_merge_once(owner: asyncpg.Connection, cast: Cast) -> None:
    one, other = await make.customer(owner), await make.customer(owner)
    ways = [merge_customers(cast.ada, Wish(*pair), None) for pair in ((one, other), (other, one))]
    found = await asyncio.gather(*ways, return_exceptions=True)
    assert sorted(type(each).__name__ for each in found) == ["Conflict", "Outcome"]
    pointers = [row[0] for row in await owner.fetch("SELECT merged_into_id FROM customer")]
    assert pointers.count(None) == 1


async def test_who_looks_alike_is_shown_until_somebody_says_otherwise(
    owner: asyncpg.Connection, cast: Cast
) -> None:
    names = ("Grace Hopper", "grace hoper", "Grace Kelly", "Alan Turing")
    people = [await make.customer(owner, name=name, company="Navy") for name in names]
    numbers = {"Ida": "+31 20 1234567", "Bo": "0031-20-1234567", "Kurt": "12"}
    phones = [await make.customer(owner, name=name, phone=phone) for name, phone in numbers.items()]
    same = await make.customer(owner, name="Rosalind", phone="+31 (20) 123 45 67")
    by_name = await find_pairs(cast.ada, "name", None)
    assert [{one.id, other.id} for one, other in by_name.items] == [{people[0], people[1]}]
    by_phone = await find_pairs(cast.ada, "phone", None)
    assert [{one.id, other.id} for one, other in by_phone.items] == [{phones[0], same}]

    await keep_apart(cast.ada, people[1], people[0])
    await keep_apart(cast.ada, people[0], people[1])
    await merge_customers(cast.ada, Wish(same, phones[0]), None)
    for by in ("name", "phone"):
        assert (await find_pairs(cast.ada, by, None)).items == ()
    listed = await list_customers(cast.ada, q="", limit=50, cursor=None)
    assert phones[0] not in {row.id for row in listed.items}


async def _live(owner: asyncpg.Connection, cast: Cast, customer: UUID, *, won: bool) -> None:
    """Let a customer have a lead with a call and maybe a sale, and a ticket."""
    lead = await make.lead(owner, cast.rita, customer_id=customer)
    await log_activity(cast.rita, ActivityLog(customer, cast.rita.id, "Call", "Hello", lead_id=lead), None)
    await open_ticket(cast.sam, customer, OpenTicket(subject="Help"), None)
    if won:
        version = await owner.fetchval("SELECT version FROM lead WHERE id = $1", lead)
        await close_won(cast.rita, lead, version, SaleDetails(Decimal(1000), "Plan"), None)


async def _customer_of(owner: asyncpg.Connection, lead: UUID) -> UUID:
    return await owner.fetchval("SELECT customer_id FROM lead WHERE id = $1", lead)


async def _ends(owner: asyncpg.Connection, customer: UUID) -> tuple[str, Any]:
    row = await owner.fetchrow(
        "SELECT kind, data FROM activity WHERE customer_id = $1 ORDER BY seq DESC LIMIT 1", customer
    )
    assert row is not None
    return row["kind"], json.loads(row["data"])


def _counts(each: int) -> dict[str, int]:
    """What came along, as far as everybody may know it who reads the entry: not how many leads others have."""
    return {"tickets": each}


async def test_a_leads_page_read_while_its_customer_is_merged(
    owner: asyncpg.Connection, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone, kept = await make.customer(owner), await make.customer(owner)
    lead = await make.lead(owner, cast.rita, customer_id=gone)
    read_lead = leads.read_lead

    async def and_then_merged(viewer: Viewer, lead_id: UUID) -> Lead:
        found = await read_lead(viewer, lead_id)
        monkeypatch.setattr(leads, "read_lead", read_lead)
        await asyncio.create_task(_merge(cast, kept, gone), context=Context())
        return found

    monkeypatch.setattr(leads, "read_lead", and_then_merged)
    story = await read_lead_story(cast.rita, lead, TimelineFilter(), None)
    assert (story.lead.customer.id, story.beside.value[0].id) == (kept, kept)


async def _merge(cast: Cast, kept: UUID, gone: UUID) -> None:
    await merge_customers(cast.ada, Wish(kept, gone), None)


async def test_who_changed_the_lead_last_is_named_whichever_history_says_so(
    owner: asyncpg.Connection, cast: Cast
) -> None:
    kept, gone = await make.customer(owner), await make.customer(owner)
    lead = await make.lead(owner, cast.rita, customer_id=gone)
    for version, stage in enumerate(("qualified", "lead", "qualified"), 1):
        await move_lead(cast.rita, lead, stage, version, None)
    await merge_customers(cast.ada, Wish(kept, gone), None)
    version = await owner.fetchval("SELECT version FROM lead")
    await move_lead(cast.ada, lead, "negotiation", version, None)
    for viewer, name in ((cast.rita, cast.ada.name), (cast.ada, "You")):
        with pytest.raises(StaleLead) as caught:
            await move_lead(viewer, lead, "lead", 1, None)
        assert caught.value.changed
        assert caught.value.changed[0] == name
